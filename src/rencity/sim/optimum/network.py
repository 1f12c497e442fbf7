"""The arrays that restoration is optimised on: flows, needs between lifelines, what mending takes.

A *part* is what can break: the nodes first, then the links. A link carries in one or both
directions, each an *arc* with a capacity of its own, and they fail and are mended together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from rencity.kit.errors import CityError

Floats = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class FlowNetwork:
    """Lifelines as flow networks that need each other; n nodes, k links, m arcs, g needs, s sites.

    Attributes
    ----------
    node : ids of the nodes; link : ids of the links
    lifelines : names; lifeline : int64 (n,), row in it of each node
    supply : float64 (n,), what a node gives (> 0) or takes (< 0) in each period
    shortage_cost : float64 (n,), of each unit that a node lacks
    surplus_cost : float64 (n,), of each unit that a source cannot deliver
    throughput : float64 (n,), most that flows into a node in a period; inf: as much as its arcs
    arc_tail, arc_head, arc_link : int64 (m,)
    capacity, flow_cost : float64 (m,), most flow in a period and the cost of a unit of it
    repair_cost : float64 (n + k,), of each part, nodes first
    crew : float64 (n + k,), of the crews of a period, what mending the part takes
    need_node : int64 (g,), who needs; need_quorum : int64 (g,), how many of the providers
    need_ptr : int64 (g + 1,), providers of need i are ``need_provider[need_ptr[i]:need_ptr[i+1]]``
    need_provider : int64, node rows
    site_cost : float64 (s,), of preparing a site in a period in which one of its parts is mended
    site_part, site : int64, pairs: part stands on site
    need_served : whether a provider must have its own demand met. Otherwise it is enough that it
        works, as in INDP: a substation that is whole but dead then still counts
    """

    node: tuple[str, ...]
    link: tuple[str, ...]
    lifelines: tuple[str, ...]
    lifeline: Ids
    supply: Floats
    shortage_cost: Floats
    surplus_cost: Floats
    throughput: Floats
    arc_tail: Ids
    arc_head: Ids
    arc_link: Ids
    capacity: Floats
    flow_cost: Floats
    repair_cost: Floats
    crew: Floats
    need_node: Ids
    need_quorum: Ids
    need_ptr: Ids
    need_provider: Ids
    site_cost: Floats
    site_part: Ids
    site: Ids
    need_served: bool = False

    def __post_init__(self) -> None:
        for made in fields(self):
            value = getattr(self, made.name)
            if isinstance(value, np.ndarray):
                value.setflags(write=False)
        _check(self)

    @property
    def parts(self) -> int:
        """Number of things that can break."""
        return len(self.node) + len(self.link)

    @property
    def part(self) -> tuple[str, ...]:
        """Ids of the parts: nodes, then links."""
        return self.node + self.link

    @property
    def demand(self) -> Floats:
        """What each node takes, float64 (n,), 0 where it takes nothing."""
        return np.maximum(-self.supply, 0.0)

    def rows(self, ids: Sequence[str]) -> Bools:
        """Mark the parts of these ids, bool (n + k,).

        Raises
        ------
        CityError
            An id is not a part of the network.
        """
        place = {name: row for row, name in enumerate(self.part)}
        absent = sorted(set(ids) - set(place))
        if absent:
            raise CityError(
                f"{len(absent)} broken parts are not in the network: {', '.join(absent[:5])}",
                mend="name nodes or links of the network",
            )
        marked = np.zeros(self.parts, bool)
        marked[[place[name] for name in ids]] = True
        return marked

    def working(self, mended: Bools) -> Bools:
        """Which nodes work at most: whole, and each need met by nodes that work; bool (n,).

        The greatest such set, as in INDP: nodes that need each other and are both whole work.
        """
        up = mended[: len(self.node)].copy()
        while True:
            met = provided(self, up) >= self.need_quorum
            out = self.need_node[~met]
            if not up[out].any():
                return up
            up[out] = False


def provided(network: FlowNetwork, up: Bools) -> Ids:
    """How many providers of each need are up, int64 (g,)."""
    total = np.concatenate([[0], np.cumsum(up[network.need_provider])])
    return total[network.need_ptr[1:]] - total[network.need_ptr[:-1]]


def _check(network: FlowNetwork) -> None:
    n, k, m = len(network.node), len(network.link), len(network.arc_tail)
    sizes = {"lifeline": n, "supply": n, "throughput": n, "shortage_cost": n, "surplus_cost": n}
    sizes |= {"arc_head": m, "arc_link": m, "capacity": m, "flow_cost": m}
    sizes |= {"repair_cost": n + k, "crew": n + k, "need_quorum": len(network.need_node)}
    sizes |= {"need_ptr": len(network.need_node) + 1, "site": len(network.site_part)}
    for name, size in sizes.items():
        if len(getattr(network, name)) != size:
            raise CityError(
                f"{name} has {len(getattr(network, name))} entries instead of {size}",
                mend="give one for each",
            )
    _check_ids(network)
    _check_figures(network)
    _check_rows(network)
    _check_needs(network)


def _check_ids(network: FlowNetwork) -> None:
    names = network.part
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise CityError(f"ids that occur twice: {', '.join(twice[:5])}", mend="rename one")


def _check_figures(network: FlowNetwork) -> None:
    if not np.isfinite(network.supply).all():
        row = int(np.flatnonzero(~np.isfinite(network.supply))[0])
        raise CityError("supply is no number", place=network.node[row], mend="give a finite figure")
    if not (network.throughput >= 0).all():
        row = int(np.flatnonzero(~(network.throughput >= 0))[0])
        raise CityError(
            f"throughput {network.throughput[row]:g}",
            place=network.node[row],
            mend="give a figure that is not below zero, or inf",
        )
    of_arc = [network.link[row] for row in network.arc_link.clip(0, len(network.link) - 1)]
    named = {
        "shortage_cost": network.node,
        "surplus_cost": network.node,
        "capacity": of_arc,
        "flow_cost": of_arc,
        "repair_cost": network.part,
        "crew": network.part,
        "site_cost": [f"site {row}" for row in range(len(network.site_cost))],
    }
    for name, places in named.items():
        value = getattr(network, name)
        wrong = np.flatnonzero(~(np.isfinite(value) & (value >= 0)))
        if len(wrong):
            raise CityError(
                f"{name} {value[wrong[0]]:g}",
                place=places[int(wrong[0])],
                mend="give a finite figure that is not below zero",
            )


def _check_rows(network: FlowNetwork) -> None:
    bounds = {
        "arc_tail": len(network.node),
        "arc_head": len(network.node),
        "arc_link": len(network.link),
        "lifeline": len(network.lifelines),
        "need_node": len(network.node),
        "site_part": network.parts,
        "site": len(network.site_cost),
    }
    for name, bound in bounds.items():
        value = getattr(network, name)
        wrong = value[(value < 0) | (value >= bound)]
        if len(wrong):
            raise CityError(
                f"{name} names row {wrong[0]} of {bound}", mend="name rows that are there"
            )


def _check_needs(network: FlowNetwork) -> None:
    providers, ptr = network.need_provider, network.need_ptr
    if ptr[0] or ptr[-1] != len(providers) or (np.diff(ptr) < 0).any():
        raise CityError("need_ptr does not divide need_provider", mend="count the providers again")
    group = np.repeat(np.arange(len(network.need_node)), np.diff(ptr))
    outside = np.flatnonzero((providers < 0) | (providers >= len(network.node)))
    if len(outside):
        needs = network.node[network.need_node[group[outside[0]]]]
        raise CityError(
            f"it needs row {providers[outside[0]]}, which is no node",
            place=needs,
            mend="name a provider that is in the network, or drop the need",
        )
    short = np.flatnonzero((network.need_quorum > np.diff(ptr)) | (network.need_quorum < 1))
    if len(short):
        row = int(short[0])
        raise CityError(
            f"it needs {network.need_quorum[row]} of {np.diff(ptr)[row]} providers",
            place=network.node[network.need_node[row]],
            mend="give a quorum from 1 to the number of its providers",
        )
