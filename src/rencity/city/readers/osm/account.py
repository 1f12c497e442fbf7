"""What became of each object: kept, merged or refused, once."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Set
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from rencity.city.readers.ledger import Layer
from rencity.city.readers.osm.places import distinct

Ints = npt.NDArray[np.int64]

REFUSED, MERGED, KEPT = 0, 1, 2
NO_TAG = "no tag that makes anything here"
BUILDING = "buildings are not read by this reader"
VERTEX = "vertex of a kept line or area"


@dataclass
class Fates:
    """The fate of each object of one type; the best of several is what counts.

    Attributes
    ----------
    letter : n, w or r, as ids write it
    read : objects seen
    known : fate and reason by id
    bulk : fate, reason and ids of many objects alike; `known` wins
    """

    letter: str
    read: int = 0
    known: dict[int, tuple[int, str]] = field(default_factory=dict)
    bulk: list[tuple[int, str, Ints]] = field(default_factory=list)

    def keep(self, key: int) -> None:
        """It became a row, or several."""
        self.known[key] = (KEPT, "")

    def merge(self, key: int, reason: str) -> None:
        """It became part of another row."""
        self._better(key, MERGED, reason)

    def refuse(self, key: int, reason: str) -> None:
        """It was left out."""
        self._better(key, REFUSED, reason)

    def many(self, keys: Ints, fate: int, reason: str) -> None:
        """The fate of many; those already known keep theirs."""
        known = np.fromiter(self.known, np.int64, len(self.known))
        told = [known, *(each for _, _, each in self.bulk)]
        fresh = distinct(keys)
        self.bulk.append((fate, reason, fresh[~np.isin(fresh, np.concatenate(told))]))

    def stays(self, key: int) -> bool:
        """Whether it became a row or part of one."""
        return self.known.get(key, (REFUSED, ""))[0] > REFUSED

    def layer(self, name: str, keys: Iterable[int], rest: str) -> Layer:
        """The account of the objects of `keys`; those of unknown fate are refused as `rest`."""
        made = Layer(name)
        unknown: list[int] = []
        for key in keys:
            made.read += 1
            if key in self.known:
                self._count(made, key, *self.known[key])
            else:
                unknown.append(key)
        for n, key in enumerate(unknown[:3]):  # examples, and the last of them counts all
            several = len(unknown) - n if n == min(len(unknown), 3) - 1 else 1
            self._count(made, key, REFUSED, rest, several)
        return made

    def others(self, name: str, told: Set[int] = frozenset()) -> Layer:
        """The account of every object not in `told`; what is unknown bore no tag of use."""
        made = self.layer(name, (key for key in self.known if key not in told), NO_TAG)
        for fate, reason, keys in self.bulk:
            if len(keys):
                made.read += len(keys)
                self._count(made, int(keys[0]), fate, reason, len(keys))
        rest = self.read - len(told) - made.read
        if rest > 0:
            made.refuse(NO_TAG, "", rest)
            made.read += rest
        return made

    def _better(self, key: int, fate: int, reason: str) -> None:
        if key not in self.known or fate > self.known[key][0]:
            self.known[key] = (fate, reason)

    def _count(self, layer: Layer, key: int, fate: int, reason: str, n: int = 1) -> None:
        place = f"osm-{self.letter}{key}"
        if fate == KEPT:
            layer.kept += n
        elif fate == MERGED:
            layer.merge(reason, place, n)
        else:
            layer.refuse(reason, place, n)


@dataclass
class Account:
    """The fates of nodes, ways and relations, and the ways that are roads and buildings."""

    nodes: Fates = field(default_factory=lambda: Fates("n"))
    ways: Fates = field(default_factory=lambda: Fates("w"))
    relations: Fates = field(default_factory=lambda: Fates("r"))
    highways: array[int] = field(default_factory=lambda: array("q"))
    buildings: array[int] = field(default_factory=lambda: array("q"))

    def of(self, letter: str) -> Fates:
        """The fates of the type with that letter."""
        return {"n": self.nodes, "w": self.ways, "r": self.relations}[letter]

    def layers(self) -> tuple[Layer, ...]:
        """Nodes, three sorts of ways, relations: each object of the file in one of them."""
        roads = dict.fromkeys(self.highways)
        houses = dict.fromkeys(key for key in self.buildings if key not in roads)
        return (
            self.nodes.others("nodes"),
            self.ways.layer("highways", roads, NO_TAG),
            self.ways.layer("buildings", houses, BUILDING),
            self.ways.others("other ways", (roads | houses).keys()),
            self.relations.others("relations"),
        )
