"""What the stop times join: each pair of places that a vehicle calls at one after the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.compute as pc

from rencity.city.readers.gtfs.account import Account
from rencity.city.readers.gtfs.feed import Feed, Table
from rencity.city.readers.gtfs.stops import Stops
from rencity.city.readers.gtfs.trips import Trips
from rencity.city.readers.ledger import Layer
from rencity.kit.findings import Finding

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

TIME = r"^(\d{1,3}:[0-5]\d:[0-5]\d)?$"


@dataclass(frozen=True)
class Sections:
    """Sections of lines.

    Attributes
    ----------
    table : a row a section by start, end (rows of stops) and tracks; runs a day; trip: row of one
        that runs there, with a shape if any has one
    calls : bool (stops,), a vehicle stops there
    stations : bool (stops,), a line whose stops are stations calls there
    terminals : bool (stops,), vehicles start there
    """

    table: pd.DataFrame
    calls: Mask
    stations: Mask
    terminals: Mask
    layer: Layer
    findings: tuple[Finding, ...]


def read_sections(feed: Feed, stops: Stops, trips: Trips) -> Sections:
    """Sections of the trips that run on the working day.

    Raises
    ------
    InputError : the file cannot be read
    """
    columns = ("trip_id", "stop_id", "stop_sequence", "arrival_time", "departure_time")
    table = feed.table("stop_times", columns, needed=columns[:3])
    account = Account(table, "trip_id")
    trip, order = table.codes("trip_id", trips.ids), table.numbers("stop_sequence")
    row = table.codes("stop_id", *_first(stops.ids))
    account.refuse(trip < 0, "names no trip that is kept")
    off = np.append(trips.runs == 0, True)
    account.refuse(off[trip], f"its trip does not run on {trips.day.date}")
    account.refuse(~np.isfinite(order), "stop_sequence is no number")
    used = np.flatnonzero(account.open)
    used = used[_sorted(trip[used], order[used])]
    again = np.zeros(table.rows, bool)
    same = (trip[used][1:] == trip[used][:-1]) & (order[used][1:] == order[used][:-1])
    again[used[1:][same]] = True
    account.refuse(again, "stop_sequence twice in its trip")
    used = used[~again[used]]
    place = np.append(stops.place, -1)[row[used]] if len(stops.place) else row[used]
    account.refuse(_mask(table.rows, used[place < 0]), "names no stop that has a place")
    account.merge(account.open.copy(), "a call: told in the links of its trip")
    made = _pairs(trip[used], place, trips)
    n = len(stops.place)
    stops_at, by = place[place >= 0], trip[used][place >= 0]
    return Sections(
        made,
        _mask(n, stops_at),
        _mask(n, stops_at[trips.station[by]]),
        _mask(n, _starts(trip[used], place)),
        account.layer,
        tuple(_bad_times(table)),
    )


def _first(ids: npt.NDArray[np.object_]) -> tuple[npt.NDArray[np.object_]]:
    # the later of two stops with one id was refused; its row must still be unique
    twice = pd.Series(ids).duplicated().to_numpy()
    made = ids.copy()
    made[twice] = [f"\0{n}" for n in range(int(twice.sum()))]
    return (made,)


def _sorted(trip: Ints, order: npt.NDArray[np.float64]) -> Ints:
    before = (trip[1:] > trip[:-1]) | ((trip[1:] == trip[:-1]) & (order[1:] >= order[:-1]))
    if before.all():
        return np.arange(len(trip))
    return np.lexsort((order, trip))


def _mask(n: int, rows: Ints) -> Mask:
    made = np.zeros(n, bool)
    made[rows] = True
    return made


def _starts(trip: Ints, place: Ints) -> Ints:
    first = np.ones(len(trip), bool)
    first[1:] = trip[1:] != trip[:-1]
    made = place[first]
    return made[made >= 0]


def _pairs(trip: Ints, place: Ints, trips: Trips) -> pd.DataFrame:
    """A stop without a place parts its trip: nothing joins what lies before and after it."""
    start, end, of = place[:-1], place[1:], trip[1:]
    joins = (trip[1:] == trip[:-1]) & (start >= 0) & (end >= 0) & (start != end)
    start, end, of = start[joins], end[joins], of[joins]
    if not len(of):
        return pd.DataFrame({"start": [], "end": [], "tracks": [], "runs": [], "trip": []}).astype(
            {"start": int, "end": int, "tracks": bool, "runs": float, "trip": int}
        )
    tracks = trips.tracks[of]
    key = (start * (place.max() + 1) + end) * 2 + tracks
    _, at, of_key = np.unique(key, return_index=True, return_inverse=True)
    shaped = trips.shape != ""
    best = np.full(len(at), len(trips.ids))
    np.minimum.at(best, of_key[shaped[of]], of[shaped[of]])
    return pd.DataFrame(
        {
            "start": start[at],
            "end": end[at],
            "tracks": tracks[at],
            "runs": np.bincount(of_key, trips.runs[of]),
            "trip": np.where(best < len(trips.ids), best, of[at]),
        }
    )


def _bad_times(table: Table) -> list[Finding]:
    bad = 0
    for name in ("arrival_time", "departure_time"):
        column = table.columns[name].combine_chunks().dictionary_encode()
        fine = pc.match_substring_regex(column.dictionary, TIME)
        bad += int((~np.asarray(fine.take(column.indices))).sum())
    if not bad:
        return []
    return [
        Finding(
            "gtfs-bad-time",
            "warning",
            f"{bad} times of stop_times.txt are no H:MM:SS; the order of stops holds without them",
            "correct them before timetables are used",
        )
    ]
