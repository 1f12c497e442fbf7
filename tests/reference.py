"""The engine's semantics one sample at a time, with sets: slow, plain, and free of `rencity.sim`.

Every asset is a node, links' own assets included; times are minutes; a step is named by its start.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rencity.city import City

NEVER = math.inf
ALWAYS = -math.inf
BEFORE = -1.0  # normally open links are open before the shock, even those closed at once


@dataclass(frozen=True)
class Need:
    asset: str
    quorum: int
    backup_min: float
    manual_min: float
    providers: tuple[str, ...]


class Reference:
    def __init__(self, city: City) -> None:
        assets = city.assets
        self.assets = list(assets["id"])
        self.sources = set(assets["id"][assets["source"]])
        self.edges: list[tuple[str, str, float]] = []  # from, to, usable from this minute on
        for link in city.links.itertuples():
            opens = ALWAYS
            if link.normally_open:
                opens = NEVER if math.isnan(link.switching_min) else math.ceil(link.switching_min)
            path = [link.start, link.asset, link.end] if link.asset else [link.start, link.end]
            for a, b in pairwise(path):
                usable = opens if b == link.end else ALWAYS  # the switch stands at the link's end
                self.edges.append((a, b, usable))
                if not link.directed:
                    self.edges.append((b, a, usable))
        self.needs = [
            Need(
                group.asset,
                group.quorum,
                math.ceil(group.backup_h * 60),
                0 if math.isnan(group.manual_start_h) else math.ceil(group.manual_start_h * 60),
                tuple(city.needs["provider"][city.needs["group"] == group.id]),
            )
            for group in city.need_groups.itertuples()
        ]
        self.normal = self._undamaged()

    def run(self, out: Mapping[str, float], edge_min: Sequence[int]) -> list[frozenset[str]]:
        """Served assets at each step; `out`: minutes each damaged asset is out of service."""
        served = set(self.normal)
        unmet_since: dict[int, int] = {}
        result = []
        for now in edge_min:
            age = {i: now - since for i, since in unmet_since.items()}

            def operates(asset: str, running: set[str], age=age, now=now) -> bool:
                if asset not in self.normal or out.get(asset, 0) > now:
                    return False
                return all(
                    self._met(need, running) or self._waived(need, age.get(i, 0))
                    for i, need in enumerate(self.needs)
                    if need.asset == asset
                )

            while True:  # losses: greatest part of what ran that supports itself
                kept = self._reach({a for a in served if operates(a, served)}, now)
                if kept == served:
                    break
                served = kept
            while True:  # starts: least fixpoint above it
                grown = self._reach({a for a in self.assets if operates(a, served)}, now)
                assert served <= grown
                if grown == served:
                    break
                served = grown
            result.append(frozenset(served))
            for i, need in enumerate(self.needs):
                if self._met(need, served):
                    unmet_since.pop(i, None)
                else:
                    unmet_since.setdefault(i, now)
        return result

    def _met(self, need: Need, running: set[str]) -> bool:
        return sum(provider in running for provider in need.providers) >= need.quorum

    def _waived(self, need: Need, age: float) -> bool:
        return age < need.backup_min or (need.manual_min > 0 and age >= need.manual_min)

    def _undamaged(self) -> frozenset[str]:
        running = set(self.assets)
        while True:
            able = {
                a
                for a in running
                if all(self._met(need, running) for need in self.needs if need.asset == a)
            }
            kept = self._reach(able, BEFORE)
            if kept == running:
                return frozenset(running)
            running = kept

    def _reach(self, able: set[str], now: float) -> set[str]:
        seen = self.sources & able
        stack = list(seen)
        out: dict[str, list[str]] = {}
        for a, b, opens in self.edges:
            if opens <= now:
                out.setdefault(a, []).append(b)
        while stack:
            for b in out.get(stack.pop(), ()):
                if b in able and b not in seen:
                    seen.add(b)
                    stack.append(b)
        return seen
