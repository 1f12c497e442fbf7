"""`rencity pack show`: entries in force, where they stand and who lies over whom."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rencity.cli.pack import Json, pack_group
from rencity.kit.plain import plain

if TYPE_CHECKING:
    from rencity.content.entry import Pack
    from rencity.content.packs import Packs

Day = Annotated[
    datetime | None,
    typer.Option("--on", formats=["%Y-%m-%d"], help="有效日 Day on which it must be in force."),
]
Place = Annotated[
    str | None,
    typer.Option("--region", help="地区 Division code (six digits) or country (two letters)."),
]
More = Annotated[
    list[Path] | None, typer.Option("--pack", help="更多内容包 More packs, or folders of them.")
]


def register(_: typer.Typer) -> None:
    """Add the command to the group `pack`."""
    pack_group.command("show")(show)


def show(
    what: Annotated[str, typer.Argument(help="内容包或种类 A pack or a kind.", show_default=False)],
    entry: Annotated[
        str | None, typer.Argument(help="种类中的条目 An entry of that kind.", show_default=False)
    ] = None,
    on: Day = None,
    region: Place = None,
    more: More = None,
    as_json: Json = False,
) -> None:
    """显示有效的条目 Show a pack, the entries of a kind that are in force, or one entry whole.

    Without --region only what holds everywhere is in force, and what holds elsewhere is named; a
    pack is shown as it lies in its own region. Without --on the newest version of each is.
    """
    from rencity.content import load_packs
    from rencity.content.naming import known_entry, known_word, region_of
    from rencity.content.registry import kinds

    day, place = on.date() if on else None, region_of(region)
    packs = load_packs(more or (), region=place, on=day)
    if entry is not None:
        known_entry(what, entry, packs)
        said, lines = _entry(packs, what, entry)
    else:
        known_word(what, packs.known)
        if what in kinds():
            said, lines = _kind(packs, what)
        else:
            pack = next(pack for pack in packs.known if pack.manifest.id == what)
            here = region or pack.manifest.region or None
            said, lines = _pack(load_packs(more or (), region=here, on=day), what)
    text = json.dumps(said, ensure_ascii=False, indent=2) if as_json else "\n".join(lines)
    typer.echo(text if as_json else plain(text, keep="\n"))


def _entry(packs: Packs, kind: str, entry_id: str) -> tuple[Any, list[str]]:
    from rencity.content import telling

    rows = packs.history(kind, entry_id)
    won = [row for row in rows if row.wins]
    lines = [line for row in won for line in telling.entry_lines(row.entry)]
    lines = lines or [f"{kind} {entry_id}: 此处此日无效 not in force here and then"]
    return [telling.standing_as_dict(row) for row in rows], [*lines, *telling.standing_lines(rows)]


def _kind(packs: Packs, kind: str) -> tuple[Any, list[str]]:
    from rencity.content import telling

    held = packs.entries[kind].values()
    won = [row for entry in held for row in packs.history(kind, entry.id) if row.wins]
    lines = telling.title_lines((row.entry, None) for row in won) or [f"{kind}: 无 none in force"]
    return [telling.standing_as_dict(row) for row in won], [*lines, *_elsewhere(packs, kind)]


def _elsewhere(packs: Packs, kind: str) -> list[str]:
    here = {pack.manifest.id for pack in packs.placed}
    return [
        f"另有 more in {pack.manifest.id}: {len(pack.entries[kind])}, "
        f"--region {pack.manifest.region}"
        for pack in packs.known
        if pack.manifest.id not in here and pack.entries.get(kind)
    ]


def _pack(packs: Packs, name: str) -> tuple[Any, list[str]]:
    from rencity.content import telling

    pack = next(pack for pack in packs.known if pack.manifest.id == name)
    rows = [
        row
        for kind, entry_id in _ids(pack)
        for row in packs.history(kind, entry_id)
        if row.pack is pack
    ]
    titles = telling.title_lines((row.entry, None if row.wins else row) for row in rows)
    said = {
        **pack.manifest.model_dump(mode="json"),
        "folder": str(pack.folder),
        "entries": [telling.standing_as_dict(row) for row in rows],
    }
    return said, [*telling.pack_lines(pack), *titles]


def _ids(pack: Pack) -> Iterable[tuple[str, str]]:
    return ((kind, entry_id) for kind, held in pack.entries.items() for entry_id in held)
