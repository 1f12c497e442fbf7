"""Trips of the working day with their line's mode."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.city.readers.gtfs.account import Account
from rencity.city.readers.gtfs.days import Day, runs_of_trips, working_day
from rencity.city.readers.gtfs.feed import Feed
from rencity.city.readers.ledger import Layer
from rencity.kit.findings import Finding

Mask = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Trips:
    """Rows of trips.txt.

    Attributes
    ----------
    ids : each once; a later row of the same id is left out
    runs : float64 (n,), on the day; 0 where it does not run
    tracks, station : bool (n,), of the line's mode
    line : short name of the line
    shape : shape_id, empty where none
    day : the working day
    """

    ids: Texts
    runs: npt.NDArray[np.float64]
    tracks: Mask
    station: Mask
    line: Texts
    shape: Texts
    day: Day
    layers: tuple[Layer, ...]
    findings: tuple[Finding, ...]


def read_trips(feed: Feed) -> Trips:
    """Trips, their lines and days.

    Raises
    ------
    InputError : a file cannot be read
    """
    routes = _routes(feed)
    columns = ("trip_id", "route_id", "service_id", "shape_id")
    table = feed.table("trips", columns, needed=columns[:3])
    account = Account(table, "trip_id")
    ids = table.text("trip_id")
    account.refuse(ids == "", "no trip_id")
    account.refuse(pd.Series(ids).duplicated().to_numpy(), "trip_id twice")
    route = table.codes("route_id", routes.ids)
    account.refuse(route < 0, "names no route of routes.txt")
    known = account.open.copy()
    ids, route = ids[known], route[known]
    runs, layers = runs_of_trips(feed, ids)
    services, service = np.unique(table.text("service_id")[known].astype(str), return_inverse=True)
    of_service = np.asarray(np.bincount(service, runs, minlength=len(services)), dtype=float)
    day, more = working_day(feed, services.astype(object), of_service)
    on = day.active[service] if len(service) else np.zeros(0, bool)
    off = np.zeros(table.rows, bool)
    off[np.flatnonzero(known)[~on]] = True
    account.refuse(off, f"does not run on {day.date}")
    account.merge(account.open.copy(), "counted in the runs of its links")
    return Trips(
        ids,
        np.where(on, runs, 0.0),
        routes.tracks[route],
        routes.station[route],
        routes.line[route],
        table.text("shape_id")[known],
        day,
        (routes.layer, account.layer, *layers, *more),
        (*routes.findings, *_findings(day)),
    )


@dataclass(frozen=True)
class _Routes:
    ids: Texts
    tracks: Mask
    station: Mask
    line: Texts
    layer: Layer
    findings: list[Finding]


def _routes(feed: Feed) -> _Routes:
    columns = ("route_id", "route_short_name", "route_long_name", "route_type")
    table = feed.table("routes", columns, needed=("route_id", "route_type"))
    account = Account(table, "route_id")
    account.refuse(table.text("route_id") == "", "no route_id")
    account.refuse(pd.Series(table.text("route_id")).duplicated().to_numpy(), "route_id twice")
    use = account.open.copy()
    account.merge(use, "gives its trips their mode")
    kind = table.numbers("route_type")[use]
    tracks, station, known = (np.zeros(len(kind), bool) for _ in range(3))
    for mode in modes():
        mine = (kind >= mode["first"]) & (kind <= mode["last"])
        tracks |= mine & mode["tracks"]
        station |= mine & mode["station"]
        known |= mine
    ids = table.text("route_id")[use]
    short, long = table.text("route_short_name")[use], table.text("route_long_name")[use]
    line = np.where(short != "", short, long)
    return _Routes(ids, tracks, station, line, account.layer, _unknown(ids[~known]))


@cache
def modes() -> tuple[dict[str, Any], ...]:
    """What each route type means."""
    file = resources.files("rencity.city.readers.gtfs").joinpath("modes.toml")
    return tuple(tomllib.loads(file.read_text(encoding="utf-8"))["modes"])


def _unknown(ids: Texts) -> list[Finding]:
    if not len(ids):
        return []
    return [
        Finding(
            "gtfs-unknown-mode",
            "warning",
            f"{len(ids)} routes have a route_type that is none; they are taken for buses",
            f"correct route_type of {', '.join(map(str, ids[:5]))}",
        )
    ]


def _findings(day: Day) -> list[Finding]:
    if day.date:
        return []
    return [
        Finding(
            "gtfs-no-calendar",
            "warning",
            "the feed has no days of service: every trip is taken to run on a working day",
            "add calendar.txt or calendar_dates.txt",
            table="links",
            field="runs_per_d",
        )
    ]
