"""Samples followed one by one through the steps of a run, with amounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rencity.city.network import Network
from rencity.sim.balance.account import BalanceAccount, account_of
from rencity.sim.balance.follow import Events, People, Start, Trace, follow
from rencity.sim.balance.lane import Lane, lane_of
from rencity.sim.balance.ledger import Books, Ledger
from rencity.sim.balance.parts import Flows, flows_of
from rencity.sim.reach.arrays import graph_of
from rencity.sim.reach.carried import in_full
from rencity.sim.reach.engine import Engine, Undamaged
from rencity.sim.reach.lanes import LANES
from rencity.sim.reach.outages import Outages
from rencity.sim.reach.timeline import in_steps

WORD = 16
"""Samples whose service by level reach is kept in one whole number."""


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


def normal_of(network: Network, ledger: Ledger, undamaged: Undamaged) -> Normal:
    """What has service in the undamaged city with empty stores."""
    graph, books = graph_of(network), ledger.books
    lane, flows = _fresh(network, ledger)
    start = _start(undamaged, full=False)
    nothing = events_of(network, _none(), np.zeros(1, np.int64), np.zeros(1, np.int64))
    account = account_of(network, ledger, 1, 1)
    people = _people(network, books, np.asarray(network.people, np.int64))
    reach = np.zeros((1, network.nodes), np.uint16)
    trace = _trace(network, books, 1)
    follow(
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
        follow(
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
    follow(
        graph_of(network), ledger.books,
        _people(network, ledger.books, np.asarray(network.people, np.int64)),
        _start(undamaged, full=True), events_of(network, outages, edge_min, lanes), moving, flows,
        ledger.refill, np.diff(np.append(edge_min, horizon_min)).astype(np.int64),
        np.zeros((len(edge_min), network.nodes), np.uint16),
        lanes % WORD, np.zeros(1, np.int64),
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
) -> dict[int, npt.NDArray[np.uint16]]:  # fmt: skip
    """Served by level reach: for each word that holds a lane, uint16 (t, n)."""
    words = [int(word) for word in np.unique(lanes // WORD)]
    made = {word: np.zeros((len(edge_min), network.nodes), np.uint16) for word in words}
    engine = Engine(network, edge_min, horizon_min, undamaged)
    for step, state in enumerate(engine.states(outages)):
        for word in words:
            shift = np.uint64(word * WORD % 64)
            made[word][step] = (state.served[:, word * WORD // 64] >> shift).astype(np.uint16)
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
