"""Which trips run on a working day, and how often."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.city.readers.gtfs.account import Account
from rencity.city.readers.gtfs.feed import Feed
from rencity.city.readers.ledger import Layer

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WORKING = 5
LAST_YEAR = 2100
ADDED, REMOVED = 1, 2
NO_TRIP = "no trip has its service"
USED = "tells on which days trips run"

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Day:
    """A day of the timetable.

    Attributes
    ----------
    date : ISO; empty where the feed has no calendar and every trip runs
    active : bool (services,)
    """

    date: str
    active: Mask


def runs_of_trips(feed: Feed, trip_ids: npt.NDArray[np.object_]) -> tuple[Floats, list[Layer]]:
    """Runs of each trip on a day it runs: one, or what frequencies.txt says."""
    table = feed.table("frequencies", ("trip_id", "start_time", "end_time", "headway_secs"))
    runs = np.ones(len(trip_ids))
    if not feed.has("frequencies"):
        return runs, []
    account = Account(table, "trip_id")
    trip = table.codes("trip_id", trip_ids)
    span = seconds(table.text("end_time")) - seconds(table.text("start_time"))
    headway = table.numbers("headway_secs")
    with np.errstate(invalid="ignore"):
        fine = (span > 0) & (headway > 0)
    account.refuse(trip < 0, "names no trip")
    account.refuse(~fine, "no span of time or no headway")
    use = account.open.copy()
    told = np.bincount(trip[use], np.ceil(span[use] / headway[use]), minlength=len(runs))
    account.merge(use, "tells how often trips run")
    return np.where(told > 0, told, runs), [account.layer]


def seconds(times: npt.NDArray[np.object_]) -> Floats:
    """``H:MM:SS`` as seconds after midnight, past 24 h too; NaN where it is no time."""
    parts = pd.Series(times, dtype=object).str.extract(r"^(\d{1,3}):([0-5]\d):([0-5]\d)$")
    made: Floats = parts.astype(float).to_numpy() @ np.array([3600.0, 60.0, 1.0])
    return made


def working_day(
    feed: Feed, services: npt.NDArray[np.object_], runs: Floats
) -> tuple[Day, list[Layer]]:
    """The first of the busiest days from Monday to Friday; any day where none of those has a run.

    Parameters
    ----------
    services : ids, each once
    runs : float64 (services,), of all trips of a service
    """
    if not feed.has("calendar") and not feed.has("calendar_dates"):
        return Day("", np.ones(len(services), bool)), []
    weeks, one = _weeks(feed, services)
    more, other = _exceptions(feed, services)
    layers = [layer for layer in (one, other) if layer.read]
    if not len(weeks) and not len(more):
        return Day("", np.ones(len(services), bool)), layers
    first = int(min([*weeks["start"], *more["day"]]))
    last = int(max([*weeks["end"], *more["day"]]))
    active = _active(weeks, more, first, last - first + 1)
    total = np.zeros(last - first + 1)
    for service, days in active.items():
        total[days] += runs[service]
    working = _weekday(np.arange(first, last + 1)) < WORKING
    total = np.where(working, total, total * 0.0) if total[working].any() else total
    at = int(np.argmax(total))
    on = np.zeros(len(services), bool)
    on[[service for service, days in active.items() if days[at]]] = True
    return Day(str(np.datetime64(first + at, "D")), on), layers


def _active(weeks: pd.DataFrame, more: pd.DataFrame, first: int, span: int) -> dict[int, Mask]:
    """Days on which each service runs, bool (span,) from the first day."""
    weekday = _weekday(np.arange(first, first + span))
    made: dict[int, Mask] = {}
    for row in weeks.itertuples():
        days = made.setdefault(row.service, np.zeros(span, bool))
        part = slice(row.start - first, row.end - first + 1)
        days[part] |= np.array(row.week)[weekday[part]]
    for row in more.itertuples():
        made.setdefault(row.service, np.zeros(span, bool))[row.day - first] = row.kind == ADDED
    return made


def _weekday(days: Ints) -> Ints:
    return (days + 3) % 7  # day 0 was a Thursday


def _weeks(feed: Feed, services: npt.NDArray[np.object_]) -> tuple[pd.DataFrame, Layer]:
    table = feed.table("calendar", ("service_id", *DAYS, "start_date", "end_date"))
    account = Account(table, "service_id")
    start, end = _dates(table.text("start_date")), _dates(table.text("end_date"))
    service = table.codes("service_id", services)
    week = np.column_stack([table.numbers(day) == 1 for day in DAYS])
    account.refuse(service < 0, NO_TRIP)
    with np.errstate(invalid="ignore"):
        account.refuse(~(start <= end), "no span of days")
    frame = pd.DataFrame({"service": service, "start": start, "end": end, "week": list(week)})
    kept = frame[account.open].astype({"start": int, "end": int})
    account.merge(account.open.copy(), USED)
    return kept, account.layer


def _exceptions(feed: Feed, services: npt.NDArray[np.object_]) -> tuple[pd.DataFrame, Layer]:
    table = feed.table("calendar_dates", ("service_id", "date", "exception_type"))
    account = Account(table, "service_id")
    day, kind = _dates(table.text("date")), table.numbers("exception_type")
    service = table.codes("service_id", services)
    account.refuse(service < 0, NO_TRIP)
    fine = np.isfinite(day) & np.isin(kind, (ADDED, REMOVED))
    account.refuse(~fine, "no date, or neither added nor removed")
    frame = pd.DataFrame({"service": service, "day": day, "kind": kind})
    kept = frame[account.open].astype({"day": int, "kind": int})
    account.merge(account.open.copy(), USED)
    return kept, account.layer


def _dates(texts: npt.NDArray[np.object_]) -> Floats:
    """``YYYYMMDD`` as days since 1970; NaN where it is none or beyond `LAST_YEAR`."""
    known = pd.Series(texts, dtype=object)
    whole = known.str.fullmatch(r"\d{8}") & known.str[:4].between("1970", str(LAST_YEAR))
    known = known.where(whole, None)
    days = pd.to_datetime(known, format="%Y%m%d", errors="coerce")
    made = days.to_numpy().astype("datetime64[D]")
    return np.where(np.isnat(made), np.nan, made.astype(np.int64))
