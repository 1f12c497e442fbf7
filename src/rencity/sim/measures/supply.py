"""Backup and link: needs that wait longer, a second way round."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from rencity.city.model import City
from rencity.kit.errors import InputError
from rencity.kit.suggest import did_you_mean
from rencity.sim.hazard.places import lengths_m
from rencity.sim.hazard.strikes import selected
from rencity.sim.measures.setting import Setting
from rencity.sim.measures.spec import Backup, Link

FOR_EVER_H = 1e6
"""The most hours a backup may have; longer than any run."""


def backup(measure: Backup, setting: Setting) -> Setting:
    """Needs with at least so many hours of backup; the same setting where all have them.

    Where the backup lasts until the need's manual start or longer, the need is waived throughout.

    Raises
    ------
    ScenarioError : a lifeline, kind or asset that is not there
    """
    city = setting.city
    place = f"measure {measure.id}"
    chosen = selected(city, measure, place=place)
    if measure.need and measure.need not in city.catalogue.lifelines:
        raise InputError(
            f"unknown lifeline {measure.need!r}",
            place=f"{place}.need",
            mend=did_you_mean(measure.need, city.catalogue.lifelines, what="lifeline"),
        )
    groups = city.need_groups
    fits = groups["asset"].isin(city.assets["id"][chosen]).to_numpy(bool)
    if measure.need:
        fits = fits & (groups["lifeline"] == measure.need).to_numpy(bool)
    less = fits & (groups["backup_h"] < measure.hours).to_numpy(bool)
    if not less.any():
        return setting
    through = less & (groups["manual_start_h"] <= measure.hours).to_numpy(bool)
    hours = np.where(less, measure.hours, groups["backup_h"])
    made = groups.assign(
        backup_h=np.where(through, FOR_EVER_H, hours),
        manual_start_h=groups["manual_start_h"].mask(through),
    )
    return setting.with_tables(need_groups=made)


def link(measure: Link, setting: Setting) -> Setting:
    """A new link, and its own asset where it can fail.

    Raises
    ------
    InputError : an end that is not there, ends of two lifelines, a kind of another lifeline, an id
        that is taken
    """
    city, place = setting.city, f"measure {measure.id}"
    start, end = (asset_row(city, one, place) for one in (measure.start, measure.end))
    lifeline = city.assets["lifeline"].iloc[start]
    if city.assets["lifeline"].iloc[end] != lifeline:
        raise InputError(
            f"{measure.start} and {measure.end} are of two lifelines, {lifeline} and "
            f"{city.assets['lifeline'].iloc[end]}",
            place=place,
            mend="join assets of one lifeline; what another lifeline gives is a need",
        )
    line = shapely.LineString([point_of(city, row) for row in (start, end)])
    length_m = measure.length_m or float(lengths_m(np.array([line], object))[0])
    free_id(city, "links", measure.id, place)
    row = {
        "id": measure.id,
        "lifeline": lifeline,
        "start": measure.start,
        "end": measure.end,
        "directed": measure.directed,
        "asset": measure.id if measure.asset_kind else "",
        "normally_open": measure.normally_open,
        "switching_min": measure.switching_min,
        "length_m": length_m,
    }
    tables = {"links": with_rows(city.links, [row])}
    if measure.asset_kind:
        own = new_asset(city, measure.id, str(lifeline), measure.asset_kind, line, place)
        tables["assets"] = with_rows(city.assets, [{**own, "length_m": length_m}])
    return setting.with_tables(**tables)


def new_asset(
    city: City, one: str, lifeline: str, kind: str, geometry: shapely.Geometry, place: str
) -> dict[str, object]:
    """A row of assets.

    Raises
    ------
    InputError : the kind is unknown or of another lifeline, the id is taken
    """
    if kind not in city.catalogue.kinds or kind.split(".", 1)[0] != lifeline:
        fitting = [each for each in city.catalogue.kinds if each.startswith(f"{lifeline}.")]
        raise InputError(
            f"{kind!r} is no kind of {lifeline}",
            place=f"{place}.asset_kind",
            mend=did_you_mean(kind, fitting, what="kind"),
        )
    free_id(city, "assets", one, place)
    return {
        "id": one,
        "lifeline": lifeline,
        "kind": kind.split(".", 1)[1],
        "geometry": geometry,
    }


def free_id(city: City, table: str, one: str, place: str) -> None:
    """Refuse an id that a table already holds."""
    if (city.tables[table]["id"] == one).any():
        raise InputError(
            f"the city's {table} already hold {one!r}",
            place=place,
            mend="give the measure another id",
        )


def asset_row(city: City, one: str, place: str) -> int:
    """Row of an asset.

    Raises
    ------
    InputError : no such asset
    """
    row = int(pd.Index(city.assets["id"]).get_indexer([one])[0])
    if row < 0:
        raise InputError(
            f"no such asset: {one}",
            place=place,
            mend=did_you_mean(one, city.assets["id"], what="asset"),
        )
    return row


def point_of(city: City, row: int) -> shapely.Point:
    """A point of an asset."""
    return shapely.point_on_surface(city.assets.geometry.iloc[row])


def with_rows(table: pd.DataFrame, rows: list[dict[str, object]]) -> pd.DataFrame:
    """The table with rows added; what they do not say is missing and takes its default."""
    more = pd.DataFrame(rows).reindex(columns=list(table.columns))
    old = pd.DataFrame(table).astype(object)
    return pd.concat([old, more.astype(object)], ignore_index=True)
