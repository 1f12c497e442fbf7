"""A shelf of reports: one page that lists them, for a browser."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rencity.kit.files import write_bytes
from rencity.report import story
from rencity.report.decide import page as decision
from rencity.report.decide.answers import open_answers
from rencity.report.folder import open_run
from rencity.report.page import POLICY, environment, page, style
from rencity.report.words import LANGS, Words


class Shelf:
    """A shelf that fills: it can be read from its first report on.

    Parameters
    ----------
    awaited : runs that are to come; the page says so and looks again until they are there
    """

    def __init__(self, folder: Path, awaited: int = 0) -> None:
        self.folder = folder
        self.awaited = awaited
        self.entries: list[list[dict[str, object]]] = []

    def add(self, run: Path) -> Path:
        """Write the reports of a run in every language; the path of the shelf's `index.html`.

        Raises
        ------
        RunError : the run folder is missing, partial or of another format
        StorageError : the disk refused a write
        """
        self.entries.append(_entry(run, self.folder, len(self.entries) + 1))
        return self.write()

    def add_answers(self, folders: Sequence[Path]) -> Path:
        """Write the page of what to decide by in every language, as `add`.

        Raises
        ------
        RunError : as `rencity.report.decide.answers.open_answers`
        StorageError : the disk refused a write
        """
        self.entries.append(_decision(folders, self.folder))
        return self.write()

    def write(self) -> Path:
        """Write the page that lists them."""
        text = shelf_page(self.entries, max(self.awaited - len(self.entries), 0))
        write_bytes(self.folder / "index.html", text.encode("utf-8", "replace"))
        return self.folder / "index.html"


def shelf_page(entries: Sequence[Sequence[dict[str, object]]], more: int = 0) -> str:
    """The page that lists reports.

    Parameters
    ----------
    entries : for each report, for each language: file, lang, title, city, said, open
    more : reports that are to come; the page looks again until they are there
    """
    template = environment(Words("zh")).get_template("index.html.j2")
    return template.render(entries=entries, more=more, policy=POLICY, style=style())


def write_shelf(runs: Sequence[Path], folder: Path) -> Path:
    """Write the reports of `runs` in every language into `folder`, and their `index.html`.

    Raises
    ------
    RunError, StorageError : as `Shelf.add`
    """
    shelf = Shelf(folder)
    index = shelf.write()
    for run in runs:
        index = shelf.add(run)
    return index


def _decision(folders: Sequence[Path], out: Path) -> list[dict[str, object]]:
    answers = open_answers(folders)
    made: list[dict[str, object]] = []
    for lang in LANGS:
        words = Words(lang)
        name = f"decide-{lang}.html"
        write_bytes(out / name, decision.page(answers, lang).encode())
        made.append(
            {
                "file": name,
                "lang": words.t("html_lang"),
                "title": words.t("decide_title"),
                "city": decision.city_name(answers, words),
                "said": decision.said(answers, words)[:2],
                "open": words.t("index_open"),
            }
        )
    return made


def _entry(folder: Path, out: Path, number: int) -> list[dict[str, object]]:
    run = open_run(folder)
    made: list[dict[str, object]] = []
    for lang in LANGS:
        words = Words(lang, run.about.unit)
        name = f"{number}-{run.about.scenario.name}-{lang}.html"
        safe = "".join(sign if sign.isalnum() or sign in "-_." else "_" for sign in name)
        write_bytes(out / safe, page(run, lang).encode())
        said = story.losses(run, words)[:1]
        made.append(
            {
                "file": safe,
                "lang": words.t("html_lang"),
                "title": story.scenario_name(run, words),
                "city": story.city_name(run, words),
                "said": [*story.headline(run, words)[:1], *said],
                "open": words.t("index_open"),
            }
        )
    return made
