"""What the map's signs mean: lifelines, kinds and levels that a city has, counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rencity.city.schema import LEVELS

if TYPE_CHECKING:
    from rencity.city.model import City


@dataclass(frozen=True)
class LifelineSign:
    """A lifeline; `unit` is that of its demand."""

    id: str
    zh: str
    en: str
    colour: str
    unit: str
    count: int


@dataclass(frozen=True)
class KindSign:
    """A kind of asset; `id` is ``lifeline.kind``, `role` ``node`` or ``link``."""

    id: str
    lifeline: str
    kind: str
    zh: str
    en: str
    role: str
    count: int


@dataclass(frozen=True)
class LevelSign:
    """A level of zones with all its residents."""

    level: str
    count: int
    people: float


@dataclass(frozen=True)
class Legend:
    """The signs that a city's map needs."""

    lifelines: tuple[LifelineSign, ...]
    kinds: tuple[KindSign, ...]
    levels: tuple[LevelSign, ...]


def legend_of(city: City) -> Legend:
    """The signs for what a city has, lifelines in the catalogue's order."""
    counts = city.assets.groupby(["lifeline", "kind"], sort=True).size()
    kinds = tuple(_kind(city, str(line), str(kind), int(n)) for (line, kind), n in counts.items())
    present = {each.lifeline for each in kinds}
    known = [name for name in city.catalogue.lifelines if name in present]
    lifelines = tuple(
        _lifeline(city, name, sum(k.count for k in kinds if k.lifeline == name))
        for name in [*known, *sorted(present - set(known))]
    )
    return Legend(lifelines, kinds, _levels(city))


def legend_from(said: Mapping[str, Any]) -> Legend:
    """The signs from plain values."""
    return Legend(
        tuple(LifelineSign(**each) for each in said["lifelines"]),
        tuple(KindSign(**each) for each in said["kinds"]),
        tuple(LevelSign(**each) for each in said["levels"]),
    )


def _lifeline(city: City, name: str, count: int) -> LifelineSign:
    said = city.catalogue.lifelines.get(name)
    if said is None:
        return LifelineSign(name, name, name, "#6b7280", "", count)
    return LifelineSign(name, said.zh, said.en, said.colour, said.unit, count)


def _kind(city: City, lifeline: str, kind: str, count: int) -> KindSign:
    key = f"{lifeline}.{kind}"
    said = city.catalogue.kinds.get(key)
    if said is None:
        return KindSign(key, lifeline, kind, key, key, "node", count)
    return KindSign(key, lifeline, kind, said.zh, said.en, said.role, count)


def _levels(city: City) -> tuple[LevelSign, ...]:
    found = city.zones.groupby("level")["people_night"].agg(["size", "sum"])
    return tuple(
        LevelSign(level, int(found["size"][level]), float(found["sum"][level]))
        for level in LEVELS
        if level in found.index
    )
