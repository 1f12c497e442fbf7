"""A directed, weighted graph with parallel links, and what of it is down in each event."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from rencity.kit.errors import InputError

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Graph:
    """n nodes and k links; an undirected link is one link that may be gone both ways.

    Attributes
    ----------
    source, consumer : bool (n,); where a node is both, every other such node is its source
    start, end : int64 (k,)
    directed : bool (k,), gone from start to end only
    weight : (k,), length of each link, zero or more

    Raises
    ------
    InputError : a link ends nowhere, or a weight is negative or no number
    """

    source: Bools
    consumer: Bools
    start: Ints
    end: Ints
    directed: Bools
    weight: Floats

    def __post_init__(self) -> None:
        n = len(self.source)
        for name, ends in (("start", self.start), ("end", self.end)):
            wrong = np.flatnonzero((ends < 0) | (ends >= n))
            if len(wrong):
                raise InputError(
                    f"link {wrong[0]} has {name} {ends[wrong[0]]}, which is no node",
                    place="links",
                    mend=f"nodes are 0 to {n - 1}",
                )
        wrong = np.flatnonzero(~np.isfinite(self.weight) | (self.weight < 0))
        if len(wrong):
            raise InputError(
                f"link {wrong[0]} has weight {self.weight[wrong[0]]:g}",
                place="links",
                mend="give lengths of zero or more",
            )

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.source)

    @property
    def links(self) -> int:
        """Number of links."""
        return len(self.start)

    @cached_property
    def arcs(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Directed arcs by tail, then head, then link: pointer by node, tail, head, link."""
        both = np.flatnonzero(~self.directed)
        link = np.concatenate([np.arange(self.links), both])
        tail = np.concatenate([self.start, self.end[both]])
        head = np.concatenate([self.end, self.start[both]])
        order = np.lexsort((link, head, tail))
        ptr = np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=self.nodes))])
        return ptr.astype(np.int64), tail[order], head[order], link[order].astype(np.int64)


@dataclass(frozen=True)
class Down:
    """What is removed in each of e events.

    Attributes
    ----------
    nodes : bool (e, n)
    links : bool (e, k)
    """

    nodes: Bools
    links: Bools

    def __len__(self) -> int:
        return len(self.nodes)

    @classmethod
    def none(cls, graph: Graph) -> Down:
        """One event in which nothing is removed."""
        return cls(np.zeros((1, graph.nodes), bool), np.zeros((1, graph.links), bool))

    @property
    def any(self) -> bool:
        """Whether anything is removed in any event."""
        return bool(self.nodes.any() or self.links.any())
