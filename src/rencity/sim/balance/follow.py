"""One sample after the other through the steps of a run: losses, starts, shedding, stores."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from rencity.sim.balance.account import BalanceAccount
from rencity.sim.balance.lane import Lane, age_needs, renew_need, renew_node, settle
from rencity.sim.balance.ledger import Books
from rencity.sim.balance.parts import Flows
from rencity.sim.balance.share import part_of, share
from rencity.sim.reach.arrays import Graph

U = np.uint64


class Start(NamedTuple):
    """How a sample begins: uint8 (n,), uint8 (groups,); and whether stores begin full."""

    served: Any
    met: Any
    full: Any


class Trace(NamedTuple):
    """What one sample did step by step; without steps, nothing is kept.

    Attributes
    ----------
    served, up : uint8 (t, n); shed : uint8 (t, groups)
    people : int64 (t, entries), people with service; stock : int64 (t, stores), at the step's end
    """

    served: Any
    up: Any
    shed: Any
    people: Any
    stock: Any


class Events(NamedTuple):
    """Rows that fail and that come back, by lane and step: pointers (lanes + 1,), rows, steps."""

    fail_ptr: Any
    fail_row: Any
    fail_step: Any
    end_ptr: Any
    end_row: Any
    end_step: Any


class People(NamedTuple):
    """Who hangs where, and what each entry's item is: -1 where its lifeline is not balanced."""

    ptr: Any
    zone: Any
    count: Any
    normal: Any
    item: Any


@njit(cache=True, nogil=True)
def people_now(people: People, books: Books, flows: Flows, lane: Lane, v: Any, e: Any) -> Any:
    """People of an entry who have service now: the whole part of their share of its amount."""
    if not lane.served[v]:
        return np.int64(0)
    i = people.item[e]
    if i < 0 or books.item_amount[i] == flows.granted[i]:
        return people.count[e]
    return part_of(people.count[e], flows.granted[i], books.item_amount[i])


@njit(cache=True, nogil=True)
def follow(
    graph: Graph, books: Books, people: People, start: Start, events: Events, lane: Lane,
    flows: Flows, refill: Any, length_min: Any, reach: Any, bits: Any, columns: Any,
    account: BalanceAccount, trace: Trace,
) -> None:  # fmt: skip
    """Follow samples and book them in `account`; one alone is also kept in `trace`.

    Parameters
    ----------
    length_min : int64 (t,), how long each step lasts
    reach : uint16 (t, n), served by level reach, a bit a sample
    bits, columns : int64 (s,), bit of each sample in `reach`, and its column in the account
    """
    stock = np.zeros(len(books.store_node), np.int64)
    for i in range(len(bits)):
        column = columns[i]
        _begin(graph, books, start, lane, flows, stock)
        fail, end = events.fail_ptr[column], events.end_ptr[column]
        for step in range(len(length_min)):
            if step > 0:
                age_needs(graph, lane, length_min[step - 1], refill)
                _clear_shed(graph, lane)
            _feed(books, lane, stock, length_min[step])
            while fail < events.fail_ptr[column + 1] and events.fail_step[fail] <= step:
                _switch(graph, books, lane, events.fail_row[fail], np.uint8(0))
                fail += 1
            settle(graph, lane, lane.falling, True)
            while end < events.end_ptr[column + 1] and events.end_step[end] <= step:
                row = events.end_row[end]
                if row >= len(start.served) or start.served[row]:
                    _switch(graph, books, lane, row, np.uint8(1))
                end += 1
            settle(graph, lane, lane.rising, False)
            _share_all(graph, books, lane, flows, stock, length_min[step])
            _keep(books, lane, flows, stock, length_min[step])
            _book(
                graph, books, people, lane, flows, stock, reach[step], np.uint64(bits[i]),
                step, column, length_min[step], account,
            )  # fmt: skip
            if len(trace.served):
                _note(people, books, lane, flows, stock, step, trace)


@njit(cache=True, nogil=True)
def _note(
    people: People, books: Books, lane: Lane, flows: Flows, stock: Any, step: Any, trace: Trace
) -> None:
    trace.served[step] = lane.served
    trace.up[step] = lane.up
    trace.shed[step] = lane.shed
    trace.stock[step] = stock
    for v in range(len(lane.served)):
        for e in range(people.ptr[v], people.ptr[v + 1]):
            trace.people[step, e] = people_now(people, books, flows, lane, v, e)


@njit(cache=True, nogil=True)
def _begin(graph: Graph, books: Books, start: Start, lane: Lane, flows: Flows, stock: Any) -> None:
    """Everything as it is undamaged."""
    lane.up[:] = start.served
    lane.works[:] = start.served
    lane.served[:] = start.served
    lane.feeds[:] = graph.source
    lane.link_up[:] = 1
    lane.met[:] = start.met
    lane.shed[:] = 0
    lane.age[:] = 0
    lane.used[:] = 0
    for g in range(len(lane.waived)):
        lane.waived[g] = graph.group_backup_min[g] > 0
    lane.falling[:] = 0
    lane.rising[:] = 0
    lane.touched[:] = 1
    flows.granted[:] = 0
    for t in range(len(stock)):
        stock[t] = books.store_full[t] if start.full else 0


@njit(cache=True, nogil=True)
def _clear_shed(graph: Graph, lane: Lane) -> None:
    """Every need is tried again in the next step."""
    for g in range(len(lane.shed)):
        if lane.shed[g]:
            lane.shed[g] = 0
            _touch(graph, lane, g)
            renew_need(graph, lane, g)


@njit(cache=True, nogil=True)
def _touch(graph: Graph, lane: Lane, g: Any) -> None:
    """Amounts of the lifeline that need g draws from are to be shared out anew."""
    v = graph.group_provider[graph.group_ptr[g]]
    lane.touched[np.searchsorted(graph.first, v, side="right") - 1] = 1


@njit(cache=True, nogil=True)
def _feed(books: Books, lane: Lane, stock: Any, length_min: Any) -> None:
    """A store feeds its lifeline through a step for which it has enough for any rate at all."""
    for line in range(len(books.store_ptr) - 1):
        for t in range(books.store_ptr[line], books.store_ptr[line + 1]):
            lane.touched[line] = 1
            v = books.store_node[t]
            feeds = np.uint8(stock[t] >= length_min)
            if feeds != lane.feeds[v]:
                lane.feeds[v] = feeds
                if feeds:
                    lane.rising[line] = 1
                else:
                    lane.falling[line] = 1


@njit(cache=True, nogil=True)
def _switch(graph: Graph, books: Books, lane: Lane, row: Any, up: Any) -> None:
    """Take a row out of service or bring it back."""
    n = len(graph.source)
    if row >= n:
        lane.link_up[row - n] = up
        line = books.link_line[row - n]
        if line >= 0:
            lane.touched[line] = 1
            if up:
                lane.rising[line] = 1
            else:
                lane.falling[line] = 1
        return
    lane.up[row] = up
    for g in range(graph.node_ptr[row], graph.node_ptr[row + 1]):
        _touch(graph, lane, g)
    renew_node(graph, lane, row)


@njit(cache=True, nogil=True)
def _share_all(
    graph: Graph, books: Books, lane: Lane, flows: Flows, stock: Any, length_min: Any
) -> None:
    """Share out, shed, settle what falls, and again; what is shed stays so through the step."""
    again = True
    while again:
        again = False
        for line in range(len(lane.touched)):
            if not lane.touched[line] or not books.balanced[line]:
                continue
            lane.touched[line] = 0
            if share(graph, books, lane, flows, line, stock, length_min):
                for i in range(books.item_ptr[line], books.item_ptr[line + 1]):
                    g = books.item_group[i]
                    if g >= 0 and lane.shed[g] and lane.met[g]:
                        renew_need(graph, lane, g)
                lane.touched[line] = 1  # what they leave goes to others
                again = True
        settle(graph, lane, lane.falling, True)
        for line in range(len(lane.touched)):
            again |= lane.touched[line] != 0 and books.balanced[line] != 0


@njit(cache=True, nogil=True)
def _keep(books: Books, lane: Lane, flows: Flows, stock: Any, length_min: Any) -> None:
    """Stores after the step."""
    for t in range(len(stock)):
        if lane.served[books.store_node[t]]:
            stock[t] += (flows.store_in[t] - flows.store_out[t]) * length_min


@njit(cache=True, nogil=True)
def _book(
    graph: Graph, books: Books, people: People, lane: Lane, flows: Flows, stock: Any, reach: Any,
    bit: Any, step: Any, column: Any, length_min: Any, account: BalanceAccount,
) -> None:  # fmt: skip
    for line in range(len(graph.first) - 1):
        for v in range(graph.first[line], graph.first[line + 1]):
            reached = (U(reach[v]) >> bit) & U(1)
            if not lane.served[v]:
                account.out_min[v] += length_min
                if reached:
                    account.reach_only_min[v] += length_min
            for e in range(people.ptr[v], people.ptr[v + 1]):
                normal, zone = people.normal[e], people.zone[e]
                now = min(normal, people_now(people, books, flows, lane, v, e))
                account.served[line, step, column] += now
                account.zone_loss[line, zone, column] += (normal - now) * length_min
                there = normal if reached else np.int64(0)
                if there > now:
                    account.reach_only[line, zone] += (there - now) * length_min
                elif now > there:
                    account.balance_only[line, zone] += (now - there) * length_min
                if lane.served[v]:
                    account.short_min[v] += (normal - now) * length_min
        for i in range(books.item_ptr[line], books.item_ptr[line + 1]):
            c, g = books.item_class[i], books.item_group[i]
            if g < 0 or lane.up[graph.group_node[g]]:
                account.wanted[line, c, step, column] += books.item_amount[i]
                account.granted[line, c, step, column] += flows.granted[i]
        for t in range(books.store_ptr[line], books.store_ptr[line + 1]):
            account.stock[line, step, column] += stock[t]
