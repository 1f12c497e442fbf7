"""Microgrid: a source of its own for some assets, which feeds nothing else.

An undirected link would let the new source feed the whole network backwards, and reach knows no
capacity. So each fed asset gives its consumers to a *twin* that is fed by the asset or by the new
source, along directed links. The twin rides on the asset: where that is broken, so is the twin.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import shapely

from rencity.city.model import City
from rencity.city.schema import MOST_ALTERNATIVES
from rencity.kit.errors import InputError
from rencity.sim.damage import named
from rencity.sim.measures.setting import Setting
from rencity.sim.measures.spec import Microgrid
from rencity.sim.measures.supply import asset_row, free_id, new_asset, point_of, with_rows


def microgrid(measure: Microgrid, setting: Setting) -> Setting:
    """A new source, a twin of each asset it feeds, and the consumers on the twins.

    Raises
    ------
    InputError : an asset that is not there or is a source, assets of several lifelines or too many,
        a kind of another lifeline, an id that is taken
    """
    city, place = setting.city, f"measure {measure.id}"
    rows = [asset_row(city, one, place) for one in measure.feeds]
    lifeline = _lifeline(city, rows, place)
    _check(measure, city, rows, place)
    twins = {one: twin_id(measure, one) for one in measure.feeds}
    points = [point_of(city, row) for row in rows]
    at = shapely.centroid(shapely.MultiPoint(points))
    if measure.lon is not None:
        at = shapely.Point(measure.lon, measure.lat)
    own = new_asset(city, measure.id, lifeline, measure.asset_kind, at, place) | {"source": True}
    for twin in twins.values():
        free_id(city, "assets", twin, place)
    copies = city.assets.iloc[rows].to_dict("records")
    copied = [{**row, "id": twins[row["id"]]} for row in copies]
    tables = {
        "assets": with_rows(city.assets, [own, *copied]),
        "links": with_rows(city.links, _links(measure, lifeline, twins)),
        "carriers": with_rows(
            city.carriers, [{"carrier": one, "asset": twin} for one, twin in twins.items()]
        ),
        "serves": city.serves.assign(asset=city.serves["asset"].replace(twins)),
        **_needs(measure, lifeline, city, twins),
    }
    made = setting.with_tables(**tables)
    whole = dict.fromkeys(twins.values(), 0.0)
    return made.with_classes(replace(made.classes, eased={**made.classes.eased, **whole}))


def twin_id(measure: Microgrid, asset: str) -> str:
    """Id of the twin of an asset."""
    return f"{measure.id}.{asset}"


def charge_id(measure: Microgrid) -> str:
    """Id of the need that recharges a microgrid that lasts for hours."""
    return f"{measure.id}.charge"


def _lifeline(city: City, rows: list[int], place: str) -> str:
    lifelines = sorted(set(city.assets["lifeline"].iloc[rows]))
    if len(lifelines) > 1:
        raise InputError(
            f"it feeds assets of several lifelines: {', '.join(lifelines)}",
            place=f"{place}.feeds",
            mend="feed assets of one lifeline",
        )
    return str(lifelines[0])


def _check(measure: Microgrid, city: City, rows: list[int], place: str) -> None:
    sources = city.assets.iloc[rows]
    sources = sources.loc[sources["source"].to_numpy(bool), "id"]
    if len(sources):
        raise InputError(
            f"sources need no feed: {named(sources.to_numpy())}",
            place=f"{place}.feeds",
            mend="feed what the network supplies",
        )
    if measure.hours is not None and len(rows) > MOST_ALTERNATIVES:
        raise InputError(
            f"it lasts for hours and feeds {len(rows)} assets",
            place=f"{place}.feeds",
            mend=f"feed at most {MOST_ALTERNATIVES} from one, or take several microgrids",
        )


def _links(measure: Microgrid, lifeline: str, twins: dict[str, str]) -> list[dict[str, object]]:
    made: list[dict[str, object]] = []
    for asset, twin in twins.items():
        both = {"lifeline": lifeline, "end": twin, "directed": True}
        made.append({**both, "id": f"{twin}.network", "start": asset})
        switch = {
            "normally_open": measure.switching_min is not None,
            "switching_min": measure.switching_min,
        }
        made.append({**both, **switch, "id": f"{twin}.own", "start": measure.id})
    return made


def _needs(
    measure: Microgrid, lifeline: str, city: City, twins: dict[str, str]
) -> dict[str, pd.DataFrame]:
    """Consumers' needs on the twins, the twins' own needs, and what the source lives on."""
    groups, needs = city.need_groups, city.needs
    mine = groups.loc[groups["asset"].isin(list(twins))]
    copies = mine.assign(
        id=[f"{twins[asset]}.{one}" for asset, one in zip(mine["asset"], mine["id"], strict=True)],
        asset=mine["asset"].map(twins),
    )
    of = dict(zip(mine["id"], copies["id"], strict=True))
    again = needs.loc[needs["group"].isin(list(of))]
    again = again.assign(group=again["group"].map(of))
    providers = needs.assign(provider=needs["provider"].replace(twins))
    more = [{**row, "group": str(row["group"])} for row in again.to_dict("records")]
    new_groups = copies.to_dict("records")
    if measure.hours is not None:
        charge = charge_id(measure)
        new_groups.append(
            {
                "id": charge,
                "asset": measure.id,
                "lifeline": lifeline,
                "quorum": 1,
                "backup_h": measure.hours,
                "manual_start_h": np.nan,
            }
        )
        more += [{"group": charge, "provider": asset} for asset in twins]
    return {
        "need_groups": with_rows(groups, new_groups),
        "needs": with_rows(providers, more),
    }
