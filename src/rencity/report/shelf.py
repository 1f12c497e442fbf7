"""A shelf of reports: one page that lists them, for a browser."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rencity.kit.files import write_bytes
from rencity.report import story
from rencity.report.folder import open_run
from rencity.report.page import POLICY, environment, page, style
from rencity.report.words import LANGS, Words


def write_shelf(runs: Sequence[Path], folder: Path) -> Path:
    """Write the reports of `runs` in every language into `folder`, and their `index.html`.

    Raises
    ------
    RunError : a run folder is missing, partial or of another format
    StorageError : the disk refused a write
    """
    entries = [_entry(run, folder, number) for number, run in enumerate(runs, start=1)]
    text = (
        environment(Words("zh"))
        .get_template("index.html.j2")
        .render(entries=entries, policy=POLICY, style=style())
    )
    write_bytes(folder / "index.html", text.encode("utf-8", "replace"))
    return folder / "index.html"


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
