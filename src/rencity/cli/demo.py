"""`rencity demo`: make a synthetic city."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rencity.city.demo.build import Demo


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="demo")(demo)


def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="city folder to make")],
    scale: Annotated[
        str, typer.Option(help="block (1,000 assets), city (50,000) or metro (1,000,000)")
    ] = "block",
    seed: Annotated[int, typer.Option(min=0, help="the same seed makes the same city")] = 1,
    replace: Annotated[bool, typer.Option("--replace", help="replace the folder")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON only")] = False,
) -> None:
    """Make a synthetic city on the public facts of Wuxi; 合成演示城市."""
    from rencity.city.demo.build import make_demo
    from rencity.kit.errors import StorageError

    if folder.exists() and not replace:
        raise StorageError(
            "the folder exists", place=str(folder), mend="choose another name or give --replace"
        )
    made = make_demo(scale, seed)
    made.city.write(folder, replace=replace)
    summary = {"folder": str(folder), **_summary(made)}
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False, indent=2))
    else:
        _print(summary)


def _summary(made: Demo) -> dict[str, Any]:
    from rencity.city.demo.summary import summarise

    return summarise(made)


def _print(summary: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    console.print(
        f"合成城市 Synthetic city: {summary['folder']} "
        f"({summary['scale']}, seed {summary['seed']})",
        markup=False,
        soft_wrap=True,
    )
    console.print(f"hash {summary['hash']}", soft_wrap=True)
    kinds = Table(
        "生命线 Lifeline", "类型 Kind", "数量 Count", title=f"设施 Assets {summary['assets']:,}"
    )
    kinds.columns[2].justify = "right"
    for row in summary["kinds"]:
        kinds.add_row(row["lifeline"], row["kind"], f"{row['count']:,}")
    console.print(kinds)
    zones = Table("层级 Level", "数量 Count", "人口 People", title="分区 Zones")
    for row in summary["zones"]:
        zones.add_row(row["level"], f"{row['count']:,}", f"{row['people']:,}")
    console.print(zones)
    console.print(_districts(summary["districts"]))
    rest = ", ".join(f"{name} {summary[name]:,}" for name in ("links", "need_groups", "serves"))
    console.print(rest)


def _districts(rows: list[dict[str, Any]]) -> Any:
    from rich.table import Table

    table = Table(
        "区 District", "", "人口 People", "事实 Fact", "km²", "事实 Fact", title="区县 Districts"
    )
    for row in rows:
        table.add_row(
            row["name"],
            row["code"],
            f"{row['people']:,}",
            f"{row['fact_people']:,}",
            f"{row['km2']:,.0f}",
            f"{row['fact_km2']:,}",
        )
    for column in table.columns[2:]:
        column.justify = "right"
    return table
