"""Lay the answers that a city decides by out as one HTML page that opens offline."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup

from rencity.kit.files import write_bytes
from rencity.report.about import Note
from rencity.report.decide import alone, budget, rates
from rencity.report.decide.answers import Answers, open_answers
from rencity.report.decide.names import Names
from rencity.report.page import POLICY, environment, own, style
from rencity.report.words import Lang, Words, shown

SCRIPTS = ("tables.js",)


def write_decision(folders: Sequence[Path], out: Path, lang: Lang = "zh") -> Path:
    """Write the page of the answers in `folders` to `out`, whole or not at all.

    Raises
    ------
    RunError : as `rencity.report.decide.answers.open_answers`
    StorageError : the disk refused the write
    """
    write_bytes(out, page(open_answers(folders), lang).encode())
    return out


def page(answers: Answers, lang: Lang = "zh") -> str:
    """The page as HTML; the same answers give the same text."""
    unit = answers.alone.unit if answers.alone else "people"
    words = Words(lang, unit)
    text = (
        environment(words)
        .get_template("decide.html.j2")
        .render(
            policy=POLICY,
            style=style(),
            script=Markup("\n".join(own(name) for name in SCRIPTS)),  # noqa: S704
            answers=answers,
            names=Names.of(answers, words),
            city=city_name(answers, words),
            said=said(answers, words),
            notes=_notes(answers),
            alone=alone,
            rates=rates,
            budget=budget,
        )
    )
    return text.encode("utf-8", "replace").decode()


def city_name(answers: Answers, words: Words) -> str:
    """The city's name."""
    return words.pick(answers.city.name, answers.city.name_en) or shown(answers.city.id)


def said(answers: Answers, words: Words) -> list[Markup]:
    """The page in a few sentences, the money first."""
    names = Names.of(answers, words)
    made: list[Markup] = []
    if answers.budget:
        made += budget.budget_said(answers.budget, names)[:2]
    if answers.rates:
        made += rates.rate_said(answers.rates, names)
    if answers.alone:
        made += alone.alone_said(answers.alone, names)[:1]
    return made


def _notes(answers: Answers) -> list[Note]:
    held = (answers.alone, answers.rates, answers.networks)
    notes = [note for each in held if each for note in each.findings]
    if answers.budget:
        notes += [Note(rule="", severity="note", what=text) for text in answers.budget.notes]
    return notes
