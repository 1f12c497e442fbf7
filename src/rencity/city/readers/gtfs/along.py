"""How long a section is: along the shape of its line where the feed draws one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely
import shapely.ops

from rencity.city.readers.gtfs.account import Account
from rencity.city.readers.gtfs.feed import Feed
from rencity.city.readers.ledger import Layer
from rencity.city.readers.records import utm_of

GEOD = pyproj.Geod(ellps="WGS84")
FARTHEST_M = 300.0
"""A stop farther from the shape of its line is not taken to lie on it."""

SHORTEST, LONGEST, LONGEST_M = 0.9, 4.0, 1000.0
"""Length along the shape over the straight one that is believed, and what may come on top."""

Floats = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Drawn:
    """Sections on the ground.

    Attributes
    ----------
    length_m : float64 (sections,)
    straight : bool (sections,), no shape was of use
    lines : LineString in WGS-84 (sections,); None where not asked for
    """

    length_m: Floats
    straight: Mask
    lines: Objects
    layers: tuple[Layer, ...]


def drawn(
    feed: Feed, sections: pd.DataFrame, shape_of_trip: Objects, lonlat: Floats, wanted: Mask
) -> Drawn:
    """Lengths of all sections, lines of those that are wanted.

    Parameters
    ----------
    sections : start, end (rows of `lonlat`) and trip
    wanted : bool (sections,)
    """
    start, end = sections["start"].to_numpy(), sections["end"].to_numpy()
    shape = shape_of_trip[sections["trip"].to_numpy()]
    ids, lines, layers = _shapes(feed, shape)
    length = np.asarray(GEOD.inv(*lonlat[start].T, *lonlat[end].T)[2], dtype=float)
    made = np.full(len(length), None, dtype=object)
    pairs = np.stack([lonlat[start], lonlat[end]], axis=1).reshape(-1, 2, 2)
    made[wanted] = shapely.linestrings(pairs[wanted])
    row = pd.Index(ids).get_indexer(pd.Index(shape))
    at = np.flatnonzero(row >= 0)
    if not len(at):
        return Drawn(length, np.ones(len(length), bool), made, layers)
    metric = utm_of(np.array([*lonlat[start].min(axis=0), *lonlat[start].max(axis=0)]))
    there = pyproj.Transformer.from_crs("EPSG:4326", metric, always_xy=True)
    back = pyproj.Transformer.from_crs(metric, "EPSG:4326", always_xy=True)
    flat = shapely.transform(lines, lambda xy: np.column_stack(there.transform(*xy.T)))
    line = flat[row[at]]
    ends = [shapely.points(*there.transform(*lonlat[rows[at]].T)) for rows in (start, end)]
    first, last = (shapely.line_locate_point(line, point) for point in ends)
    off = np.maximum(*(shapely.distance(line, point) for point in ends))
    along = last - first
    fine = (off <= FARTHEST_M) & (along >= SHORTEST * length[at])
    fine &= along <= LONGEST * length[at] + LONGEST_M
    length[at[fine]] = along[fine]
    for i in np.flatnonzero(fine & wanted[at]):
        part = shapely.ops.substring(line[i], first[i], last[i])
        made[at[i]] = shapely.transform(part, lambda xy: np.column_stack(back.transform(*xy.T)))
    straight = np.ones(len(length), bool)
    straight[at[fine]] = False
    return Drawn(length, straight, made, layers)


def _shapes(feed: Feed, used: Objects) -> tuple[Objects, Objects, tuple[Layer, ...]]:
    """Ids and lines of the shapes that are used."""
    columns = ("shape_id", "shape_pt_lat", "shape_pt_lon", "shape_pt_sequence")
    none = np.zeros(0, dtype=object)
    if not feed.has("shapes"):
        return none, none, ()
    table = feed.table("shapes", columns, needed=columns)
    account = Account(table, "shape_id")
    ids = np.unique(used[used != ""].astype(str)).astype(object)
    shape, order = table.codes("shape_id", ids), table.numbers(columns[3])
    xy = np.column_stack([table.numbers("shape_pt_lon"), table.numbers("shape_pt_lat")])
    account.refuse(shape < 0, "no section is drawn by its shape")
    with np.errstate(invalid="ignore"):
        fine = np.isfinite(order) & (np.abs(xy) <= (180.0, 90.0)).all(axis=1)
    account.refuse(~fine, "no place on the globe or no sequence")
    at = np.flatnonzero(account.open)
    at = at[np.lexsort((order[at], shape[at]))]
    count = np.bincount(shape[at], minlength=len(ids))
    account.refuse(count[shape] < 2, "the only point of its shape") if len(ids) else None
    account.merge(account.open.copy(), "gives a section its length")
    at = at[count[shape[at]] > 1]
    whole = np.flatnonzero(count > 1)
    if not len(whole):
        return none, none, (account.layer,)
    lines = shapely.linestrings(xy[at], indices=np.searchsorted(whole, shape[at]))
    return ids[whole], lines, (account.layer,)
