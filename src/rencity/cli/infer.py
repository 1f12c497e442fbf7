"""`rencity city infer`: apply the rules of packs to a city that stands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rencity.cli.city import city_group
from rencity.kit.plain import plain

if TYPE_CHECKING:
    from rencity.city.infer import Inference, Rule
    from rencity.content.packs import Packs


def register(_: typer.Typer) -> None:
    """Add the command to the group `city`."""
    city_group.command("infer")(infer_command)


def infer_command(
    folder: Annotated[Path, typer.Argument(help="城市文件夹 City folder", show_default=False)],
    packs: Annotated[
        list[Path] | None, typer.Option("--pack", help="更多内容包 More packs of rules")
    ] = None,
    cells: Annotated[
        list[str] | None,
        typer.Option("--cells", help="划分网格的规则 Also cut zones into cells by this rule"),
    ] = None,
    afresh: Annotated[
        bool,
        typer.Option("--afresh", help="先撤回已有推断 Take back what was inferred before"),
    ] = False,
    into: Annotated[
        Path | None, typer.Option("--into", help="写到别处 Folder to write; else DIR itself")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="机器可读输出 Machine-readable output")
    ] = False,
) -> None:
    """按规则补全并注明 Fill what is missing by the rules of packs; each value is marked."""
    from rencity.city import City
    from rencity.city.infer import forget, infer
    from rencity.content import load_packs

    city = City.open(folder)
    held = load_packs(packs or (), region=city.identity.code or None)
    done = infer(forget(city) if afresh else city, {**held.rules, **_cells(held, cells or [])})
    changed = done.city.hash != city.hash
    if changed or into is not None:
        done.city.write(into or folder, replace=into is None, beside=folder if into else None)
    _said(done, into or folder, changed=changed, as_json=as_json)


def _cells(held: Packs, names: list[str]) -> dict[str, Rule]:
    from rencity.kit.errors import InputError
    from rencity.kit.suggest import did_you_mean

    for name in names:
        if name not in held.cells:
            raise InputError(
                f"no rule {name!r} cuts zones into cells",
                place="--cells",
                mend=did_you_mean(name, held.cells, what="rule"),
            )
    return {name: held.cells[name] for name in names}


def _said(done: Inference, folder: Path, *, changed: bool, as_json: bool) -> None:
    counts = {name: n for name, n in done.counts.items() if n}
    if as_json:
        said = {
            "folder": str(folder),
            "hash": done.city.hash,
            "changed": changed,
            "inferred": counts,
            "unmet": [finding.to_dict() for finding in done.unmet],
        }
        typer.echo(json.dumps(said, ensure_ascii=False, indent=2))
        return
    typer.echo(plain("推断 inferred: " + (", ".join(f"{k} {n}" for k, n in counts.items()) or "0")))
    for finding in done.unmet:
        typer.echo(plain(str(finding)))
    typer.echo(plain(f"{folder} {'已写入 written' if changed else '未变 unchanged'}"))
