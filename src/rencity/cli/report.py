"""`rencity report`: a run as one page that opens offline."""

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
    run: Annotated[Path, typer.Argument(help="run folder written by `rencity stress`")],
    out: Annotated[Path, typer.Option("--out", help="the page to write, FILE.html")],
    lang: Annotated[Language, typer.Option("--lang", help="language of the page")] = Language.zh,
) -> None:
    """Write one HTML page of a run that opens offline: map, curves, tables, provenance."""
    from rencity.report.page import write_report

    typer.echo(write_report(run, out, lang.value))
