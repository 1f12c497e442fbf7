"""Needs: met by a quorum, waived while a backup lasts or once a manual start is reached."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from rencity.sim.reach.arrays import Graph, State
from rencity.sim.reach.lanes import (
    and_,
    any_,
    every,
    load,
    lowest_bit,
    mark,
    none,
    not_,
    or_,
    store,
    without,
    xor,
)

U = np.uint64


@njit(nogil=True, cache=True)
def quorum_met(served: Any, group_ptr: Any, group_provider: Any, quorum: Any, g: Any) -> Any:
    """Bits in which at least the quorum of group g's alternatives are served."""
    begin, end = group_ptr[g], group_ptr[g + 1]
    if quorum == 1:
        row = none()
        for i in range(begin, end):
            row = or_(row, load(served, group_provider[i]))
        return row
    if quorum == end - begin:
        row = every()
        for i in range(begin, end):
            row = and_(row, load(served, group_provider[i]))
        return row
    return _count_met(served, group_provider, begin, end, quorum)


@njit(nogil=True, cache=True)
def _count_met(served: Any, group_provider: Any, begin: Any, end: Any, quorum: Any) -> Any:
    """Count alternatives in four bit planes, then compare with the quorum from the top bit."""
    c0, c1, c2, c3 = none(), none(), none(), none()
    for i in range(begin, end):
        row = load(served, group_provider[i])
        carry0 = and_(c0, row)
        c0 = xor(c0, row)
        carry1 = and_(c1, carry0)
        c1 = xor(c1, carry0)
        carry2 = and_(c2, carry1)
        c2 = xor(c2, carry1)
        c3 = xor(c3, carry2)
    below = quorum - 1
    more, equal = _compare(none(), every(), c3, below & 8)
    more, equal = _compare(more, equal, c2, below & 4)
    more, equal = _compare(more, equal, c1, below & 2)
    more, equal = _compare(more, equal, c0, below & 1)
    return more


@njit(nogil=True, cache=True, inline="always")
def _compare(more: Any, equal: Any, plane: Any, bit: Any) -> Any:
    if bit:
        return more, and_(equal, plane)
    return or_(more, and_(equal, plane)), without(equal, plane)


@njit(nogil=True, cache=True, inline="always")
def working(up: Any, ok: Any, node_ptr: Any, v: Any) -> Any:
    """Bits in which v is up and every need of it is met or waived."""
    row = load(up, v)
    for g in range(node_ptr[v], node_ptr[v + 1]):
        row = and_(row, load(ok, g))
    return row


@njit(nogil=True, cache=True)
def renew_needs(graph: Graph, state: State, waiting: Any) -> None:
    """After a round: renew the needs that its nodes can meet; mark in `waiting` who moved.

    The nodes are those of `round_`, which is emptied.
    """
    use_ptr, use_group, group_node = graph.use_ptr, graph.use_group, graph.group_node
    group_ptr, provider, quorum = graph.group_ptr, graph.group_provider, graph.group_quorum
    served, met, ok, works, up = state.served, state.met, state.ok, state.works, state.up
    spent, manual, round_, node_ptr = state.spent, state.manual, state.round_, graph.node_ptr
    changed, in_changed = state.changed, state.in_changed
    for place in range(len(round_)):
        while round_[place]:
            k = lowest_bit(round_[place])
            round_[place] ^= U(1) << k
            u = place * 64 + np.int64(k)
            for i in range(use_ptr[u], use_ptr[u + 1]):
                g = use_group[i]
                now = quorum_met(served, group_ptr, provider, quorum[g], g)
                if any_(xor(now, load(met, g))):
                    store(met, g, now)
                    note_change(changed, in_changed, g)
                    store(ok, g, or_(now, or_(not_(load(spent, g)), load(manual, g))))
                    v = group_node[g]
                    works_now = working(up, ok, node_ptr, v)
                    if any_(xor(works_now, load(works, v))):
                        store(works, v, works_now)
                        mark(waiting, v)


@njit(nogil=True, cache=True, inline="always")
def note_change(changed: Any, in_changed: Any, g: Any) -> None:
    """Put g on the list of groups whose `met` moved in this step."""
    if in_changed[g] == 0:
        in_changed[g] = 1
        last = len(changed) - 1
        changed[changed[last]] = g
        changed[last] += 1


@njit(nogil=True, cache=True)
def open_cohorts(
    graph: Graph, state: State, step: Any, group: Any, since: Any, word: Any, count: Any
) -> Any:
    """End of a step: lanes whose need became unmet in it start to age; lanes met again stop.

    A cohort is (group, step it became unmet, lanes); `count` of them fill the arrays.
    """
    last = len(state.changed) - 1
    for i in range(state.changed[last]):
        g = state.changed[i]
        state.in_changed[g] = 0
        unmet = not_(load(state.met, g))
        fresh = without(unmet, load(state.unmet, g))
        store(state.unmet, g, unmet)
        if graph.group_backup_min[g] > 0:
            store(state.spent, g, and_(load(state.spent, g), unmet))
        store(state.manual, g, and_(load(state.manual, g), unmet))
        ages = graph.group_backup_min[g] > 0 or graph.group_manual_min[g] > 0
        if ages and any_(fresh):
            group[count] = g
            since[count] = step
            store(word, count, fresh)
            count += 1
    state.changed[last] = 0
    return count


@njit(nogil=True, cache=True)
def age_cohorts(
    graph: Graph,
    state: State,
    now_min: Any,
    edge_min: Any,
    group: Any,
    since: Any,
    word: Any,
    count: Any,
) -> Any:
    """Start of the next step at `now_min`: spend backups, reach manual starts, mark who moves."""
    kept = 0
    for i in range(count):
        g = group[i]
        row = and_(load(word, i), load(state.unmet, g))
        if not any_(row):
            continue
        age = now_min - edge_min[since[i]]
        backup, manual = graph.group_backup_min[g], graph.group_manual_min[g]
        spent, started = load(state.spent, g), load(state.manual, g)
        spends = backup > 0 and age >= backup and any_(without(row, spent))
        starts = manual > 0 and age >= manual and any_(without(row, started))
        if spends:
            spent = or_(spent, row)
            store(state.spent, g, spent)
        if starts:
            started = or_(started, row)
            store(state.manual, g, started)
        if spends or starts:
            store(state.ok, g, or_(load(state.met, g), or_(not_(spent), started)))
            _mark_moved(graph, state, graph.group_node[g])
        if age < max(backup, manual):
            group[kept] = g
            since[kept] = since[i]
            store(word, kept, row)
            kept += 1
    return kept


@njit(nogil=True, cache=True, inline="always")
def _mark_moved(graph: Graph, state: State, v: Any) -> None:
    old, new = load(state.works, v), working(state.up, state.ok, graph.node_ptr, v)
    if any_(without(old, new)):
        mark(state.falling, v)
    if any_(without(new, old)):
        mark(state.rising, v)
    store(state.works, v, new)
