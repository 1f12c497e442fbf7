"""Where level reach says served and level balance does not."""

from __future__ import annotations

from markupsafe import Markup

from rencity.report import story
from rencity.report.about import BalancedLine
from rencity.report.folder import Run
from rencity.report.tables import Cell, Row
from rencity.report.words import Words


def rows(run: Run, words: Words) -> list[Row]:
    """One row a lifeline, most unseen loss first."""
    balance = run.about.balance
    if balance is None:
        return []
    colours = {line.id: words.colour(line) for line in run.about.lifelines}
    ranked = sorted(balance.lifelines.items(), key=lambda each: -each[1].reach_only_ph)
    return [
        Row(_cells(each, name, balance.classes, run, words), colours.get(name, ""))
        for name, each in ranked
    ]


def _cells(
    each: BalancedLine, name: str, classes: tuple[str, ...], run: Run, words: Words
) -> tuple[Cell, ...]:
    granted = [
        words.t(
            "balance_class",
            name=words.text_or(f"balance_class_{one}", one),
            share=words.share(each.granted_share.get(one)),
        )
        for one in classes
        if each.granted_share.get(one) is not None
    ]
    unseen = each.reach_only_ph / each.balance_loss_ph if each.balance_loss_ph else 0.0
    return (
        Cell(story.line_name(run, words, name), name=True),
        Cell(words.count(each.reach_loss_ph), each.reach_loss_ph),
        Cell(words.count(each.balance_loss_ph), each.balance_loss_ph),
        Cell(words.count(each.reach_only_ph), each.reach_only_ph, grave=min(unseen, 1.0)),
        Cell(words.count(each.balance_only_ph), each.balance_only_ph),
        Cell(story.listed(granted, words) if granted else "–"),
    )


def said(run: Run, words: Words) -> Markup | str:
    """The lifeline whose loss level reach sees least of."""
    balance = run.about.balance
    if balance is None:
        return ""
    name, each = max(balance.lifelines.items(), key=lambda one: one[1].reach_only_ph)
    if each.reach_only_ph < 1:
        return words.t("balance_same")
    return words.t(
        "balance_said",
        lifeline=story.line_name(run, words, name),
        unseen=words.count(each.reach_only_ph),
        share=words.share(each.reach_only_ph / each.balance_loss_ph),
    )
