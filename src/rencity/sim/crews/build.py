"""From a crews file, a city and classes of work to a plan of crews."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.city.model import City
from rencity.city.network import Network
from rencity.kit.errors import ScenarioError
from rencity.kit.findings import Finding
from rencity.kit.suggest import did_you_mean
from rencity.sim.crews.arrays import Tasks, Teams
from rencity.sim.crews.order import feeding, tiers
from rencity.sim.crews.plan import CrewPlan, Level, Ways, plan_edges
from rencity.sim.crews.spec import GREAT_NODES, CrewFile, Crews, LonLat
from rencity.sim.crews.ways import CityWays
from rencity.sim.crews.work import WORK, Work
from rencity.sim.damage import Classes, kinds_of
from rencity.sim.travel import (
    PER_MINUTE,
    UNREACHABLE,
    NoRoadsError,
    Places,
    Travel,
    snap_assets,
    snap_points,
    whole_minutes_of,
)

MIN_PER_H = 60
FAR_MIN = 1 << 20
"""Minutes in place of no way where people by crew-hour are reckoned."""

Ids = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Placed:
    """Bases and rows on the roads of a city, or on none.

    Attributes
    ----------
    base : int64 (e,), base of each entry
    on_roads : bool (e,), whether a road is within reach of it
    site, access : as in `rencity.sim.crews.arrays.Tasks`
    nodes : of the roads
    """

    ways: Ways
    road: npt.NDArray[np.bool_]
    base: Ints
    on_roads: npt.NDArray[np.bool_]
    open_: Ids
    site: Ids
    access: Ids
    nodes: int


def crew_plan(
    file: CrewFile,
    city: City,
    network: Network,
    classes: Classes,
    *,
    people: Ints,
    horizon_min: int,
    starts_min: Collection[int] = (),
) -> tuple[CrewPlan, list[Finding]]:
    """Make crews ready for one city.

    Parameters
    ----------
    classes : in force, with the work of the file's skills, see `Classes.with_work`
    people : int64 (rows,), people who hang on each row
    starts_min : minutes at which hazards begin

    Raises
    ------
    ScenarioError : a base that is not in the city, or a critical kind no catalogue knows
    """
    order = sorted(range(len(file.crews)), key=lambda e: (file.crews[e].skill, e))
    entries = [file.crews[e] for e in order]
    asset = _assets(network)
    work_of, works = works_by_row(city, asset, classes)
    mended = np.array([one.skill in file.skills for one in works], bool)
    work_of = np.where((work_of >= 0) & mended[work_of], work_of, -1) if works else work_of
    skills = tuple(sorted({one.skill for one in entries}))
    parts = tuple(sorted({one.part for one in works if one.part}))
    placed, findings = _placed(file, entries, city, asset, np.flatnonzero(work_of >= 0))
    teams = _teams(entries, skills, parts, placed.base, file.planning.clock_h)
    tasks = _tasks(file, city, network, asset, work_of, works, skills, parts, teams, placed, people)
    findings += _list_findings(file, city)
    first_h, every_h = file.planning.looks_h(placed.nodes)
    findings += _seldom(file, placed.nodes)
    looks = np.array(first_h) * MIN_PER_H
    later = np.arange(looks.max(initial=0), horizon_min, every_h * MIN_PER_H)
    edges, looks = plan_edges(
        horizon_min,
        round(file.planning.every_h * MIN_PER_H),
        np.rint(np.concatenate([looks, later])).astype(np.int64),
        np.array(sorted(starts_min), np.int64),
    )
    plan = CrewPlan(
        name=tuple(one.name for one in entries),
        skills=skills,
        parts=parts,
        teams=teams,
        tasks=tasks,
        ways=placed.ways,
        edge_min=edges,
        road_min=looks,
        road=placed.road,
        lacking=_lacking(city, asset, classes, file.skills),
    )
    return plan, findings


def works_by_row(city: City, asset: Ints, classes: Classes) -> tuple[Ints, list[Work]]:
    """Class of work that mends each row of the network, −1 where a repair class does."""
    names = sorted(classes.work)
    kinds = kinds_of(city.assets)
    chosen = [classes.applies_repair.get(kind, ("",)) for kind in kinds.categories]
    by_kind = np.array([_of_kind(names, one[0]) for one in chosen], np.int64)
    own = pd.Categorical(city.assets["repair"])
    instead = {
        old: i
        for i, name in enumerate(names)
        for old in classes.work[name].replaces
        if WORK + name in classes.repair
    }
    by_own = np.array([instead.get(str(one), -1) for one in own.categories], np.int64)
    of_asset = np.where(
        (city.assets["repair"] == "").to_numpy(bool), by_kind[kinds.codes], by_own[own.codes]
    )
    made = np.where(asset >= 0, of_asset[asset], -1)
    return made, [classes.work[name] for name in names]


def _lacking(
    city: City, asset: Ints, classes: Classes, skills: Collection[str]
) -> tuple[tuple[str, str, Ids], ...]:
    """Rows of each kind that a class of work is for whose skill no crew has."""
    kinds = kinds_of(city.assets)
    held = {k for work in classes.work.values() if work.skill in skills for k in work.applies}
    made = []
    for skill, kind in sorted(
        {
            (work.skill, kind)
            for work in classes.work.values()
            for kind in work.applies
            if work.skill not in skills and kind not in held
        }
    ):
        mine = kinds.codes == kinds.categories.get_indexer([kind])[0]
        rows = np.flatnonzero((asset >= 0) & mine[asset])
        if kind in kinds.categories and len(rows):
            made.append((skill, kind, rows.astype(np.int32)))
    return tuple(made)


def _of_kind(names: list[str], name: str) -> int:
    """Number of a class of work that stands in place of a repair class, else −1."""
    return names.index(name.removeprefix(WORK)) if name.startswith(WORK) else -1


def _assets(network: Network) -> Ints:
    """Row of ``city.assets`` of each row of the network, −1 for none."""
    return np.concatenate([network.asset, network.link_asset]).astype(np.int64)


def _teams(
    entries: list[Crews],
    skills: tuple[str, ...],
    parts: tuple[str, ...],
    base: Ints,
    clock_h: float,
) -> Teams:
    number = np.array([skills.index(one.skill) for one in entries])
    count = np.bincount(number, minlength=len(skills))
    begin = [round((one.shift.start_h - clock_h) * MIN_PER_H) % 1440 for one in entries]
    stock = [[one.parts.get(part, -1) for part in parts] for one in entries]
    return Teams(
        ptr=np.concatenate([[0], np.cumsum(count)]).astype(np.int64),
        base=base,
        crews=np.array([one.count for one in entries], np.int64),
        arrives=np.array([round(one.arrives_h * MIN_PER_H) for one in entries], np.int64),
        begin=np.array(begin, np.int64),
        length=np.array([max(1, round(one.shift.hours * MIN_PER_H)) for one in entries], np.int64),
        stock=np.array(stock, np.int64).reshape(len(entries), len(parts)),
        resupply=np.array(
            [max(1, round(one.resupply_h * MIN_PER_H)) if one.resupply_h else 0 for one in entries],
            np.int64,
        ),
    )


def _tasks(
    file: CrewFile,
    city: City,
    network: Network,
    asset: Ints,
    work_of: Ints,
    works: list[Work],
    skills: tuple[str, ...],
    parts: tuple[str, ...],
    teams: Teams,
    placed: Placed,
    people: Ints,
) -> Tasks:
    def each(values: list[int]) -> npt.NDArray[np.int16]:
        return np.where(work_of < 0, -1, np.array([*values, -1])[work_of]).astype(np.int16)

    skill = each([skills.index(one.skill) if one.skill in skills else -1 for one in works])
    usual = _usual(skill, teams, placed)
    rows = np.flatnonzero(skill >= 0)
    ids = city.assets["id"].to_numpy(object)[asset[rows]].astype(str)
    tier, by_loss = tiers(
        file.priority, _critical(file, city, network), usual, _listed(file, city, network)
    )
    return Tasks(
        skill=skill,
        crews=each([one.crews for one in works]),
        part=each([parts.index(one.part) if one.part else -1 for one in works]),
        site=placed.site,
        access=placed.access,
        usual=np.where(usual < 0, FAR_MIN, usual).astype(np.int32),
        people=people.astype(np.int64),
        tier=tier,
        by_loss=by_loss,
        order=rows[np.argsort(ids, kind="stable")].astype(np.int32),
    )


def _usual(skill: npt.NDArray[np.int16], teams: Teams, placed: Placed) -> Ids:
    """Minutes from the nearest base of a row's skill on undamaged roads, −1 for no way."""
    best = np.full(len(skill), UNREACHABLE, np.int64)
    for k in range(len(teams.ptr) - 1):
        entries = np.arange(teams.ptr[k], teams.ptr[k + 1])
        entries = entries[teams.crews[entries] > 0]
        mine = np.flatnonzero(skill == k)
        if len(entries) and len(mine):
            near = placed.open_[teams.base[entries]].min(axis=0)
            near = np.append(near, UNREACHABLE)  # read by site −1
            best[mine] = near[placed.site[mine]].min(axis=1)
    way = whole_minutes_of(np.minimum(best, UNREACHABLE - 1) + placed.access)
    return np.where(best >= UNREACHABLE, -1, way).astype(np.int32)


def _critical(file: CrewFile, city: City, network: Network) -> npt.NDArray[np.bool_]:
    if file.priority.rule != "critical":
        return np.zeros(network.nodes + network.link_rows, bool)
    for kind in file.priority.critical:
        if kind not in city.catalogue.kinds:
            raise ScenarioError(
                f"unknown kind {kind!r}",
                place="priority.critical",
                mend=did_you_mean(kind, city.catalogue.kinds, what="kind"),
            )
    kinds = kinds_of(city.assets)
    mine = np.isin(kinds.codes, kinds.categories.get_indexer(list(file.priority.critical)))
    rows = network.row_of_asset(len(city.assets))[mine]
    return feeding(network, rows[rows >= 0])


def _listed(file: CrewFile, city: City, network: Network) -> Ids:
    at = pd.Index(city.assets["id"]).get_indexer(list(dict.fromkeys(file.priority.list)))
    rows = network.row_of_asset(len(city.assets))[at[at >= 0]]
    return rows[rows >= 0].astype(np.int32)


def _list_findings(file: CrewFile, city: City) -> list[Finding]:
    at = pd.Index(city.assets["id"]).get_indexer(list(file.priority.list))
    lost = tuple(name for name, row in zip(file.priority.list, at, strict=True) if row < 0)
    if not lost:
        return []
    return [
        Finding(
            "crews-list-unknown",
            "warning",
            f"{len(lost)} of {len(at)} assets of the crews' list are not in the city: "
            f"{', '.join(lost[:5])}",
            did_you_mean(lost[0], city.assets["id"], what="asset"),
            ids=lost,
        )
    ]


def _seldom(file: CrewFile, nodes: int) -> list[Finding]:
    if nodes <= GREAT_NODES or file.planning.roads_h is not None:
        return []
    return [
        Finding(
            "crews-roads-seldom",
            "note",
            f"the roads have {nodes:,} nodes: crews see what is closed and cleared only at 0, 24 "
            "and 72 h and then once a week",
            "give [planning] roads_h and roads_every_h; looking more often takes longer",
        )
    ]


def _placed(
    file: CrewFile,
    entries: list[Crews],
    city: City,
    asset: Ints,
    mended: Ints,
) -> tuple[Placed, list[Finding]]:
    rows = _base_rows(entries, city)
    n = len(asset)
    try:
        travel = Travel.of(city)
    except NoRoadsError:
        minutes = file.planning.trip_min
        open_ = np.full((1, 1), minutes * PER_MINUTE, np.int32)
        site = np.zeros((n, 2), np.int32)
        nowhere = np.zeros(len(entries), np.int64)
        nothing = np.zeros(n, bool)
        level = Placed(
            Level(open_), nothing, nowhere, nowhere == 0, open_, site, np.zeros(n, np.int32), 0
        )
        return level, [
            Finding(
                "crews-no-roads",
                "warning",
                f"the city has no roads: every trip of a crew takes {minutes} min",
                "import its roads, or give [planning] trip_min",
            )
        ]
    roads = travel.roads
    stands = _joined([_base(one, row, city, roads) for one, row in zip(entries, rows, strict=True)])
    _, first, base = np.unique(
        np.stack([stands.node, stands.other, stands.access]),
        axis=1,
        return_index=True,
        return_inverse=True,
    )
    bases = stands.take(first)
    places = snap_assets(roads, city, asset[mended])
    nodes = np.unique(np.concatenate([places.node, places.other]))
    nodes = nodes[nodes >= 0].astype(np.int32)
    site, access = np.full((n, 2), -1, np.int32), np.zeros(n, np.int32)
    for end, node in enumerate((places.node, places.other)):
        found = node >= 0
        site[mended[found], end] = np.searchsorted(nodes, node[found])
    access[mended] = np.where(places.found, places.access, 0)
    ways = CityWays(travel, bases, nodes, asset)
    base = base.reshape(-1).astype(np.int64)
    placed = Placed(ways, ways.road, base, stands.found, ways.open, site, access, roads.nodes)
    return placed, _off_roads(entries, stands.found)


def _base_rows(entries: list[Crews], city: City) -> list[int]:
    """Row of each entry's base in ``city.assets``; −1 for a place by degrees."""
    index = pd.Index(city.assets["id"])
    rows = []
    for one in entries:
        if isinstance(one.place, LonLat):
            rows.append(-1)
            continue
        row = int(index.get_indexer([one.place])[0])
        if row < 0:
            raise ScenarioError(
                f"no such asset: {one.place!r}",
                place=f"crews {one.name}.{'from' if one.base is None else 'base'}",
                mend=did_you_mean(one.place, city.assets["id"], what="asset"),
            )
        rows.append(row)
    return rows


def _base(one: Crews, row: int, city: City, roads: object) -> Places:
    if isinstance(one.place, LonLat):
        return snap_points(roads, [[one.place.lon, one.place.lat]])  # type: ignore[arg-type]
    return snap_assets(roads, city, [row])  # type: ignore[arg-type]


def _joined(places: list[Places]) -> Places:
    names = ("node", "other", "access", "access_m")
    return Places(*(np.concatenate([getattr(one, name) for one in places]) for name in names))


def _off_roads(entries: list[Crews], found: npt.NDArray[np.bool_]) -> list[Finding]:
    lost = tuple(one.name for one, on in zip(entries, found, strict=True) if not on)
    if not lost:
        return []
    return [
        Finding(
            "crews-base-off-roads",
            "warning",
            f"no road is near the base of {', '.join(lost)}: these crews reach nothing",
            "give another base, or import the road to it",
            ids=lost,
        )
    ]
