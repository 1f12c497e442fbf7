"""`rencity city import`: a source into a city folder, with every row accounted for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rencity.city.readers.registry import READERS
from rencity.cli.city import city_group
from rencity.kit.plain import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from rencity.city.importing import ImportResult
    from rencity.city.infer import Rule
    from rencity.city.readers.ledger import Layer


def register(_: typer.Typer) -> None:
    """Add the command to the group `city`."""
    city_group.command("import")(import_command)


def import_command(
    kind: Annotated[str, typer.Argument(help=", ".join(READERS))],
    src: Annotated[Path, typer.Argument(help="来源文件或文件夹 Source file or folder")],
    into: Annotated[Path, typer.Option("--into", help="城市文件夹 City folder, made if absent")],
    mapping: Annotated[
        Path | None,
        typer.Option("--map", help="映射文件 Mapping (TOML): tables, graphml, tntp"),
    ] = None,
    crs: Annotated[
        str | None,
        typer.Option(
            "--crs",
            help="来源未注明的坐标系 System the source does not state: EPSG:n, GCJ-02, BD-09",
        ),
    ] = None,
    options: Annotated[
        list[str] | None,
        typer.Option("--set", help="读入选项 Option of the reader, KEY=VALUE, e.g. unit=ft"),
    ] = None,
    merge: Annotated[
        Path | None, typer.Option("--merge", help="合并规则 Rules on what is one thing (TOML)")
    ] = None,
    far: Annotated[
        bool, typer.Option("--far", help="允许远离城市 Allow what lies over 200 km from the city")
    ] = False,
    city_id: Annotated[str, typer.Option("--id", help="新城市的标识 Id of a new city")] = "",
    name: Annotated[str, typer.Option("--name", help="新城市的名称 Name of a new city")] = "",
    name_en: Annotated[str, typer.Option("--name-en", help="英文名 Its English name")] = "",
    code: Annotated[str, typer.Option("--code", help="行政区划代码 Its division code")] = "",
    time_zone: Annotated[
        str, typer.Option("--time-zone", help="时区 Time zone, default Asia/Shanghai")
    ] = "",
    no_infer: Annotated[
        bool, typer.Option("--no-infer", help="不按规则补全 Fill nothing by rules of packs")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="机器可读输出 Machine-readable output")
    ] = False,
) -> None:
    """导入数据 Read a source into a city folder; each row is kept, merged or refused by reason."""
    from rencity.city.importing import NewCity, import_into
    from rencity.city.merge_rules import read_merge_rules

    result = import_into(
        kind,
        src,
        into,
        mapping=mapping,
        crs=crs,
        new=NewCity(city_id, name, name_en, code, time_zone),
        rules={} if no_infer else _rules(into, code),
        options=_options(options or []),
        merge_rules=read_merge_rules(merge) if merge else None,
        far=far,
    )
    if as_json:
        typer.echo(json.dumps(_as_dict(result), ensure_ascii=False, indent=2))
    else:
        _show(result)


def _options(given: list[str]) -> dict[str, str]:
    wrong = [each for each in given if "=" not in each]
    if wrong:
        raise typer.BadParameter(f"{wrong[0]!r} is not KEY=VALUE", param_hint="--set")
    return {key.strip(): value.strip() for key, _, value in (each.partition("=") for each in given)}


def _rules(folder: Path, code: str) -> Mapping[str, Rule]:
    """Rules of the packs in force in the city's region, to fill what a source does not say."""
    from rencity.city.identity import read_identity
    from rencity.content import load_packs

    identity = folder / "city.toml"
    region = read_identity(identity).code if identity.exists() else code
    return load_packs(region=region or None).rules


def _as_dict(result: ImportResult) -> dict[str, object]:
    return {
        "city": result.city.identity.id,
        "folder": str(result.city.folder),
        "hash": result.city.hash,
        "changed": result.changed,
        "layers": [_layer_dict(layer) for layer in result.layers],
        "added": dict(result.added),
        "same": dict(result.same),
        "changes": dict(result.changes),
        "joined": result.report.pairs,
        "conflicts": result.report.conflicts,
        "conflict_examples": result.report.examples,
        "overruled": result.overruled,
        "inferred": dict(result.inferred),
        "findings": [finding.to_dict() for finding in result.findings],
        "unmet": [finding.to_dict() for finding in result.unmet],
    }


def _layer_dict(layer: Layer) -> dict[str, object]:
    return {
        "name": layer.name,
        "read": layer.read,
        "kept": layer.kept,
        "merged": dict(layer.merged),
        "refused": dict(layer.refused),
        "examples": layer.examples,
    }


def _show(result: ImportResult) -> None:
    from rich.console import Console

    out = Console(highlight=False)
    _show_layers(out, result)
    for layer in result.layers:
        for reason, n in (*layer.merged.items(), *layer.refused.items()):
            places = "; ".join(layer.examples.get(reason, []))
            _line(out, f"  {layer.name}: {n} × {reason} ({places})")
    _show_changes(out, result)
    for finding in (*result.findings, *result.unmet):
        _line(out, str(finding))


def _show_layers(out: Console, result: ImportResult) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(title="读入 Rows read")
    table.add_column("图层 layer", overflow="fold")
    counts = [(a.name, a.read, a.kept, a.merged.total(), a.refused.total()) for a in result.layers]
    for heading in ("读 read", "留 kept", "并 merged", "拒 refused"):
        table.add_column(heading, justify="right")
    for row in counts:
        table.add_row(Text(plain(row[0])), *map(str, row[1:]))
    table.add_section()
    table.add_row(
        "合计 total", *(str(sum(column)) for column in list(zip(*counts, strict=True))[1:])
    )
    out.print(table)


def _show_changes(out: Console, result: ImportResult) -> None:
    for label, counts in (
        ("新增 added", result.added),
        ("已有 already there", result.same),
        ("改值 changed", result.changes),
        ("同一物 one thing", result.report.pairs),
        ("相异 differing", result.report.conflicts),
        ("推断 inferred", result.inferred),
    ):
        said = ", ".join(f"{name} {n}" for name, n in counts.items() if n)
        _line(out, f"{label}: {said or 0}")
    if result.overruled:
        out.print(f"推断让位于来源 inferred rows and values overruled: {result.overruled}")
    word = "已写入 written" if result.changed else "未变 unchanged"
    _line(out, f"{result.city.folder} {word}")


def _line(out: Console, text: str) -> None:
    out.print(plain(text), markup=False, soft_wrap=True)
