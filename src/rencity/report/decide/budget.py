"""What a budget buys best, as tables and a chart."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from rencity.report import charts
from rencity.report.decide.answers import Budget, MeasureOffered, Saved, SetTaken
from rencity.report.decide.names import Names, money
from rencity.report.tables import Cell, Row
from rencity.report.words import Words

PROVEN = 0.0005
COLOUR, FRESH_COLOUR = "#2563eb", "#c2410c"


def budget_said(budget: Budget, names: Names) -> list[Markup]:
    """What to do with the money, what it saves, how sure that is."""
    words, best = names.words, budget.greedy
    if not best.chosen:
        return [words.t("budget_nothing", budget=money(budget.budget_yuan, words))]
    said = [
        words.t(
            "budget_said",
            budget=money(budget.budget_yuan, words),
            measures=names.listed(best.chosen),
            cost=money(best.cost_yuan, words),
            saved=words.count(best.saved.mean),
            share=words.share(best.saved.mean / budget.loss_today if budget.loss_today else None),
            unit=unit_of(budget.unit, words),
        )
    ]
    if best.fresh is not None:
        said.append(_fresh_said(best, words))
    if budget.gap is not None and budget.gap < PROVEN:
        said.append(words.t("budget_optimal"))
    elif budget.gap is not None:
        said.append(words.t("budget_gap", gap=words.share(budget.gap)))
    if budget.exact is not None:
        same = set(budget.exact.chosen) == set(best.chosen)
        listed = names.listed(budget.exact.chosen)
        said.append(
            words.t("budget_exact_same") if same else words.t("budget_exact", measures=listed)
        )
    if budget.loss.weights:
        weights = [
            words.t("budget_weight", lifeline=names.line(name), n=f"{weight:g}")
            for name, weight in budget.loss.weights.items()
        ]
        said.append(words.t("budget_weights", weights=words.t("comma").join(weights)))
    return said


def _fresh_said(best: SetTaken, words: Words) -> Markup:
    assert best.fresh is not None  # noqa: S101 - asked before
    low, high = best.fresh.low, best.fresh.high
    bounds: object = words.t("decide_unknown")
    if low is not None and high is not None:
        bounds = words.t("range", low=words.count(low), high=words.count(high))
    return words.t("budget_fresh", saved=words.count(best.fresh.mean), bounds=bounds)


def unit_of(unit: str, words: Words) -> str:
    """What a budget saves, in words."""
    return words.text_or(f"unit_{unit.replace(' ', '_').replace('-', '_')}", unit)


def measure_rows(budget: Budget, names: Names) -> list[Row]:
    """Every measure by itself, most saving for its money first."""
    ranked = sorted(budget.measures, key=lambda one: -(one.saved_per_million_yuan or 0))
    return [_measure(one, budget, names) for one in ranked]


def _measure(one: MeasureOffered, budget: Budget, names: Names) -> Row:
    words, taken = names.words, one.id in budget.greedy.chosen
    rate = one.saved_per_million_yuan
    return Row(
        (
            Cell(
                names.measure(one.id),
                under=words.text_or(f"measure_{one.kind}", one.kind),
                name=True,
            ),
            Cell(money(one.cost_yuan, words), one.cost_yuan),
            mean_cell(one.saved, words),
            Cell(words.count(rate), rate, number=True),
            Cell("✓" if taken else "", 1.0 if taken else 0.0),
        )
    )


def mean_cell(saved: Saved, words: Words) -> Cell:
    """A mean, its bounds below it."""
    under = ""
    if saved.low is not None and saved.high is not None:
        under = words.t("range", low=words.count(saved.low), high=words.count(saved.high))
    return Cell(words.count(saved.mean), saved.mean, under)


def path_rows(budget: Budget, names: Names) -> list[Row]:
    """The order in which measures were taken."""
    return [
        Row(
            (
                Cell(n + 1, float(n + 1)),
                Cell(names.listed(step.added)),
                Cell(money(step.cost_yuan, names.words), step.cost_yuan),
                mean_cell(step.saved, names.words),
            )
        )
        for n, step in enumerate(budget.greedy.path)
    ]


def curve_rows(budget: Budget, names: Names) -> list[Row]:
    """What other budgets would buy."""
    return [
        Row(
            (
                Cell(money(point.budget_yuan, names.words), point.budget_yuan),
                Cell(money(point.cost_yuan, names.words), point.cost_yuan),
                mean_cell(point.saved, names.words),
                Cell(names.listed(point.chosen)),
            )
        )
        for point in budget.curve
    ]


def budget_chart(budget: Budget, names: Names) -> charts.Chart | None:
    """Saving by budget, the asked one ringed, and what it saves on fresh samples."""
    words, points = names.words, budget.curve
    top = max((point.saved.high or point.saved.mean for point in points), default=0.0)
    most = max((point.budget_yuan for point in points), default=0.0)
    if len(points) < 2 or top <= 0 or most <= 0:
        return None
    x = charts.Scale(0.0, most * 1.02, charts.LEFT, charts.RIGHT)
    y = charts.Scale(0.0, top * 1.05, charts.BOTTOM, charts.TOP)

    def line(value: Callable[[Saved], float]) -> list[charts.Point]:
        return [(x.at(point.budget_yuan), y.at(max(value(point.saved), 0.0))) for point in points]

    at = line(lambda saved: saved.mean)
    lower = line(lambda saved: saved.mean if saved.low is None else saved.low)
    upper = line(lambda saved: saved.mean if saved.high is None else saved.high)
    greedy = budget.greedy
    marks = [
        charts.Mark(
            x.at(budget.budget_yuan), y.at(max(greedy.saved.mean, 0.0)), words.t("budget_asked")
        )
    ]
    lines = [
        charts.Line(
            words.t("budget_saved"), COLOUR, charts.path_of(at),
            charts.band_of(lower, upper), tuple(at),
        )
    ]  # fmt: skip
    if greedy.fresh is not None:
        place = x.at(budget.budget_yuan), y.at(max(greedy.fresh.mean, 0.0))
        lines.append(charts.Line(words.t("budget_on_fresh"), FRESH_COLOUR, "M0 0", "", (place,)))
    return charts.Chart(
        label=words.t("budget_chart"),
        x_title=words.t("budget_axis"),
        y_title=unit_of(budget.unit, words),
        x=x.ticks(lambda yuan: money(yuan, words)),
        y=y.ticks(words.count),
        lines=tuple(lines),
        marks=tuple(marks),
    )


def bound_rows(budget: Budget, words: Words) -> list[Row]:
    """What no affordable set saves more than."""
    return [
        Row(
            (
                Cell(words.text_or(f"bound_{one.kind.replace(' ', '_')}", one.kind)),
                Cell(words.count(one.value), one.value),
                Cell(
                    words.t("bound_passed")
                    if one.passed
                    else words.t("bound_proven")
                    if one.proven
                    else words.t("bound_unproven")
                ),
            )
        )
        for one in budget.bounds
    ]
