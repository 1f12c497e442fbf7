"""Names and amounts that every part of the page says alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from rencity.report.about import LifelineOfRun
from rencity.report.decide.answers import Answers
from rencity.report.words import GREY, Words, shown


@dataclass(frozen=True)
class Names:
    """Lifelines and measures by name."""

    words: Words
    lines: Mapping[str, LifelineOfRun]
    measures: Mapping[str, str]

    @classmethod
    def of(cls, answers: Answers, words: Words) -> Names:
        """Those that the answers tell."""
        told = (answers.alone, answers.rates)
        lines = {line.id: line for each in told if each for line in each.lifelines}
        offered = answers.budget.measures if answers.budget else ()
        measures = {one.id: words.pick(one.title.zh, one.title.en) or one.id for one in offered}
        return cls(words, lines, {name: shown(text) for name, text in measures.items()})

    def line(self, name: str) -> str:
        """A lifeline; its id where no answer tells more."""
        held = self.lines.get(name)
        return shown((held.of(self.words.lang) if held else "") or name)

    @property
    def line_names(self) -> dict[str, str]:
        """Every lifeline told, by id."""
        return {name: self.line(name) for name in self.lines}

    def colour(self, name: str) -> str:
        """A lifeline's colour."""
        held = self.lines.get(name)
        return self.words.colour(held) if held else GREY

    def measure(self, name: str) -> str:
        """A measure; its id where it has no title."""
        return self.measures.get(name) or shown(name)

    def listed(self, measures: Iterable[str]) -> Markup:
        """Measures in a row."""
        names = [self.measure(one) for one in measures]
        return self.words.t("comma").join(names) or self.words.t("none")


def money(yuan: float, words: Words) -> Markup:
    """An amount of money."""
    return words.t("decide_yuan", n=words.count(yuan))
