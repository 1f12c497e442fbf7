"""What repair crews did: a table of entries, jobs left, and the first sample's trips over time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from rencity.report import charts
from rencity.report.about import CrewsEntry, JobsLeft
from rencity.report.folder import Run
from rencity.report.tables import LAST, Cell, Row
from rencity.report.words import PATH, Words, shown

MOST_LANES = 60
STEPS_H = (1, 3, 6, 12, 24, 48, 168, 720, 10**6)
MOST_TICKS = 14
LANE, LEFT, WIDTH = 18, 230, 1100
REASONS = ("no_time", "no_way", "no_part", "too_few", "wet")


@dataclass(frozen=True)
class Bar:
    """One stretch of a crew's time: on the road, or at work."""

    kind: str
    at: float
    width: float
    title: object


@dataclass(frozen=True)
class Lane:
    """One crew."""

    name: object
    at: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Gantt:
    """Trips of crews over time; `left` crews have no room."""

    lanes: tuple[Lane, ...]
    ticks: tuple[charts.Tick, ...]
    height: int
    left_out: int
    width: int = WIDTH
    left: int = LEFT


def said(run: Run, words: Words) -> Markup | str:
    """The crews in one sentence."""
    crews = run.about.crews
    if crews is None:
        return ""
    return words.t(
        "crews_said",
        jobs=words.count(crews.jobs_mean),
        done=words.count(crews.done_mean),
        rule=words.text_or(f"crews_rule_{crews.priority}", crews.priority),
        horizon=words.hours(run.about.horizon_h),
    )


def entries(run: Run, words: Words) -> list[Row]:
    """One row an entry of the crews file."""
    return [_entry(each, words) for each in run.about.crews.entries] if run.about.crews else []


def _entry(each: CrewsEntry, words: Words) -> Row:
    begun = words.t("crews_of", n=words.count(each.jobs_mean))
    span = "–"
    if each.first_h is not None and each.last_h is not None:
        first, last = words.hours(each.first_h), words.hours(each.last_h)
        span = words.t("range", low=first, high=last)
    return Row(
        (
            Cell(_name(each, words), under=_skill(each.skill, words), name=True),
            Cell(words.count(each.count), float(each.count)),
            Cell(words.count(each.done_mean), each.done_mean, begun),
            Cell(words.hours(each.job_waited_h_mean), each.job_waited_h_mean),
            Cell(words.hours(each.travelled_h_mean), each.travelled_h_mean),
            Cell(words.hours(each.worked_h_mean), each.worked_h_mean),
            Cell(words.share(each.busy_share), each.busy_share, grave=min(each.busy_share, 1)),
            Cell(span, LAST if each.first_h is None else each.first_h, number=True),
        )
    )


def _name(each: CrewsEntry, words: Words) -> str:
    return words.pick(each.zh, each.en) or shown(each.name)


def _skill(skill: str, words: Words) -> str:
    return words.text_or(f"skill_{skill}", skill)


def jobs_left(run: Run, words: Words) -> list[Row]:
    """Jobs that no crew set out for, by skill and reason; skills without any left out."""
    crews = run.about.crews
    return [_left(each, words) for each in crews.left if _lost(each) > 0] if crews else []


def _lost(each: JobsLeft) -> float:
    return float(sum(getattr(each, f"{reason}_mean") for reason in REASONS))


def _left(each: JobsLeft, words: Words) -> Row:
    counts = [float(getattr(each, f"{reason}_mean")) for reason in REASONS]
    cells = [Cell(words.count(each.jobs_mean), each.jobs_mean)]
    cells += [Cell(words.count(count), count) for count in counts]
    return Row((Cell(_skill(each.skill, words), name=True), *cells))


def chart(run: Run, words: Words) -> Gantt | None:
    """The first sample's trips, one lane a crew; None where nobody set out."""
    trips = run.trips
    if trips is None or not len(trips) or run.about.crews is None:
        return None
    back_h = trips.finish_h + (trips.arrive_h - trips.leave_h)
    end_h = float(min(back_h.max(), run.about.horizon_h))
    if end_h <= 0:
        return None
    scale = charts.Scale(0.0, end_h, LEFT, WIDTH - 10)
    names = {each.name: _name(each, words) for each in run.about.crews.entries}
    place = {name: n for n, name in enumerate(names)}
    crews = sorted(
        trips.groupby(["crews", "crew"], sort=False),
        key=lambda each: (place.get(each[0][0], len(place)), each[0]),
    )
    shown_crews = crews[:MOST_LANES]
    lanes = tuple(
        Lane(
            f"{names.get(entry, shown(entry))} {crew + 1}",
            n * LANE,
            tuple(
                bar for trip in mine.itertuples(index=False) for bar in _bars(trip, scale, words)
            ),
        )
        for n, ((entry, crew), mine) in enumerate(shown_crews)
    )
    height = len(lanes) * LANE + 40
    step = next(step for step in STEPS_H if end_h / step <= MOST_TICKS)
    ticks = tuple(charts.Tick(scale.at(hour), f"{hour}") for hour in range(0, int(end_h) + 1, step))
    return Gantt(lanes, ticks, height, len(crews) - len(shown_crews))


def _bars(trip: Any, scale: charts.Scale, words: Words) -> Iterator[Bar]:
    """Out, at work, back."""
    way_h = trip.arrive_h - trip.leave_h
    span = words.t("why_span", begin=f"{trip.arrive_h:.1f}", end=f"{trip.finish_h:.1f}")
    title = PATH.join((_asset(trip), span))
    stretches = (
        ("road", trip.leave_h, trip.arrive_h),
        ("work", trip.arrive_h, trip.finish_h),
        ("road", trip.finish_h, trip.finish_h + way_h),
    )
    for kind, begin, end in stretches:
        at, to = scale.at(begin), scale.at(end)
        if begin < scale.high and (to > at or kind == "work"):
            yield Bar(kind, at, round(max(to - at, 0.6), 1), title)


def _asset(trip: Any) -> str:
    return shown(trip.name) if str(trip.name).strip() else shown(trip.asset)
