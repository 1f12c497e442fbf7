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
        self.rides = [(r.carrier, r.asset) for r in city.carriers.itertuples()]
        self.normal = self._undamaged()

    def run(
        self, out: Mapping[str, float | Sequence[tuple[float, float]]], edge_min: Sequence[int]
    ) -> list[frozenset[str]]:
        """Served assets at each step.

        `out`: minutes each damaged asset is out of service, or when each of its outages begins and
        ends.
        """
        spans = self._carried(
            {a: [(0, o)] if isinstance(o, int | float) else list(o) for a, o in out.items()}
        )
        first = min((begin for each in spans.values() for begin, _ in each), default=NEVER)
        served = set(self.normal)
        unmet_since: dict[int, int] = {}
        result = []
        before = edge_min[0]
        for now in edge_min:
            age = {i: now - since for i, since in unmet_since.items()}

            def operates(asset: str, running: set[str], age=age, now=now) -> bool:
                if asset not in self.normal:
                    return False
                if any(begin <= now < end for begin, end in spans.get(asset, ())):
                    return False
                return all(
                    self._met(need, running) or self._waived(need, age.get(i, 0))
                    for i, need in enumerate(self.needs)
                    if need.asset == asset
                )

            while True:  # losses: greatest part of what ran that supports itself
                # what is switched in a step helps starts, not losses
                kept = self._reach({a for a in served if operates(a, served)}, before - first)
                if kept == served:
                    break
                served = kept
            while True:  # starts: least fixpoint above it
                grown = self._reach({a for a in self.assets if operates(a, served)}, now - first)
                assert served <= grown
                if grown == served:
                    break
                served = grown
            before = now
            result.append(frozenset(served))
            for i, need in enumerate(self.needs):
                if self._met(need, served):
                    unmet_since.pop(i, None)
                else:
                    unmet_since.setdefault(i, now)
        return result

    def _carried(
        self, spans: dict[str, list[tuple[float, float]]]
    ) -> dict[str, list[tuple[float, float]]]:
        """With the outages of what rides on what is out, however long the chain."""
        made = {asset: set(each) for asset, each in spans.items()}
        grew = True
        while grew:
            grew = False
            for carrier, rider in self.rides:
                more = made.get(carrier, set()) - made.get(rider, set())
                if more:
                    made.setdefault(rider, set()).update(more)
                    grew = True
        return {asset: sorted(each) for asset, each in made.items()}

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
