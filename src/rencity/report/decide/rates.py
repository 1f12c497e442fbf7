"""What a year costs and how often how much is lost, as tables and a chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from rencity.report import charts
from rencity.report.decide.answers import Annual, Rates, Returned, ScenarioRated
from rencity.report.decide.names import Names
from rencity.report.tables import Cell, Row
from rencity.report.words import Words, shown

LINES_DRAWN = 5
COLOUR = "currentColor"

Point = tuple[float, float, float, float]


def rate_said(rates: Rates, names: Names) -> list[Markup]:
    """The annual loss, and where it comes from."""
    words, total = names.words, rates.aal.total
    said = [
        words.t(
            "rate_said",
            loss=words.count(total.mean_h_per_a),
            bounds=_bounds(total, words),
            scenarios=len(rates.scenarios),
            rate=f"{rates.total_rate_per_a:.4g}",
        )
    ]
    ranked = sorted(rates.scenarios, key=lambda one: -(one.aal_share or 0))
    if ranked and ranked[0].aal_share:
        said.append(
            words.t(
                "rate_most",
                scenario=_title(ranked[0], words),
                share=words.share(ranked[0].aal_share),
            )
        )
    return said


def _title(one: ScenarioRated, words: Words) -> str:
    return words.pick(one.title.zh, one.title.en) or shown(one.name)


def _bounds(annual: Annual, words: Words) -> str | Markup:
    low, high = annual.low_h_per_a, annual.high_h_per_a
    if low is None or high is None:
        return words.t("decide_unknown")
    return words.t("range", low=words.count(low), high=words.count(high))


def scenario_rows(rates: Rates, words: Words) -> list[Row]:
    """Scenarios with their rates and what each adds."""
    return [
        Row(
            (
                Cell(_title(one, words), name=True),
                Cell(f"{one.rate_per_a:.4g}", one.rate_per_a),
                Cell(words.t("rate_years", n=f"{1 / one.rate_per_a:.4g}"), 1 / one.rate_per_a),
                Cell(words.count(one.mean_loss_h), one.mean_loss_h),
                Cell(words.share(one.aal_share), one.aal_share, grave=one.aal_share),
                Cell(one.samples, float(one.samples), words.t("decide_seed", n=one.seed)),
            )
        )
        for one in rates.scenarios
    ]


def annual_rows(by: Mapping[str, Annual], names: Mapping[str, str], words: Words) -> list[Row]:
    """Annual loss by lifeline or region, most first; those without loss left out."""
    ranked = sorted(by.items(), key=lambda each: -each[1].mean_h_per_a)
    most = max((one.mean_h_per_a for _, one in ranked), default=0.0)
    return [
        Row(
            (
                Cell(names.get(name) or shown(name), name=True),
                Cell(
                    words.count(one.mean_h_per_a),
                    one.mean_h_per_a,
                    _bounds(one, words),
                    grave=one.mean_h_per_a / most,
                ),
            )
        )
        for name, one in ranked
        if one.mean_h_per_a > 0
    ]


def region_names(rates: Rates, words: Words) -> dict[str, str]:
    """Regions by name."""
    return {one: words.pick(text.zh, text.en) for one, text in rates.regions.items()}


def period_rows(rates: Rates, words: Words) -> list[Row]:
    """Losses by return period."""
    return [_period(one, words) for one in rates.return_periods.get("total", ())]


def _period(one: Returned, words: Words) -> Row:
    loss: object = words.count(one.loss)
    if one.beyond:
        loss = words.t("rate_or_more", n=words.count(one.loss))
    under: object = ""
    if one.low is not None and one.high is not None:
        low, high = words.count(one.low), words.count(one.high)
        under = "" if low == high else words.t("range", low=low, high=high)
    return Row(
        (
            Cell(words.t("rate_years", n=f"{one.period_a:g}"), one.period_a),
            Cell(loss, one.loss, under),
        )
    )


def exceedance(rates: Rates, names: Names) -> charts.Chart | None:
    """How often a year brings at least how much loss, in all and for the worst lifelines."""
    words = names.words
    ranked = sorted(rates.aal.lifelines, key=lambda one: -rates.aal.lifelines[one].mean_h_per_a)
    drawn = ["total", *ranked[:LINES_DRAWN]]
    curves = {name: rows for name in drawn if (rows := _points(name, rates))}
    if "total" not in curves:
        return None
    points = [row for rows in curves.values() for row in rows]
    x = _log_scale([row[0] for row in points], charts.LEFT, charts.RIGHT, floor=1e-4)
    y = _log_scale([row[1] for row in points], charts.BOTTOM, charts.TOP)
    return charts.Chart(
        label=words.t("rate_chart"),
        x_title=words.t("rate_loss_axis"),
        y_title=words.t("rate_period_axis"),
        x=x.ticks(words.count),
        y=y.ticks(lambda often: words.t("rate_years", n=f"{1 / often:g}")),
        lines=tuple(_line(name, rows, x, y, names) for name, rows in curves.items()),
    )


def _points(name: str, rates: Rates) -> list[Point]:
    """Loss, frequency and its bounds, of losses that a logarithm can show."""
    curve = rates.curves.get(name)
    if curve is None:
        return []
    rows = zip(curve.loss_h, curve.frequency_per_a, curve.low_per_a, curve.high_per_a, strict=True)
    return [row for row in rows if row[0] > 0 and row[1] > 0]


def _log_scale(
    values: Sequence[float], start: float, end: float, floor: float = 0.0
) -> charts.Scale:
    """A logarithmic scale round all values, but for those below a share of the greatest."""
    high = max(values)
    low = max(min(values), high * floor)
    return charts.Scale(low / 1.2, high * 1.2, start, end, log=True)


def _line(
    name: str, rows: Sequence[Point], x: charts.Scale, y: charts.Scale, names: Names
) -> charts.Line:
    def line(column: int) -> list[charts.Point]:
        return charts.stairs([(x.at(row[0]), y.at(row[column])) for row in rows])

    total = name == "total"
    return charts.Line(
        names.words.t("rate_total") if total else names.line(name),
        COLOUR if total else names.colour(name),
        charts.path_of(line(1)),
        charts.band_of(line(2), line(3)) if total else "",
        thin=not total,
    )
