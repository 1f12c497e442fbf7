"""`rencity city revise, retire, version, diff`: versions of a city and what differs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rencity.cli.city import city_group
from rencity.kit.plain import plain

if TYPE_CHECKING:
    from rencity.city.model import City
    from rencity.city.versions import Changes, Revision

Folder = Annotated[Path, typer.Argument(help="城市文件夹 City folder", show_default=False)]
Into = Annotated[Path, typer.Option("--into", help="新版本的文件夹 Folder of the new version")]
Json = Annotated[bool, typer.Option("--json", help="机器可读输出 Machine-readable output")]


def register(_: typer.Typer) -> None:
    """Add the commands to the group `city`."""
    city_group.command("revise")(revise_command)
    city_group.command("retire")(retire_command)
    city_group.command("version")(version_command)
    city_group.command("diff")(diff_command)


def revise_command(
    folder: Folder,
    changes: Annotated[Path, typer.Argument(help="变更文件 File of changes (TOML)")],
    into: Into,
    as_json: Json = False,
) -> None:
    """按变更文件生成新版本 Make the next version by a file of changes: all of them or none."""
    from rencity.city import City
    from rencity.city.versions import read_changes

    city = City.open(folder)
    said = read_changes(changes)
    _revised(city, said, changes.parent, changes.name, into, as_json=as_json)


def retire_command(
    folder: Folder,
    ids: Annotated[list[str], typer.Argument(help="退役的标识 Ids to retire")],
    why: Annotated[str, typer.Option("--why", help="原因 Why they are gone, kept in the lineage")],
    into: Into,
    table: Annotated[str, typer.Option("--table", help="标识所在的表 Table of the ids")] = "assets",
    with_dependants: Annotated[
        bool,
        typer.Option("--with-dependants", help="连同依附的行 What hangs on them is retired too"),
    ] = False,
    as_json: Json = False,
) -> None:
    """退役若干标识并生成新版本 Make the next version without some ids."""
    from rencity.city import City
    from rencity.city.versions import retiring

    said = retiring(table, ids, why, with_dependants=with_dependants)
    _revised(City.open(folder), said, Path(), "retire", into, as_json=as_json)


def version_command(
    folder: Folder,
    old: Annotated[Path, typer.Option("--from", help="前一版本的文件夹 Folder of the old version")],
    lineage: Annotated[
        Path | None,
        typer.Option("--lineage", help="谱系表 CSV: table, old, new, change, note"),
    ] = None,
    into: Annotated[
        Path | None, typer.Option("--into", help="写到别处 Folder to write; else DIR itself")
    ] = None,
    as_json: Json = False,
) -> None:
    """把新导入的城市作为后一版本 Make a city that was imported anew the version after another."""
    from rencity.city import City
    from rencity.city.versions import adopted, read_lineage

    rows = None if lineage is None else read_lineage(lineage)
    made = adopted(City.open(old), City.open(folder), rows)
    made = made.write(into or folder, replace=into is None, beside=folder if into else None)
    _said(made, {}, {}, as_json=as_json)


def diff_command(
    old: Annotated[Path, typer.Argument(help="旧版本 Old version", show_default=False)],
    new: Annotated[Path, typer.Argument(help="新版本 New version", show_default=False)],
    as_json: Json = False,
) -> None:
    """比较两个版本 Say what differs; exit 1 when ids are gone that the lineage does not explain."""
    from rencity.city import City
    from rencity.city.versions import diff, telling
    from rencity.kit.findings import has_errors

    found = diff(City.open(old), City.open(new))
    if as_json:
        typer.echo(json.dumps(telling.as_dict(found), ensure_ascii=False, indent=2))
    else:
        typer.echo(plain(telling.as_text(found), keep="\n"))
    if has_errors(found.findings):
        raise typer.Exit(1)


def _revised(
    city: City, said: Changes, base: Path, place: str, into: Path, *, as_json: bool
) -> None:
    from rencity.city.versions import revise

    done: Revision = revise(city, said, base=base, place=place)
    made = done.city.write(into, beside=city.folder)
    followed = {name: list(ids) for name, ids in done.followed.items()}
    _said(made, dict(done.applied), followed, as_json=as_json)


def _said(
    city: City, applied: dict[str, int], followed: dict[str, list[str]], *, as_json: bool
) -> None:
    identity = city.identity
    if as_json:
        said = {
            "folder": str(city.folder),
            "city": identity.id,
            "version": identity.version,
            "hash": city.hash,
            "parent": identity.parent,
            "applied": applied,
            "followed": followed,
        }
        typer.echo(json.dumps(said, ensure_ascii=False, indent=2))
        return
    if applied:
        typer.echo("变更 changes: " + ", ".join(f"{n} {name}" for name, n in applied.items()))
    for name, ids in followed.items():
        shown = ", ".join(ids[:5]) + (f" … +{len(ids) - 5:,}" if len(ids) > 5 else "")
        typer.echo(plain(f"随之退役 retired with them, {name} {len(ids):,}: {shown}"))
    typer.echo(
        plain(
            f"{city.folder} 版本 version {identity.version} of {identity.id}, "
            f"{city.hash[:16]}, 前一版本 from {(identity.parent or '')[:16]}"
        )
    )
