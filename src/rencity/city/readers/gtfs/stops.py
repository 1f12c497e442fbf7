"""Stops and stations as places; platforms are part of their station."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rencity.city.readers.gtfs.account import Account
from rencity.city.readers.gtfs.feed import Feed
from rencity.kit.findings import Finding

STOP, STATION = 0.0, 1.0

Texts = npt.NDArray[np.object_]
Ints = npt.NDArray[np.int64]


@dataclass
class Stops:
    """Rows of stops.txt.

    Attributes
    ----------
    ids : of the rows, the first of each id
    names : of the rows
    lonlat : float64 (n, 2)
    place : int64 (n,), row of the station or stop that stands for the row; -1: none
    account : of the file, open for the rows that are places
    findings : parents that are not there
    """

    ids: Texts
    names: Texts
    lonlat: npt.NDArray[np.float64]
    place: Ints
    account: Account
    findings: tuple[Finding, ...]


def read_stops(feed: Feed) -> Stops:
    """Places of the feed.

    Raises
    ------
    InputError : the file cannot be read
    """
    columns = ("stop_id", "stop_name", "stop_lat", "stop_lon", "location_type", "parent_station")
    table = feed.table("stops", columns, needed=columns[:1])
    account = Account(table, "stop_id")
    ids, first = np.unique(table.text("stop_id").astype(str), return_index=True)
    alone = np.zeros(table.rows, bool)
    alone[first] = True
    own = table.codes("stop_id", ids.astype(object))
    row_of = first[own]  # row of the first with the same id
    account.refuse(table.text("stop_id") == "", "no stop_id")
    account.refuse(~alone, "stop_id twice")
    lonlat = np.column_stack([table.numbers("stop_lon"), table.numbers("stop_lat")])
    kind = np.nan_to_num(table.numbers("location_type"), nan=STOP)
    parent = table.codes("parent_station", ids.astype(object))
    parent = np.where((parent >= 0) & (table.text("parent_station") != ""), first[parent], -1)
    has = (parent >= 0) & (kind != STATION)
    has[has] = kind[parent[has]] == STATION
    known = _on_globe(lonlat)
    inside = has & known[parent]
    account.merge(inside & account.open, "part of its station")
    account.refuse(kind > STATION, "an entrance, node or boarding area without its station")
    account.refuse(~known, "no coordinates on the globe")
    place = np.where(account.open, np.arange(table.rows), -1)
    place = np.where(inside & alone, place[parent], place)
    lost = (table.text("parent_station") != "") & ~inside & account.open
    return Stops(
        table.text("stop_id"),
        table.text("stop_name"),
        lonlat,
        place[row_of] if len(row_of) else place,
        account,
        tuple(_orphans(table.text("stop_id")[lost])),
    )


def _on_globe(lonlat: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    fine = np.isfinite(lonlat).all(axis=1) & (lonlat != 0).any(axis=1)
    with np.errstate(invalid="ignore"):
        return np.asarray(fine & (np.abs(lonlat) <= (180.0, 90.0)).all(axis=1))


def _orphans(ids: Texts) -> list[Finding]:
    if not len(ids):
        return []
    return [
        Finding(
            "gtfs-parent-missing",
            "warning",
            f"{len(ids)} stops name a parent station that the feed does not have",
            "add the station to stops.txt; they stand for themselves",
            table="assets",
            ids=tuple(f"gtfs-s-{stop}" for stop in ids),
        )
    ]
