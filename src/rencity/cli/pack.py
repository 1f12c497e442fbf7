"""`rencity pack`: what content there is, and what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

pack_group = typer.Typer(no_args_is_help=True, help="Packs: thresholds, curves and rules as data.")

Folders = Annotated[
    list[Path] | None, typer.Argument(help="More packs, or folders of packs.", show_default=False)
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON only.")]


def register(app: typer.Typer) -> None:
    """Add the group to the command line."""
    app.add_typer(pack_group, name="pack")


@pack_group.command("list")
def list_packs(folders: Folders = None, as_json: Json = False) -> None:
    """List the packs that ship with Rencity and those in FOLDERS, in the order they lie.

    The hash is that of the packs that hold everywhere and of all in FOLDERS.
    """
    from rencity.content import load_packs

    packs = load_packs(folders or ())
    if as_json:
        rows = [
            pack.manifest.model_dump(mode="json")
            | {"folder": str(pack.folder), "entries": _counts(pack.entries)}
            for pack in packs.known
        ]
        typer.echo(json.dumps({"hash": packs.hash, "packs": rows}, ensure_ascii=False, indent=2))
        return
    for pack in packs.known:
        says = pack.manifest
        counts = ", ".join(f"{n} {kind}" for kind, n in _counts(pack.entries).items())
        typer.echo(f"{says.id} {says.version}  {says.title.zh} / {says.title.en}")
        typer.echo(f"  {counts or 'empty'}; region {says.region or 'any'}; {says.licence}")
    typer.echo(f"hash {packs.hash}")


@pack_group.command("check")
def check(
    folders: Folders = None,
    city: Annotated[
        Path | None, typer.Option("--city", help="Check the packs against this city too.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check the shipped packs and those in FOLDERS; exit 1 when anything is an error."""
    from rencity.city import City
    from rencity.content.checking import check_cover, check_packs
    from rencity.kit import findings as found

    whole = City.open(city) if city else None
    result = check_packs(folders or (), catalogue=whole.catalogue if whole else None)
    if whole and not found.has_errors(result):
        from rencity.content import load_packs

        packs = load_packs(folders or (), region=whole.identity.code or None)
        result += check_cover(packs, whole)
    text = json.dumps(found.as_json(result), ensure_ascii=False, indent=2)
    typer.echo(text if as_json else found.as_text(result))
    if found.has_errors(result):
        raise typer.Exit(1)


def _counts(entries: Mapping[str, Mapping[str, object]]) -> dict[str, int]:
    return {kind: len(held) for kind, held in entries.items() if held}
