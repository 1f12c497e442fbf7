"""`rencity pack diff`: what differs between packs, days or regions."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from rencity.cli.pack import Json, pack_group
from rencity.cli.pack_show import Day, More, Place
from rencity.kit.errors import PackError
from rencity.kit.plain import plain

if TYPE_CHECKING:
    from rencity.content.differing import Side

OtherDay = Annotated[
    datetime | None,
    typer.Option("--against-on", formats=["%Y-%m-%d"], help="另一日 The other day."),
]
OtherPlace = Annotated[
    str | None, typer.Option("--against-region", help="另一地区 The other region.")
]


def register(_: typer.Typer) -> None:
    """Add the command to the group `pack`."""
    pack_group.command("diff")(diff)


def diff(
    old: Annotated[
        str | None, typer.Argument(help="旧包 Old pack: its id or folder.", show_default=False)
    ] = None,
    new: Annotated[
        str | None, typer.Argument(help="新包 New pack: its id or folder.", show_default=False)
    ] = None,
    on: Day = None,
    against_on: OtherDay = None,
    region: Place = None,
    against_region: OtherPlace = None,
    more: More = None,
    as_json: Json = False,
) -> None:
    """比较两个包、两天或两地 Say what differs between two packs, two days or two regions.

    Exit code 0, whether anything differs or not.
    """
    from rencity.content import differing, load_packs
    from rencity.content.naming import pack_named, region_of

    if old is not None and new is not None:
        if any(given is not None for given in (on, against_on, region, against_region)):
            raise _unclear("two packs and a day or region")
        known = load_packs(more or ()).known
        sides = [differing.side_of_pack(pack_named(name, known)) for name in (old, new)]
    elif old is not None or (against_on is None and against_region is None):
        raise _unclear("one side only")
    else:
        here, there = region_of(region), region_of(against_region)
        sides = [
            _side(more, here, on),
            _side(more, here if there is None else there, against_on or on),
        ]
    found = differing.differences(*sides)
    if as_json:
        typer.echo(json.dumps(differing.as_dicts(found), ensure_ascii=False, indent=2))
    else:
        typer.echo(plain("\n".join(differing.as_lines(found)), keep="\n"))


def _side(more: More, region: str | None, day: datetime | None) -> Side:
    from rencity.content import differing, load_packs

    packs = load_packs(more or (), region=region, on=day.date() if day else None)
    return differing.side_of_place(packs)


def _unclear(what: str) -> PackError:
    return PackError(
        f"{what} to compare",
        place="rencity pack diff",
        mend="name two packs, or give two days (--on, --against-on) or two regions "
        "(--region, --against-region)",
    )
