"""What goes down with assets that fail together, in the words and rows that pages show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rencity.atlas.opened import Opened
from rencity.atlas.refs import ASSETS, ZONES, Ref, Refs
from rencity.sim.why.consequences import Hour, Together, together
from rencity.sim.why.fall import Facility, Group

SHOWN_GROUPS, SHOWN_BY = 500, 20
SHOWN_ZONES, SHOWN_FACILITIES, SHOWN_DARK = 5_000, 2_000, 50_000


@dataclass(frozen=True)
class FacilityOut:
    """A facility that goes down, with its place."""

    asset: Ref
    how: str
    by: tuple[str, ...]
    out_h: float | None
    back_h: float | None


@dataclass(frozen=True)
class ZoneOut:
    """A zone that loses service; `row` in ``city.zones``, -1: the city has none."""

    zone: str
    name: str
    row: int
    people: Mapping[str, int]


@dataclass(frozen=True)
class Dark:
    """Rows of assets that are out: the first of `total`."""

    rows: tuple[int, ...]
    total: int


@dataclass(frozen=True)
class WhatIf:
    """As `rencity.sim.why.consequences.Together`, lists cut and counted.

    Attributes
    ----------
    outside, idle : ids asked for that are in no network; that are not served even undamaged
    """

    asked: tuple[Ref, ...]
    outside: tuple[str, ...]
    idle: tuple[str, ...]
    unit: str
    people: Mapping[str, int]
    assets_out: Mapping[str, int]
    rounds: tuple[tuple[Group, ...], ...]
    rounds_more: int
    zones: tuple[ZoneOut, ...]
    zones_hit: int
    facilities: tuple[FacilityOut, ...]
    facilities_hit: int
    hours: tuple[Hour, ...]
    settled: bool
    dark: Dark


def what_if(opened: Opened, assets: Sequence[str]) -> WhatIf:
    """Fail assets at once, for good.

    Parameters
    ----------
    assets : ids

    Raises
    ------
    AbsentError : the city has no such asset
    CityError : the city has errors
    """
    refs, names = opened.kept(Refs), opened.names
    rows = sorted(set(refs.rows(ASSETS, assets)))
    places = names.row_of_asset[rows]
    asked = tuple(refs.of(ASSETS, rows))
    inside = places[places >= 0]
    found = together(opened.network, inside.tolist(), names, opened.runs, SHOWN_GROUPS)
    return WhatIf(
        asked=asked,
        outside=tuple(ref.id for ref, place in zip(asked, places, strict=True) if place < 0),
        idle=tuple(names.ids_of(found.idle)),
        unit=found.unit,
        people=found.people,
        assets_out=found.lost,
        rounds=tuple(tuple(map(_short, groups)) for groups in found.rounds),
        rounds_more=found.rounds_more,
        zones=_zones(refs, found),
        zones_hit=len(found.zones),
        facilities=_facilities(refs, found.facilities[:SHOWN_FACILITIES]),
        facilities_hit=len(found.facilities),
        hours=found.hours,
        settled=found.settled,
        dark=Dark(tuple(found.dark[:SHOWN_DARK].tolist()), len(found.dark)),
    )


def _short(group: Group) -> Group:
    return replace(group, by=group.by[:SHOWN_BY])


def _zones(refs: Refs, found: Together) -> tuple[ZoneOut, ...]:
    shown = found.zones[:SHOWN_ZONES]
    rows = refs.index[ZONES].get_indexer(np.array([each.zone for each in shown], object))
    return tuple(
        ZoneOut(each.zone, each.name, int(row), each.people)
        for each, row in zip(shown, rows, strict=True)
    )


def _facilities(refs: Refs, shown: Sequence[Facility]) -> tuple[FacilityOut, ...]:
    rows = refs.rows(ASSETS, [each.asset.id for each in shown])
    return tuple(
        FacilityOut(ref, each.how, each.by[:SHOWN_BY], each.out_h, each.back_h)
        for ref, each in zip(refs.of(ASSETS, rows), shown, strict=True)
    )
