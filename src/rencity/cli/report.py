"""`rencity report`: a run, or what a city decides by, as one page that opens offline."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Language(StrEnum):
    """Languages of a report."""

    zh = "zh"
    en = "en"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("report")(report)


def report(
    folders: Annotated[
        list[Path],
        typer.Argument(
            metavar="DIR…",
            help="a run; or answers of `n1`, `rate`, `invest`, `measure`",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="the page to write, FILE.html")],
    lang: Annotated[Language, typer.Option("--lang", help="language of the page")] = Language.zh,
) -> None:
    """Write one HTML page that opens offline: of a run, or of what to decide by."""
    from rencity.report.decide.answers import is_answer
    from rencity.report.decide.page import write_decision
    from rencity.report.page import write_report

    if len(folders) > 1 or is_answer(folders[0]):
        typer.echo(write_decision(folders, out, lang.value))
    else:
        typer.echo(write_report(folders[0], out, lang.value))
