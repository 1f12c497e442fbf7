"""All that a city says of one asset or zone, and of what it is joined to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from rencity.atlas.joins import Joins
from rencity.atlas.opened import Opened
from rencity.atlas.refs import ASSETS, ZONES, Ref, Refs, Which
from rencity.atlas.values import Value, origin_of, plain, values_of

SHOWN = 100
Ints = npt.NDArray[np.int64]
T = TypeVar("T")


@dataclass(frozen=True)
class Cut(Generic[T]):
    """The first of a list, and how many more there are."""

    items: tuple[T, ...] = ()
    more: int = 0


@dataclass(frozen=True)
class Need:
    """What an asset must receive to work; fields as in ``need_groups``, `of` its alternatives."""

    id: str
    lifeline: str
    quorum: int
    of: int
    backup_h: float
    manual_start_h: float | None
    origin: str
    rule: str
    providers: tuple[Ref, ...]


@dataclass(frozen=True)
class Neighbour:
    """An asset at the other end of a link.

    Attributes
    ----------
    flow : where service may flow: ``to`` the neighbour, ``from`` it, or ``both``; ``along``: the
        neighbour is an end of a link whose own asset was asked for
    by : the link's own asset
    """

    ref: Ref
    link: str
    flow: str
    directed: bool
    normally_open: bool
    switching_min: float | None
    length_m: float | None
    by: Ref | None


@dataclass(frozen=True)
class Dependent:
    """An asset whose need this one can meet."""

    ref: Ref
    lifeline: str
    quorum: int
    of: int
    backup_h: float
    manual_start_h: float | None


@dataclass(frozen=True)
class Served:
    """A zone that an asset supplies, and how many of its residents hang on it."""

    ref: Ref
    share: float
    people: float
    origin: str
    rule: str


@dataclass(frozen=True)
class Supplier:
    """An asset that supplies a zone."""

    lifeline: str
    ref: Ref
    share: float
    origin: str
    rule: str


@dataclass(frozen=True)
class Demand:
    """What a zone uses of a lifeline on a normal day."""

    lifeline: str
    amount: float
    unit: str
    origin: str
    rule: str


@dataclass(frozen=True)
class Thing:
    """One asset or zone; what does not go with its table is empty."""

    ref: Ref
    name_en: str
    extent_deg: tuple[float, float, float, float] | None
    values: tuple[Value, ...]
    zone: Ref | None = None
    needs: tuple[Need, ...] = ()
    neighbours: Cut[Neighbour] = Cut()
    dependents: Cut[Dependent] = Cut()
    serves: Cut[Served] = Cut()
    rides_on: Cut[Ref] = Cut()
    carries: Cut[Ref] = Cut()
    served_by: Cut[Supplier] = Cut()
    parents: tuple[Ref, ...] = ()
    children: Cut[Ref] = Cut()
    demands: tuple[Demand, ...] = ()


class Things:
    """Answers about single assets and zones of a city."""

    def __init__(self, opened: Opened) -> None:
        self.city = opened.city
        self.refs, self.joins = opened.kept(Refs), opened.kept(Joins)
        self._groups, self._links = self.city.need_groups, self.city.links
        self._people = np.nan_to_num(self.city.zones["people_night"].to_numpy(float))
        self._of = np.bincount(self.joins.need_group, minlength=len(self._groups))

    def thing(self, table: Which, row: int) -> Thing:
        """One of them.

        Raises
        ------
        AbsentError : there is no such row
        """
        self.refs.known(table, row)
        return self._asset(row) if table == ASSETS else self._zone(row)

    def _asset(self, row: int) -> Thing:
        joins, ref = self.joins, self.refs.one(ASSETS, row)
        zone = int(joins.zone_of[row])
        groups = joins.groups_of.by(row)[:SHOWN]
        return Thing(
            ref=ref,
            name_en="",
            extent_deg=self._extent(ASSETS, row),
            values=tuple(values_of(ASSETS, self.city.assets, row, self._unit(ref.lifeline))),
            zone=self.refs.one(ZONES, zone) if zone >= 0 else None,
            needs=tuple(self._need(int(group)) for group in groups),
            neighbours=self._neighbours(row),
            dependents=_cut(joins.needs_by.by(row), self._dependents),
            serves=_cut(self._most_first(joins.serves_of.by(row)), self._serves),
            rides_on=_cut(joins.carrier[joins.carriers_of.by(row)], self._assets),
            carries=_cut(joins.rider[joins.carried.by(row)], self._assets),
        )

    def _zone(self, row: int) -> Thing:
        joins, zones = self.joins, self.city.zones
        return Thing(
            ref=self.refs.one(ZONES, row),
            name_en=str(zones["name_en"].iloc[row]),
            extent_deg=self._extent(ZONES, row),
            values=tuple(values_of(ZONES, zones, row)),
            served_by=_cut(joins.serves_to.by(row), self._suppliers),
            parents=tuple(self.refs.of(ZONES, self._above(row))),
            children=_cut(joins.children.by(row), lambda rows: self.refs.of(ZONES, rows)),
            demands=tuple(self._demand(int(at)) for at in joins.demands_of.by(row)),
        )

    def _assets(self, rows: Ints) -> list[Ref]:
        return self.refs.of(ASSETS, rows)

    def _extent(self, table: Which, row: int) -> tuple[float, float, float, float] | None:
        shape = self.city.tables[table].geometry.iloc[row]
        if shape is None or shape.is_empty:
            return None
        west, south, east, north = shape.bounds
        return west, south, east, north

    def _unit(self, lifeline: str) -> str:
        entry = self.city.catalogue.lifelines.get(lifeline)
        return entry.unit if entry else ""

    def _need(self, group: int) -> Need:
        groups, needs = self._groups, self.joins.needs_of.by(group)
        backup = origin_of(groups, group, "backup_h")
        return Need(
            str(groups["id"].iloc[group]),
            str(groups["lifeline"].iloc[group]),
            int(groups["quorum"].iloc[group]),
            len(needs),
            float(groups["backup_h"].iloc[group]),
            _number(groups["manual_start_h"].iloc[group]),
            *backup,
            tuple(self._assets(self.joins.provider[needs])),
        )

    def _neighbours(self, row: int) -> Cut[Neighbour]:
        joins = self.joins
        found = [
            *((int(link), int(joins.end[link]), "to") for link in joins.by_start.by(row)),
            *((int(link), int(joins.start[link]), "from") for link in joins.by_end.by(row)),
            *(
                (int(k), int(e[k]), "along")
                for k in joins.by_own.by(row)
                for e in (joins.start, joins.end)
            ),
        ]
        found = [each for each in found if each[1] >= 0]
        refs = self._assets(np.array([other for _, other, _ in found[:SHOWN]], np.int64))
        told = [
            self._neighbour(link, ref, flow)
            for (link, _, flow), ref in zip(found[:SHOWN], refs, strict=True)
        ]
        return Cut(tuple(told), max(0, len(found) - SHOWN))

    def _neighbour(self, link: int, ref: Ref, flow: str) -> Neighbour:
        links, own = self._links, int(self.joins.own[link])
        directed = bool(links["directed"].iloc[link])
        return Neighbour(
            ref=ref,
            link=str(links["id"].iloc[link]),
            flow=flow if directed or flow == "along" else "both",
            directed=directed,
            normally_open=bool(links["normally_open"].iloc[link]),
            switching_min=_number(links["switching_min"].iloc[link]),
            length_m=_number(links["length_m"].iloc[link]),
            by=self.refs.one(ASSETS, own) if own >= 0 and flow != "along" else None,
        )

    def _dependents(self, needs: Ints) -> list[Dependent]:
        group = self.joins.need_group[needs]
        refs = self._assets(self.joins.group_asset[group])
        return [self._dependent(int(g), ref) for g, ref in zip(group, refs, strict=True)]

    def _dependent(self, group: int, ref: Ref) -> Dependent:
        groups = self._groups
        return Dependent(
            ref,
            str(groups["lifeline"].iloc[group]),
            int(groups["quorum"].iloc[group]),
            int(self._of[group]),
            float(groups["backup_h"].iloc[group]),
            _number(groups["manual_start_h"].iloc[group]),
        )

    def _most_first(self, rows: Ints) -> Ints:
        share = self.city.serves["share"].to_numpy()[rows]
        return rows[np.argsort(-share * self._people[self.joins.served[rows]], kind="stable")]

    def _serves(self, rows: Ints) -> list[Served]:
        serves, zones = self.city.serves, self.joins.served[rows]
        share = serves["share"].to_numpy()[rows]
        return [
            Served(ref, float(s), float(s * self._people[zone]), *origin_of(serves, row, "share"))
            for row, zone, s, ref in zip(
                rows, zones, share, self.refs.of(ZONES, zones), strict=True
            )
        ]

    def _suppliers(self, rows: Ints) -> list[Supplier]:
        serves = self.city.serves
        refs = self._assets(self.joins.served_by[rows])
        told = [
            Supplier(
                ref.lifeline,
                ref,
                float(serves["share"].iloc[row]),
                *origin_of(serves, row, "share"),
            )
            for row, ref in zip(rows, refs, strict=True)
        ]
        return sorted(told, key=lambda each: (each.lifeline, -each.share))

    def _above(self, row: int) -> list[int]:
        """The zones that contain a zone, the nearest first."""
        found: list[int] = []
        at = int(self.joins.parent[row])
        while at >= 0 and at not in found:
            found.append(at)
            at = int(self.joins.parent[at])
        return found

    def _demand(self, at: int) -> Demand:
        demands = self.city.demands
        line = str(demands["lifeline"].iloc[at])
        amount = float(demands["amount"].iloc[at])
        return Demand(line, amount, self._unit(line), *origin_of(demands, at, "amount"))


def _cut(rows: Ints, told: Callable[[Ints], Iterable[T]]) -> Cut[T]:
    return Cut(tuple(told(rows[:SHOWN])), max(0, len(rows) - SHOWN))


def _number(value: object) -> float | None:
    said = plain(value)
    return None if said is None else float(said)
