"""The run in a few sentences for whoever must decide: what is struck, lost, to blame."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from rencity.report.about import Measures, Times
from rencity.report.folder import Run
from rencity.report.numbers import DASH
from rencity.report.words import PATH, Words

FELT = 0.01
WORTH_TELLING = 0.01
TOLD = 3


def headline(run: Run, words: Words) -> list[Markup]:
    """What struck, what fails first and then."""
    about = run.about
    said = [
        words.t(
            "struck",
            scenario=scenario_name(run, words),
            hazards=listed((hazard_name(one.kind, words) for one in about.hazards), words),
            city=city_name(run, words),
            samples=words.count(about.samples),
            horizon=words.hours(about.horizon_h),
        )
    ]
    damaged = float(run.assets.damaged_share.sum())
    if damaged > 0:
        all_of_them = words.count(len(run.assets))
        said.append(words.t("struck_damage", damaged=words.count(damaged), assets=all_of_them))
    elif {one.kind for one in about.hazards} == {"cutoff"}:
        said.append(words.t("struck_no_damage"))
    return said + _order(run, words)


def losses(run: Run, words: Words) -> list[Markup]:
    """The gravest losses by lifeline, then what is untouched."""
    ranked = by_loss(run)
    lost = [name for name in ranked if (loss_of(run, name) or 0) >= 1]
    if not lost:
        return [words.t("no_loss")]
    said = [_loss(run, words, name) for name in lost[:TOLD]]
    spared = [line_name(run, words, name) for name in run.lifelines if name not in lost]
    if spared:
        said.append(words.t("unaffected", names=listed(spared, words)))
    return said


def blame(run: Run, words: Words) -> list[Markup]:
    """What to look at first, and who waits longest."""
    total = sum(loss_of(run, name) or 0 for name in run.lifelines)
    if total < 1:
        return []
    said = []
    weak = run.weak_links
    clear = weak[(weak.knock_low_ph > 0) & (weak.knock_saved_ph >= WORTH_TELLING * total)]
    if len(clear):
        said.append(_knock(clear, total, run, words))
    elif (weak.knock_samples > 0).any():
        said.append(words.t("blame_none"))
    if len(weak) and weak.n1_people.max() > 0:
        row = _first(weak, "n1_people")
        people = words.count(float(row.n1_people))
        said.append(words.t("blame_n1", people=people, **_named(row, run, words)))
    return said + _waits(run, words)


def by_loss(run: Run) -> list[str]:
    """Lifelines from the greatest loss to the least."""
    return sorted(run.lifelines, key=lambda name: -(loss_of(run, name) or 0))


def loss_of(run: Run, lifeline: str) -> float | None:
    """Mean person-hours lost by the city."""
    return run.summary.lifelines[lifeline].loss_person_h.mean


def line_name(run: Run, words: Words, lifeline: str) -> str:
    """The lifeline's name; its id when it is none of the run's."""
    known = {line.id: line.of(words.lang) for line in run.about.lifelines}
    return known.get(lifeline) or lifeline


def city_name(run: Run, words: Words) -> str:
    """The city's name."""
    return words.pick(run.about.city.name, run.about.city.name_en) or run.about.city.id


def scenario_name(run: Run, words: Words) -> str:
    """The scenario's title, else its name."""
    title = run.about.scenario.title
    return words.pick(title.zh, title.en) or run.about.scenario.name


def region_name(run: Run, words: Words, zone: str) -> str:
    """The name of the region that a zone lies in; a dash when it lies in none."""
    region = run.zones.loc[zone, "region"] if zone in run.zones.index else ""
    return words.zone(run.zones, region) if region else DASH


def hazard_name(kind: str, words: Words) -> str:
    """The kind of hazard in words; its own name when there are none."""
    return words.text_or(f"hazard_{kind}", kind)


def listed(names: Iterable[object], words: Words) -> Markup:
    """Names in a row."""
    joined = words.t("comma").join(names)  # type: ignore[arg-type]
    return joined or words.t("none")


def people_without(measures: Measures) -> tuple[float | None, float | None, float | None]:
    """People without service at worst: mean, and where 5 and 95 % of samples lie."""
    people, low = measures.people, measures.robustness
    if people is None:
        return None, None, None
    mean, few, many = (None if x is None else people * (1 - x) for x in (low.mean, low.p95, low.p5))
    return mean, few, many


def time_of(value: float | None, run: Run, words: Words) -> str | Markup:
    """A recovery time: over the horizon when not reached, never below when it is 0."""
    if value is None:
        return words.t("beyond", time=words.hours(run.about.horizon_h))
    return words.t("never_below") if value <= 0 else words.hours(value)


def range_of(low: str, high: str, words: Words) -> str:
    """From low to high; one text when they read the same."""
    return low if low == high else words.t("range", low=low, high=high)


def time_range(times: Times, run: Run, words: Words) -> str:
    """Where 5 and 95 % of samples lie; one time when they are the same."""
    if times.p5 == times.p95:
        return time_of(times.p5, run, words)
    low = words.hours(times.p5) if times.p5 == 0 else time_of(times.p5, run, words)
    return words.t("range", low=low, high=time_of(times.p95, run, words))


def when(hour: float, words: Words) -> str | Markup:
    """A moment of the run."""
    return words.t("at_shock") if hour <= 0 else words.t("after", time=words.hours(hour))


@dataclass(frozen=True)
class Felt:
    """When a lifeline is first felt: 1 % of its people without it, mean over samples.

    Attributes
    ----------
    at_h : start of that step, hours after the shock
    people, share : without it in that step
    deepest : greatest share without it in any step
    """

    lifeline: str
    at_h: float
    people: float
    share: float
    deepest: float


def felt(run: Run) -> list[Felt]:
    """Lifelines that are felt, the first to fail first; of those in one step the deepest."""
    people = run.result["people"].sum("region").to_numpy().astype(float)
    served = run.result["served"].sum("region").mean("sample").to_numpy()
    gone = people[:, None] - served
    share = np.divide(gone, people[:, None], out=np.zeros_like(gone), where=people[:, None] > 0)
    start = run.result["step_start_h"].to_numpy()
    found = []
    for k, name in enumerate(run.lifelines):
        if (deepest := float(share[k].max())) >= FELT:
            step = int(np.argmax(share[k] >= FELT))
            at = float(start[step])
            found.append(Felt(name, at, float(gone[k, step]), float(share[k, step]), deepest))
    # several may fall in the same step: the deepest of them there is the one to name
    order = {name: number for number, name in enumerate(run.lifelines)}
    return sorted(found, key=lambda one: (one.at_h, -one.share, order[one.lifeline]))


def _order(run: Run, words: Words) -> list[Markup]:
    found = felt(run)
    if not found:
        return [words.t("no_first")]
    head, *others = found
    said = [
        words.t(
            "first",
            lifeline=line_name(run, words, head.lifeline),
            when=when(head.at_h, words),
            people=words.count(head.people),
            share=words.share(head.share),
        )
    ]
    return said + _others(others, head.at_h, run, words)


def _others(others: list[Felt], first_h: float, run: Run, words: Words) -> list[Markup]:
    names = {one.lifeline: line_name(run, words, one.lifeline) for one in others}
    together = [names[one.lifeline] for one in others if one.at_h == first_h]
    later = [
        words.t("then_one", lifeline=names[one.lifeline], when=when(one.at_h, words))
        for one in others
        if one.at_h > first_h
    ]
    said = [words.t("together", others=listed(together, words))] if together else []
    return [*said, words.t("then", others=listed(later, words))] if later else said


def _loss(run: Run, words: Words, lifeline: str) -> Markup:
    measures = run.summary.lifelines[lifeline]
    mean, few, many = people_without(measures)
    worst = measures.robustness.mean
    loss = measures.loss_person_h
    return words.t(
        "lost",
        lifeline=line_name(run, words, lifeline),
        people=words.count(mean),
        share=words.share(None if worst is None else 1 - worst),
        spread=_spread(words.count(few), words.count(many), words),
        back=_back(measures.t90_h or Times(), run, words),
        loss=words.count(loss.mean),
        interval=range_of(words.count(loss.low), words.count(loss.high), words),
    )


def _spread(low: str, high: str, words: Words) -> Markup:
    if low == high:
        return words.t("spread_same")
    return words.t("spread", low=low, high=high)


def _back(times: Times, run: Run, words: Words) -> Markup:
    if times.p50 is None:
        return words.t("back_not", time=words.hours(run.about.horizon_h))
    if times.p50 <= 0:
        return words.t("back_never_below")
    within = time_range(times, run, words)
    return words.t("back_90", time=words.hours(times.p50), range=within)


def _knock(clear: pd.DataFrame, total: float, run: Run, words: Words) -> Markup:
    row = _first(clear, "knock_saved_ph")
    return words.t(
        "blame_knock",
        saved=words.count(float(row.knock_saved_ph)),
        low=words.count(float(row.knock_low_ph)),
        high=words.count(float(row.knock_high_ph)),
        share=words.share(float(row.knock_saved_ph) / total),
        **_named(row, run, words),
    )


def _named(row: Any, run: Run, words: Words) -> dict[str, str]:
    lifeline = line_name(run, words, row.lifeline)
    return {"name": words.asset(row), "kind": words.kind(row), "lifeline": lifeline}


def _first(frame: pd.DataFrame, column: str) -> Any:
    ranked = frame.sort_values([column, "asset"], ascending=[False, True])
    return next(ranked.itertuples(index=False))


def _placed(run: Run, words: Words, zone: str) -> str:
    """A zone's name below its region's."""
    path = words.zone_path(run.zones, zone, run.regions)
    return path if zone in run.regions else f"{region_name(run, words, zone)}{PATH}{path}"


def _waits(run: Run, words: Words) -> list[Markup]:
    entries = [
        (zone.mean_outage_h or 0.0, zone.zone, name)
        for name in run.lifelines
        for zone in run.summary.lifelines[name].equity.worst_zones[:1]
    ]
    if run.whole or not entries or max(entries)[0] <= 0:
        return []
    outage, zone, name = max(entries)
    return [
        words.t(
            "waits",
            zone=_placed(run, words, zone),
            lifeline=line_name(run, words, name),
            time=words.hours(outage),
        )
    ]
