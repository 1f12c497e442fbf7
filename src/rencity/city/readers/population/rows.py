"""Rows of people: matched to zones, spread over zones, or made into zones."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from rencity.city.model import City
from rencity.city.readers.cells import Work
from rencity.city.readers.layers import placed as placed_records
from rencity.city.readers.ledger import Layer
from rencity.city.readers.mapping import MISSING
from rencity.city.readers.picking import Rows
from rencity.city.readers.population.options import PopulationOptions
from rencity.city.readers.population.parts import Parts
from rencity.city.readers.population.spread import Floats, Ints, by_area, cells_of_points
from rencity.city.readers.population.tally import Tally, rolled_up
from rencity.city.readers.population.zones import Targets, filled, smallest_holder
from rencity.city.readers.raster.fit import extent_of
from rencity.city.readers.records import Objects, read_records, utm_of
from rencity.kit.errors import InputError

_AREAS = ("Polygon", "MultiPolygon")


def matched(src: Path, city: City, given: PopulationOptions) -> Tally:
    """Rows to the zones they name; a zone with parts hands its people down by their areas."""
    work, people = _opened(src, given)
    zone_at = _zone_rows(work, city, given)
    parts = Parts.of(city)
    told = np.unique(zone_at[work.stands])
    counted = np.isin(zone_at, told[parts.told_below(told)])
    work.merge(counted, "its parts are counted in other rows")
    rows = np.flatnonzero(work.stands)
    sums = {
        name: np.bincount(zone_at[rows], values[rows], len(city.zones)).astype(np.float64)
        for name, values in people.items()
    }
    down = parts.handed_down(sums, np.unique(zone_at[rows]))
    return Tally(
        _closed(work),
        read={name: float(values[rows].sum()) for name, values in people.items()},
        placed={name: float(values.sum()) for name, values in sums.items()},
        changes={"zones": down.changes},
        filled=down.filled,
        unspread=down.unspread,
    )


def spread_rows(src: Path, crs: str | None, city: City, given: PopulationOptions) -> Tally:
    """Areas or points over the city's zones."""
    targets = Targets.of(city, given.level)
    work, people = _opened(src, given)
    areas = _areas(work, crs, given, city)
    rows = np.flatnonzero(work.stands)
    shares = by_area(areas[rows], targets.areas)
    shares = targets.by_buildings(shares, areas[rows])
    outside = np.ones(len(work.stands), bool)
    outside[rows[np.unique(shares.place)]] = False
    work.refuse(outside, "outside the city's zones")
    sums = {name: shares.spread(each[rows], len(targets.zones)) for name, each in people.items()}
    return Tally(
        _closed(work),
        read={name: float(values[rows].sum()) for name, values in people.items()},
        placed={name: float(values.sum()) for name, values in sums.items()},
        changes={"zones": targets.changes(sums)},
        filled=filled(shares),
    )


def made_zones(src: Path, crs: str | None, city: City | None, given: PopulationOptions) -> Tally:
    """Each row a zone of its own, below the smallest zone that holds it."""
    work, people = _opened(src, given)
    areas = _areas(work, crs, given, city)
    keys = work.text(given.key)
    work.refuse(np.array([key is None for key in keys], bool), f"no value in {given.key}")
    twice = pd.Series(keys).where(pd.Series(work.stands)).duplicated().to_numpy()
    work.refuse(twice & work.stands, f"{given.key} stands twice", keys)
    read = {name: float(values[work.stands].sum()) for name, values in people.items()}
    parents = np.full(len(keys), "", dtype=object)
    if city is not None and len(city.zones):
        at = np.flatnonzero(work.stands)
        parents[at] = smallest_holder(city, areas[at], given.make)
        work.refuse(parents == "", "outside the city's zones", keys)
    rows = np.flatnonzero(work.stands)
    frame = gpd.GeoDataFrame(
        {
            "id": [f"{given.prefix}{keys[i]}" for i in rows],
            "level": given.make,
            "parent": parents[rows],
            **{name: values[rows] for name, values in people.items()},
        },
        geometry=areas[rows],
        crs=4326,
    )
    return Tally(
        _closed(work),
        read=read,
        placed={name: float(values[rows].sum()) for name, values in people.items()},
        tables={"zones": frame},
        changes={} if city is None else {"zones": _above(city, frame, list(people))},
    )


def _above(city: City, made: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """People of the zones above those made."""
    sums = made.groupby("parent", as_index=False)[names].sum().rename(columns={"parent": "id"})
    return rolled_up(city.zones, sums[sums["id"] != ""])


def _opened(src: Path, given: PopulationOptions) -> tuple[Work, dict[str, Floats]]:
    """The rows and their people by attribute; rows without a count are refused."""
    records = read_records(
        src, sheet=given.sheet, encoding=given.encoding, delimiter=given.delimiter
    )
    if not given.columns:
        raise InputError(
            "no column of people is named",
            place=str(src),
            mend=f"give --set night=COLUMN; it has {', '.join(map(str, records.frame.columns))}",
        )
    account = Layer(src.name, read=len(records.frame) + len(records.ragged))
    for row in records.ragged:
        account.refuse("not as many fields as the header", f"{records.name} row {row}")
    work = Work(records, account, MISSING)
    people = {}
    for name, column in given.columns.items():
        text = work.text(column)
        work.refuse(np.array([each is None for each in text], bool), f"no value in {column}")
        people[name] = work.numbers(text, column)
        work.refuse(people[name] < 0, f"{column} below 0", text)
    return work, people


def _closed(work: Work) -> Layer:
    work.layer.kept = int(work.stands.sum())
    if not work.layer.kept:
        reason, n = work.layer.refused.most_common(1)[0]
        raise InputError(
            f"no row could be used: {reason} ({n} of {work.layer.read})",
            place=work.records.name,
            mend="correct the options or the file",
        )
    return work.layer


def _areas(work: Work, crs: str | None, given: PopulationOptions, city: City | None) -> Objects:
    """The area of each row: its own, or the ground nearest to its point."""
    work.records = placed_records(work, Rows(x=given.x, y=given.y), crs or "")
    if work.records.geometry is None:
        raise InputError(
            "the rows have no place",
            place=work.records.name,
            mend="name columns with --set x= and y=, or the zone with --set key= and match=code",
        )
    areas = np.asarray(work.records.geometry, dtype=object).copy()
    kind = np.array(["" if each is None else each.geom_type for each in areas], dtype=object)
    point = (kind == "Point") & work.stands
    work.refuse(~np.isin(kind, (*_AREAS, "Point")), "neither an area nor a point", kind)
    if point.any():
        areas[point] = cells_of_points(areas[point], _metric(city, areas[point]))
    return areas


def _metric(city: City | None, shapes: Objects) -> str:
    if city is not None and extent_of(city) is not None:
        return city.identity.metric_crs
    return utm_of(shapely.total_bounds(shapes))


def _zone_rows(work: Work, city: City, given: PopulationOptions) -> Ints:
    """Position of the zone each row names; rows that name none or several are refused."""
    known: dict[str, list[int]] = defaultdict(list)
    for i, value in enumerate(city.zones[given.match]):
        known[str(value)].append(i)
    keys = work.text(given.key)
    found = [known.get(str(key), []) if key is not None else [] for key in keys]
    none = np.array([not each for each in found], bool)
    work.refuse(none, f"no zone has this {given.match}", keys)
    several = np.array([len(each) > 1 for each in found], bool)
    work.refuse(several, f"several zones have this {given.match}", keys)
    return np.array([each[0] if each else -1 for each in found], np.int64)
