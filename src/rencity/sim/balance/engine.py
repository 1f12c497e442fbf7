"""Samples followed one by one through the steps of a run, with amounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from rencity.city.network import Network
from rencity.sim.balance.account import BalanceAccount, account_of
from rencity.sim.balance.lane import Lane, age_needs, lane_of, renew_need, renew_node, settle
from rencity.sim.balance.ledger import Books, Ledger
from rencity.sim.balance.share import Flows, flows_of, share
from rencity.sim.reach.arrays import Graph, graph_of
from rencity.sim.reach.carried import in_full
from rencity.sim.reach.engine import Engine, Undamaged
from rencity.sim.reach.lanes import LANES
from rencity.sim.reach.outages import Outages
from rencity.sim.reach.timeline import in_steps

U = np.uint64
WORD = 64


@dataclass(frozen=True)
class Normal:
    """The undamaged city with its stores empty: who has service before anything strikes.

    Attributes
    ----------
    served : bool (n,)
    people : int64 (entries of `Network.people`,), people with service
    wanted, granted : int64 (lifelines, classes), amounts in thousandths of the unit
    shed : rows of needs that go short
    """

    served: npt.NDArray[np.bool_]
    people: npt.NDArray[np.int64]
    wanted: npt.NDArray[np.int64]
    granted: npt.NDArray[np.int64]
    shed: npt.NDArray[np.int64]


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


def normal_of(network: Network, ledger: Ledger, undamaged: Undamaged) -> Normal:
    """What has service in the undamaged city with empty stores."""
    graph, books = graph_of(network), ledger.books
    lane, flows = _fresh(network, ledger)
    start = _start(undamaged, full=False)
    nothing = events_of(network, _none(), np.zeros(1, np.int64), np.zeros(1, np.int64))
    account = account_of(network, ledger, 1, 1)
    people = _people(network, books, np.asarray(network.people, np.int64))
    reach = np.zeros((1, network.nodes), np.uint64)
    trace = _trace(network, books, 1)
    _follow(
        graph, books, people, start, nothing, lane, flows, ledger.refill,
        np.array([60], np.int64), reach, np.zeros(1, np.int64), np.zeros(1, np.int64), account,
        trace,
    )  # fmt: skip
    return Normal(
        served=trace.served[0].astype(bool),
        people=trace.people[0],
        wanted=account.wanted[:, :, 0, 0],
        granted=account.granted[:, :, 0, 0],
        shed=np.flatnonzero(trace.shed[0]),
    )


def balance_of(
    network: Network,
    ledger: Ledger,
    outages: Outages,
    edge_min: npt.NDArray[np.int64],
    horizon_min: int,
    *,
    lanes: npt.NDArray[np.int64],
    undamaged: Undamaged,
    normal: Normal | None = None,
) -> BalanceAccount:
    """Follow some lanes of a block with capacities, and hold them against level reach.

    Parameters
    ----------
    outages : of one block, as level reach takes them
    edge_min : int64 (t,), start of each step; horizon_min : end of the last one
    lanes : lanes of the block to follow, ascending; the account's samples are in this order
    undamaged : of an `Engine` of the same network
    normal : of the same network and ledger; found here where it is not given
    """
    normal = normal or normal_of(network, ledger, undamaged)
    made = account_of(network, ledger, len(edge_min), len(lanes))
    events = events_of(network, outages, edge_min, lanes)
    reach = _reach_words(network, outages, edge_min, horizon_min, undamaged, lanes)
    lane, flows = _fresh(network, ledger)
    people = _people(network, ledger.books, normal.people)
    length = np.diff(np.append(edge_min, horizon_min)).astype(np.int64)
    start = _start(undamaged, full=True)
    graph, nothing = graph_of(network), _trace(network, ledger.books, 0)
    for word, bits in reach.items():
        mine = np.flatnonzero(lanes // WORD == word)
        _follow(
            graph, ledger.books, people, start, events, lane, flows,
            ledger.refill, length, bits, lanes[mine] % WORD, mine, made,
            nothing,
        )  # fmt: skip
    return _without_unserved(made, normal)


def trace_of(
    network: Network,
    ledger: Ledger,
    outages: Outages,
    edge_min: npt.NDArray[np.int64],
    horizon_min: int,
    *,
    lane: int,
    undamaged: Undamaged,
) -> Trace:
    """Follow one lane of a block step by step; arguments as `balance_of`."""
    moving, flows = _fresh(network, ledger)
    lanes = np.array([lane])
    made = _trace(network, ledger.books, len(edge_min))
    _follow(
        graph_of(network), ledger.books,
        _people(network, ledger.books, np.asarray(network.people, np.int64)),
        _start(undamaged, full=True), events_of(network, outages, edge_min, lanes), moving, flows,
        ledger.refill, np.diff(np.append(edge_min, horizon_min)).astype(np.int64),
        np.zeros((len(edge_min), network.nodes), np.uint64), lanes % WORD, np.zeros(1, np.int64),
        account_of(network, ledger, len(edge_min), 1), made,
    )  # fmt: skip
    return made


def events_of(
    network: Network, outages: Outages, edge_min: npt.NDArray[np.int64], lanes: Any
) -> Events:
    """Outages as steps that first see them begin and end, lane by lane."""
    full = in_full(network, outages, (0, LANES))
    seen = in_steps(full, edge_min)
    place = np.full(int(seen.lane.max(initial=-1)) + 2, -1, np.int64)
    known = lanes[lanes < len(place)]
    place[known] = np.flatnonzero(lanes < len(place))
    mine = place[seen.lane]
    kept = mine >= 0
    columns = []
    for step in (seen.begin, seen.end):
        order = np.lexsort((seen.row[kept], step[kept], mine[kept]))
        ptr = np.searchsorted(mine[kept][order], np.arange(len(lanes) + 1)).astype(np.int64)
        columns += [ptr, seen.row[kept][order].astype(np.int64), step[kept][order].astype(np.int64)]
    return Events(*columns)


def _reach_words(
    network: Network, outages: Outages, edge_min: npt.NDArray[np.int64], horizon_min: int,
    undamaged: Undamaged, lanes: npt.NDArray[np.int64],
) -> dict[int, npt.NDArray[np.uint64]]:  # fmt: skip
    """Served by level reach: for each word that holds a lane, uint64 (t, n)."""
    words = [int(word) for word in np.unique(lanes // WORD)]
    made = {word: np.zeros((len(edge_min), network.nodes), np.uint64) for word in words}
    engine = Engine(network, edge_min, horizon_min, undamaged)
    for step, state in enumerate(engine.states(outages)):
        for word in words:
            made[word][step] = state.served[:, word]
    return made


def _without_unserved(account: BalanceAccount, normal: Normal) -> BalanceAccount:
    """Nodes that have no service undamaged lose none."""
    account.reach_only_min[~normal.served] = 0
    return account


def _none() -> Outages:
    empty = np.zeros(0, np.int32)
    return Outages(empty, empty, empty, empty)


def _start(undamaged: Undamaged, *, full: bool) -> Start:
    return Start(
        (undamaged.served != 0).astype(np.uint8), (undamaged.met != 0).astype(np.uint8), full
    )


def _fresh(network: Network, ledger: Ledger) -> tuple[Lane, Flows]:
    sizes = network.nodes, network.link_rows, len(network.group_node), len(network.lifelines)
    return lane_of(*sizes), flows_of(graph_of(network), ledger.books, len(ledger.classes))


def _people(network: Network, books: Books, normal: npt.NDArray[np.int64]) -> People:
    item = np.full(len(network.people), -1, np.int64)
    entries = np.flatnonzero(books.item_entry >= 0)
    item[books.item_entry[entries]] = entries
    zone, ptr = np.asarray(network.people_zone), np.asarray(network.people_ptr)
    return People(ptr, zone, np.asarray(network.people, np.int64), normal, item)


def _trace(network: Network, books: Books, steps: int) -> Trace:
    return Trace(
        np.zeros((steps, network.nodes), np.uint8),
        np.zeros((steps, network.nodes), np.uint8),
        np.zeros((steps, len(network.group_node)), np.uint8),
        np.zeros((steps, len(network.people)), np.int64),
        np.zeros((steps, len(books.store_node)), np.int64),
    )


@njit(cache=True, nogil=True)
def people_now(people: People, books: Books, flows: Flows, lane: Lane, v: Any, e: Any) -> Any:
    """People of an entry who have service now: the whole part of their share of its amount."""
    if not lane.served[v]:
        return np.int64(0)
    i = people.item[e]
    if i < 0 or books.item_amount[i] == flows.granted[i]:
        return people.count[e]
    return np.int64(float(people.count[e]) * (flows.granted[i] / books.item_amount[i]))


@njit(cache=True, nogil=True)
def _follow(
    graph: Graph, books: Books, people: People, start: Start, events: Events, lane: Lane,
    flows: Flows, refill: Any, length_min: Any, reach: Any, bits: Any, columns: Any,
    account: BalanceAccount, trace: Trace,
) -> None:  # fmt: skip
    stock = np.zeros(len(books.store_node), np.int64)
    for i in range(len(bits)):
        column = columns[i]
        _begin(graph, books, start, lane, flows, stock)
        fail, end = events.fail_ptr[column], events.end_ptr[column]
        for step in range(len(length_min)):
            if step > 0:
                age_needs(graph, lane, length_min[step - 1], refill)
                _clear_shed(graph, books, lane)
            _feed(graph, books, lane, stock, length_min[step])
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
def _begin(
    graph: Graph, books: Books, start: Start, lane: Lane, flows: Flows, stock: Any
) -> None:
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
def _clear_shed(graph: Graph, books: Books, lane: Lane) -> None:
    """Every need is tried again in the next step."""
    for g in range(len(lane.shed)):
        if lane.shed[g]:
            lane.shed[g] = 0
            _touch(graph, books, lane, g)
            renew_need(graph, lane, g)


@njit(cache=True, nogil=True)
def _touch(graph: Graph, books: Books, lane: Lane, g: Any) -> None:
    """Amounts of the lifeline that need g draws from are to be shared out anew."""
    v = graph.group_provider[graph.group_ptr[g]]
    lane.touched[np.searchsorted(graph.first, v, side="right") - 1] = 1


@njit(cache=True, nogil=True)
def _feed(graph: Graph, books: Books, lane: Lane, stock: Any, length_min: Any) -> None:
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
        _touch(graph, books, lane, g)
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
        for line in range(len(lane.falling)):
            again |= lane.falling[line] != 0
        if again:
            settle(graph, lane, lane.falling, True)


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
            reached = (reach[v] >> bit) & U(1)
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
