"""`rencity city`: bring a city in, see what it holds and what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rencity.kit.plain import plain

city_group = typer.Typer(no_args_is_help=True, help="Cities: import, check, look.")

Folder = Annotated[Path, typer.Argument(help="City folder.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON only.")]


def register(app: typer.Typer) -> None:
    """Add the group to the command line."""
    app.add_typer(city_group, name="city")


@city_group.command("check")
def check(
    folder: Folder,
    packs: Annotated[
        list[Path] | None, typer.Option("--pack", help="More packs whose classes it may name.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Say everything that is wrong with a city; exit 1 when anything is an error."""
    import json

    from rencity.city import City
    from rencity.city.check import check as check_city
    from rencity.content import load_packs
    from rencity.kit import findings

    city = City.open(folder)
    held = load_packs(packs or (), region=city.identity.code or None)
    found = check_city(city, classes={"fragility": held.fragility, "repair": held.repair})
    whole = json.dumps(findings.as_json(found), ensure_ascii=False, indent=2)
    typer.echo(whole if as_json else findings.as_text(found))
    if findings.has_errors(found):
        raise typer.Exit(1)


@city_group.command("info")
def info(folder: Folder, as_json: Json = False) -> None:
    """Say what a city holds."""
    import json

    from rencity.city import City
    from rencity.city.info import as_text, describe

    said = describe(City.open(folder))
    text = plain(as_text(said), keep="\n")
    typer.echo(json.dumps(said, ensure_ascii=False, indent=2) if as_json else text)
