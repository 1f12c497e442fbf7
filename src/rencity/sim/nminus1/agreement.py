"""A second opinion on N-1: what an exact linear-time walk says of a lifeline by itself.

Needs and carriers are left out and a root is joined to every source. A link or node then takes
service from just those it parts from the root: what hangs below a bridge or an articulation point.
Where links have a direction there is no such walk, and the lifeline is passed over.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rencity.city.network import NOT_OPEN, Network
from rencity.kit.findings import Finding
from rencity.sim.nminus1.everything import lost_alone
from rencity.sim.nminus1.lowlink import Walk, below_weight, star_of, walk

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Opinion:
    """One lifeline by itself, twice.

    Attributes
    ----------
    lifeline : its name
    why_not : why it was passed over; empty where it was compared
    rows : rows compared; `passed` rows carry several links and were not
    losing : rows that lose anyone, as both say where they agree
    wrong : int64, rows on which the two differ
    """

    lifeline: str
    why_not: str = ""
    rows: int = 0
    passed: int = 0
    losing: int = 0
    wrong: Ints = dataclasses.field(default_factory=lambda: np.empty(0, np.int64))

    def to_dict(self) -> dict[str, object]:
        """Plain values; of the rows that differ only how many."""
        return dataclasses.asdict(self) | {"wrong": len(self.wrong)}


def second_opinion(network: Network, *, workers: int = 1) -> list[Opinion]:
    """Every lifeline by itself: people lost by the engine's N-1 against the walk."""
    bare = without_needs(network)
    engine = lost_alone(bare, workers=workers)
    made = []
    for number, name in enumerate(network.lifelines):
        told = expected(bare, number)
        if isinstance(told, str):
            made.append(Opinion(name, told))
            continue
        rows, people = told
        rows_run = engine.tried[rows]
        got = engine.people[number, rows]
        differ = np.where(rows_run, got != people, people != 0)
        made.append(
            Opinion(
                name,
                rows=len(rows),
                passed=_several(bare, number),
                losing=int((people > 0).sum()),
                wrong=rows[differ],
            )
        )
    return made


def findings_of(opinions: list[Opinion]) -> list[Finding]:
    """An error for each lifeline on which the two differ."""
    return [
        Finding(
            "n1-disagrees",
            "error",
            f"{each.lifeline}: two ways to reckon differ on {len(each.wrong):,} of "
            f"{each.rows:,} rows",
            "report it with the city: one of the two is wrong",
            ids=tuple(str(row) for row in each.wrong),
        )
        for each in opinions
        if len(each.wrong)
    ]


def without_needs(network: Network) -> Network:
    """The same network in which nothing needs another lifeline and nothing rides on anything."""
    none, zero = np.empty(0, np.int64), np.zeros(1, np.int64)
    n = network.nodes
    return dataclasses.replace(
        network,
        group_node=none.astype(np.int32),
        group_quorum=none.astype(np.int32),
        group_backup_min=none,
        group_manual_min=none,
        group_ptr=zero,
        group_provider=none.astype(np.int32),
        node_ptr=np.zeros(n + 1, np.int64),
        use_ptr=np.zeros(n + 1, np.int64),
        use_group=none.astype(np.int32),
        ride_ptr=np.zeros(n + network.link_rows + 1, np.int64),
        ride_row=none.astype(np.int32),
    )


def expected(network: Network, lifeline: int) -> tuple[Ints, Ints] | str:
    """People that each row of one lifeline takes with it; needs are not looked at.

    Returns
    -------
    rows, people : int64; or in words why the walk has no answer
    """
    first, end = int(network.first[lifeline]), int(network.first[lifeline + 1])
    source = np.flatnonzero(network.source[first:end])
    if not len(source):
        return "no source"
    tail, head, row = _edges(network, first, end)
    ways = np.stack([np.minimum(tail, head), np.maximum(tail, head), row])
    up = tail < head
    if not _same_rows(ways[:, up], ways[:, ~up]):
        return "directed links"
    n = end - first
    a, b, row = tail[up], head[up], row[up]
    start, stop = np.concatenate([a, source]), np.concatenate([b, np.full(len(source), n)])
    walked = walk(star_of(n + 1, start, stop), n)
    people = np.zeros(n + 1, np.int64)
    people[:n] = people_of_nodes(network)[first:end]
    below = below_weight(walked, people)
    reached = walked.rank < walked.last[n]  # what the walk from the root entered
    by_node = _below_nodes(walked, below, people)[:n]
    by_edge = np.zeros(len(start), np.int64)
    child = np.flatnonzero(reached & (walked.parent >= 0))
    bridge = child[walked.low[child] > walked.rank[walked.parent[child]]]
    by_edge[walked.by[bridge]] = below[bridge]
    once = np.flatnonzero((row > 0) & (np.bincount(row, minlength=network.link_rows)[row] == 1))
    rows = np.concatenate([np.arange(first, end), network.nodes + row[once]]).astype(np.int64)
    return rows, np.concatenate([np.where(reached[:n], by_node, 0), by_edge[once]])


def people_of_nodes(network: Network) -> Ints:
    """People who hang on each node, int64 (n,)."""
    total = np.concatenate([[0], np.cumsum(network.people, dtype=np.int64)])
    return total[network.people_ptr[1:]] - total[network.people_ptr[:-1]]


def _below_nodes(walked: Walk, below: Ints, people: Ints) -> Ints:
    """People on each node and on every part of its subtree that only it joins to the root."""
    parent, low, rank = walked.parent, walked.low, walked.rank
    child = np.flatnonzero(parent >= 0)
    hangs = child[low[child] >= rank[parent[child]]]
    made = people.copy()
    np.add.at(made, parent[hangs], below[hangs])
    return made


def _edges(network: Network, first: int, end: int) -> tuple[Ints, Ints, Ints]:
    """Tail, head and link row of the closed links of one lifeline, without loops."""
    ptr = network.out_ptr
    part = slice(int(ptr[first]), int(ptr[end]))
    tail = np.repeat(np.arange(end - first), np.diff(ptr[first : end + 1]))
    head, row = network.out_node[part] - first, network.out_link[part]
    keep = (tail != head) & (network.link_open_min[row] == NOT_OPEN)
    return tail[keep].astype(np.int64), head[keep].astype(np.int64), row[keep].astype(np.int64)


def _same_rows(one: Ints, other: Ints) -> bool:
    if one.shape != other.shape:
        return False
    first, second = (each[:, np.lexsort(each)] for each in (one, other))
    return bool((first == second).all())


def _several(network: Network, lifeline: int) -> int:
    """Link rows of a lifeline that carry more than one link."""
    first, end = int(network.first[lifeline]), int(network.first[lifeline + 1])
    tail, head, row = _edges(network, first, end)
    count = np.bincount(row[tail < head], minlength=network.link_rows)
    return int((count[1:] > 1).sum())
