"""`rencity n1`: take out each asset alone, and rank who loses what."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rencity.cli.stress import _progress
from rencity.kit.plain import plain

if TYPE_CHECKING:
    from rich.table import Table

    from rencity.sim.nminus1 import Study

STAGES = {
    "network": "reading the city",
    "n1": "N-1 of everything",
    "roads": "roads alone",
    "check": "second opinion",
    "link": "N-1 with the new link",
    "tables": "tables",
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("n1")(n1)


def n1(
    folder: Annotated[Path, typer.Argument(metavar="CITY", help="City folder")],
    lifeline: Annotated[
        str | None, typer.Option(help="Only assets of this lifeline fail; default: all")
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="Rows of each ranking on the screen")] = 10,
    out: Annotated[Path | None, typer.Option(help="Folder to write")] = None,
    workers: Annotated[int, typer.Option(min=0, help="Threads; 0: one for each core")] = 0,
    replace: Annotated[bool, typer.Option(help="Overwrite the folder")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print only JSON")] = False,
) -> None:
    """Take out each asset alone: who loses which lifeline, by the whole interdependent city."""
    from rencity.city import City
    from rencity.sim.nminus1 import study
    from rencity.sim.nminus1.study import refuse_target

    if out is not None:
        refuse_target(out, replace=replace)
    begin = time.perf_counter()
    with _progress(quiet=as_json) as tell:
        made = study(
            City.open(folder),
            lifeline=lifeline,
            workers=workers or os.cpu_count() or 1,
            progress=lambda stage, share: tell(STAGES[stage], share),
        )
        if out is not None:
            made.write(out, replace=replace)
    if as_json:
        sys.stdout.write(json.dumps(dict(made.about), ensure_ascii=False) + "\n")
    else:
        _print(made, top, out, time.perf_counter() - begin)


def _print(made: Study, top: int, out: Path | None, seconds: float) -> None:
    from rich.console import Console

    about = made.about
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
    city = about["city"]
    head = (
        f"{city['name']} · 逐个失效 N-1 · 设施 assets {about['assets_tried']:,} · "
        f"单独失效就有人断供 lose somebody alone {about['assets_that_lose_anyone']:,} · "
        f"用时 took {seconds:.1f} s"
    )
    console.print(plain(head), markup=False, soft_wrap=True)
    console.print(_ranking(made, top), markup=False)
    for finding in about["findings"]:
        line = f"注 {finding['severity']}: {finding['what']} | mend: {finding['mend']}"
        console.print(plain(line), markup=False, soft_wrap=True)
    console.print(
        "备用电源按已耗尽计；连通级不计容量 backups count as spent; reach sees no capacity",
        markup=False,
        soft_wrap=True,
    )
    if out is not None:
        console.print(plain(f"文件夹 folder {out}"), markup=False, soft_wrap=True)


def _ranking(made: Study, top: int) -> Table | str:
    from rich.table import Table

    worst = made.about["worst"][:top]
    if not worst:
        return "任一设施单独失效都无人失去服务 no asset failing alone takes service from anyone"
    people = made.about["unit"] == "people"
    unit = "失去服务的人次\npeople losing service" if people else "停用设施\nassets out"
    table = Table(
        "设施\nasset", "类别\nkind", f"{unit}, 合计 summed", "其中\nof which", "分区\nzones"
    )
    for column in (2, 4):
        table.columns[column].justify = "right"
    for row in worst:
        table.add_row(*_cells(row, made))
    return table


def _cells(row: dict[str, Any], made: Study) -> list[str]:
    from rich.markup import escape

    chinese = {each["id"]: each["zh"] for each in made.about["lifelines"]}
    by = sorted(row["people_by"].items(), key=lambda each: -each[1])
    return [
        escape(plain(row["name"] or row["asset"])),
        escape(plain(f"{row['lifeline']}.{row['kind']}")),
        f"{row['people']:,}",
        escape(plain(", ".join(f"{chinese[name]} {name} {count:,}" for name, count in by[:3]))),
        f"{row['zones']:,}",
    ]
