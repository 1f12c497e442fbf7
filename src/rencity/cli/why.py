"""`rencity why`: what goes down with an asset, and what took it or a zone down."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from rencity.cli.report import Language


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("why")(why)


def why(
    run: Annotated[Path, typer.Argument(help="Run folder written by `rencity stress`")],
    target: Annotated[str, typer.Argument(metavar="ASSET|ZONE", help="Id of what is asked about")],
    city: Annotated[
        Path | None, typer.Option(metavar="DIR", help="City folder; else the run's own")
    ] = None,
    lifeline: Annotated[str | None, typer.Option(help="Lifeline of a zone")] = None,
    at: Annotated[
        float | None, typer.Option(metavar="HOURS", help="Only this hour; else the whole run")
    ] = None,
    samples: Annotated[
        int | None,
        typer.Option(min=1, help="Only the first so many of the samples kept; else all"),
    ] = None,
    lang: Annotated[Language, typer.Option(help="Language of the text")] = Language.zh,
    as_json: Annotated[bool, typer.Option("--json", help="Print only JSON")] = False,
) -> None:
    """What goes down with an asset, and why it or a zone was out in a run."""
    from rencity.rehearse.why import why as rehearse

    found = rehearse(run, target, city=city, lifeline=lifeline, at_h=at, samples=samples)
    if as_json:
        sys.stdout.write(json.dumps(found.to_dict(), ensure_ascii=False, allow_nan=False) + "\n")
    else:
        sys.stdout.write(found.to_text(lang.value) + "\n")
