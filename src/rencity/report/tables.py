"""The report's tables as rows of cells: what is shown, and the raw value it is sorted by."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from rencity.report import story
from rencity.report.about import Measures, Spread, Times
from rencity.report.folder import Run
from rencity.report.words import Words

WEAK_SHOWN = 25
WAITS_SHOWN = 5
BREAKS_SHOWN = 40
WHERE_SHOWN = 25
Q_LIMIT = 0.05
LAST = 1e300


@dataclass(frozen=True)
class Cell:
    """One cell: its text, the value behind it, a second line, a measure of how grave it is."""

    text: object
    value: float | str | None = None
    under: object = ""
    grave: float | None = None
    name: bool = False
    number: bool = False


@dataclass(frozen=True)
class Row:
    """A row of cells; `mark` is what it stands for on the map."""

    cells: tuple[Cell, ...]
    colour: str = ""
    mark: str = ""


def key_figures(run: Run, words: Words) -> list[Row]:
    """One row a lifeline, greatest loss first."""
    colours = {line.id: words.colour(line) for line in run.about.lifelines}
    return [
        Row(_figures(run, words, name, run.summary.lifelines[name]), colours[name])
        for name in story.by_loss(run)
    ]


def _figures(run: Run, words: Words, name: str, measures: Measures) -> tuple[Cell, ...]:
    mean, few, many = story.people_without(measures)
    worst = measures.robustness.mean
    share = words.share(None if worst is None else 1 - worst)
    low, high = words.count(few), words.count(many)
    return (
        Cell(story.line_name(run, words, name), name=True),
        Cell(words.count(measures.people), measures.people),
        Cell(f"{words.count(mean)} ({share})", mean, _range(low, high, words)),
        _time(measures.t90_h, run, words),
        _time(measures.t100_h, run, words),
        _loss(measures.loss_person_h, words),
    )


def _time(times: Times | None, run: Run, words: Words) -> Cell:
    if times is None:
        return Cell("–", number=True)
    text, under = story.time_of(times.p50, run, words), story.time_range(times, run, words)
    if times.reached_share is not None and times.reached_share < 1:
        share = words.t("reached", share=words.share(times.reached_share))
        under = Markup("<br>").join([under, share])
    value = LAST if times.p50 is None else times.p50
    return Cell(text, value, "" if under == text else under)


def _loss(loss: Spread, words: Words) -> Cell:
    low, high = words.count(loss.low), words.count(loss.high)
    return Cell(words.count(loss.mean), loss.mean, _range(low, high, words))


def _range(low: str, high: str, words: Words) -> str:
    return "" if low == high else words.t("range", low=low, high=high)


def regions(run: Run, words: Words) -> dict[str, list[Row]]:
    """Districts by lifelines, one table a measure; lifelines as in the run."""
    return {
        "regions_worst": [_region(run, words, region, _worst) for region in run.regions],
        "regions_t90": [_region(run, words, region, _t90) for region in run.regions],
        "regions_loss": [_region(run, words, region, _per_person) for region in run.regions],
        "regions_total": [_region(run, words, region, _total) for region in run.regions],
    }


def _region(run: Run, words: Words, region: str, measure: Any) -> Row:
    held, people = run.summary.regions[region], people_in(run, region)
    name = Cell(words.zone(run.zones, region), name=True)
    cells = [
        measure(held[lifeline], run, words) if lifeline in held else Cell("–", number=True)
        for lifeline in run.lifelines
    ]
    return Row((name, Cell(words.count(people), people), *cells))


def people_in(run: Run, region: str) -> float:
    """People of a region: the same hang on every lifeline, while each facility is of one."""
    counts = [held.people or 0 for held in run.summary.regions[region].values()]
    return sum(counts) if run.about.unit == "assets" else max(counts, default=0)


def _worst(measures: Measures, _run: Run, words: Words) -> Cell:
    mean = measures.robustness.mean
    gone = None if mean is None else 1 - mean
    return Cell(words.share(gone), gone, grave=gone)


def _t90(measures: Measures, run: Run, words: Words) -> Cell:
    times = measures.t90_h
    if times is None:
        return Cell("–", number=True)
    value = LAST if times.p50 is None else times.p50
    grave = min(value / run.about.horizon_h, 1)
    return Cell(story.time_of(times.p50, run, words), value, grave=grave)


def _per_person(measures: Measures, run: Run, words: Words) -> Cell:
    loss, people = measures.loss_person_h.mean, measures.people
    if loss is None or not people:
        return Cell("–", number=True)
    value = loss / people
    return Cell(words.hours(value), value, grave=min(4 * value / run.about.horizon_h, 1))


def _total(measures: Measures, _run: Run, words: Words) -> Cell:
    loss = measures.loss_person_h.mean
    return Cell(words.count(loss), loss)


def waits(run: Run, words: Words) -> list[dict[str, Any]]:
    """By lifeline: the Gini and the zones that wait longest; lifelines without loss left out."""
    made = []
    for name in story.by_loss(run):
        equity = run.summary.lifelines[name].equity
        zones = [zone for zone in equity.worst_zones if (zone.mean_outage_h or 0) > 0]
        if not zones:
            continue
        rows = []
        for zone in zones[:WAITS_SHOWN]:
            cells = (
                Cell(words.zone_path(run.zones, zone.zone, run.regions), name=True),
                Cell(story.region_name(run, words, zone.zone), name=True),
                Cell(words.hours(zone.mean_outage_h), zone.mean_outage_h),
            )
            rows.append(Row(cells))
        gini = "–" if equity.gini is None else f"{max(equity.gini, 0):.2f}"
        made.append({"lifeline": story.line_name(run, words, name), "gini": gini, "rows": rows})
    return made


def marked_weak(run: Run) -> pd.DataFrame:
    """The weak links that the tables and the map show, with `number` and both ranks.

    The greatest by either measure; numbered by loss spared in this scenario where its bounds
    exclude 0, then by people who lose service when it alone fails.
    """
    weak = run.weak_links.copy()
    tried = weak.knock_samples > 0
    saved = weak.knock_saved_ph.where(tried)
    weak["saved_rank"] = saved.rank(method="min", ascending=False)
    weak["n1_rank"] = weak.n1_people.rank(method="min", ascending=False)
    half = WEAK_SHOWN // 2 + 1
    shown = weak[
        ((weak.saved_rank <= half) & (saved > 0)) | ((weak.n1_rank <= half) & (weak.n1_people > 0))
    ]
    clear = shown.knock_saved_ph.where(tried & (shown.knock_low_ph > 0), -math.inf)
    shown = shown.assign(clear=clear).sort_values(
        ["clear", "n1_people", "asset"], ascending=[False, False, True]
    )
    shown = shown.head(WEAK_SHOWN).reset_index(drop=True)
    return shown.assign(number=range(1, len(shown) + 1))


def weak_links(marked: pd.DataFrame, run: Run, words: Words) -> list[Row]:
    """Weak links by both measures, side by side."""
    colours = {line.id: words.colour(line) for line in run.about.lifelines}
    return [
        Row(_weak(row, run, words), colours.get(row.lifeline, ""), str(row.number))
        for row in marked.itertuples(index=False)
    ]


def _weak(row: Any, run: Run, words: Words) -> tuple[Cell, ...]:
    return (
        Cell(row.number, float(row.number)),
        _asset(row, run, words),
        *_saved(row, words),
        Cell(words.count(float(row.n1_people)), float(row.n1_people)),
        Cell(int(row.n1_rank), float(row.n1_rank)),
        Cell(words.share(float(row.damaged_share)), float(row.damaged_share)),
    )


def _asset(row: Any, run: Run, words: Words) -> Cell:
    kind = f"{words.kind(row)} · {story.line_name(run, words, row.lifeline)}"
    return Cell(words.asset(row), under=kind, name=True)


def _saved(row: Any, words: Words) -> tuple[Cell, Cell]:
    if row.knock_samples <= 0:
        return Cell(words.t("weak_not_tried"), number=True), Cell("–", number=True)
    low, high = float(row.knock_low_ph), float(row.knock_high_ph)
    bounds: object = story.range_of(words.count(low), words.count(high), words)
    if low <= 0 <= high:
        bounds = Markup("<br>").join([bounds, words.t("weak_unclear")])  # type: ignore[list-item]
    saved, rank = float(row.knock_saved_ph), float(row.saved_rank)
    return Cell(words.count(saved), saved, bounds), Cell(int(rank), rank)


def where_it_hurts(run: Run, words: Words) -> list[Row]:
    """Differences between samples with and without an asset's damage that stand after control."""
    weak = run.weak_links
    stand = weak[(weak.cond_q < Q_LIMIT) & (weak.cond_diff_ph > 0)]
    stand = stand.sort_values(["cond_diff_ph", "asset"], ascending=[False, True]).head(WHERE_SHOWN)
    return [
        Row(
            (
                _asset(row, run, words),
                Cell(words.count(float(row.cond_diff_ph)), float(row.cond_diff_ph)),
                Cell(_q_text(float(row.cond_q)), float(row.cond_q)),
                Cell(words.share(float(row.damaged_share)), float(row.damaged_share)),
            )
        )
        for row in stand.itertuples(index=False)
    ]


def _q_text(q: float) -> str:
    return "<0.001" if q < 0.001 else f"{q:.3f}"


def breaks(run: Run, words: Words) -> list[Row]:
    """Assets by kind: how many, how many damaged on average, how long out."""
    keys = ["lifeline", "kind", "kind_zh", "kind_en"]
    grouped = run.assets.groupby(keys, sort=True).agg(
        total=("asset", "size"),
        damaged=("damaged_share", "sum"),
        outage_h=("outage_h_mean", "mean"),
    )
    grouped = grouped.reset_index().sort_values(
        ["damaged", "outage_h", "kind"], ascending=[False, False, True]
    )
    grouped = grouped[(grouped.damaged > 0) | (grouped.outage_h > 0)].head(BREAKS_SHOWN)
    return [
        Row(
            (
                Cell(words.kind(row), under=story.line_name(run, words, row.lifeline), name=True),
                Cell(words.count(row.total), float(row.total)),
                Cell(words.count(row.damaged), float(row.damaged)),
                Cell(words.share(row.damaged / row.total), row.damaged / row.total),
                Cell(words.hours(row.outage_h), float(row.outage_h)),
            )
        )
        for row in grouped.itertuples(index=False)
    ]
