"""`rencity n1`: take out each asset alone, and rank who loses what."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rencity.cli.stress import Bar
from rencity.kit.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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
    with_link: Annotated[
        tuple[str, str] | None,
        typer.Option("--with-link", metavar="A B", help="Try a link between two assets"),
    ] = None,
    length_m: Annotated[
        float | None, typer.Option("--length-m", help="Its length; default: 1.3 times straight")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Compare with an exact walk; exit 1 if they differ")
    ] = False,
    top: Annotated[int, typer.Option(min=1, help="Rows of each ranking on the screen")] = 10,
    out: Annotated[Path | None, typer.Option(help="Folder to write")] = None,
    workers: Annotated[int, typer.Option(min=0, help="Threads; 0: one for each core")] = 0,
    replace: Annotated[bool, typer.Option(help="Overwrite the folder")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print only JSON")] = False,
) -> None:
    """Take out each asset alone: who loses which lifeline, by the whole interdependent city."""
    from rencity.city import City
    from rencity.kit.files import refuse_folder
    from rencity.sim.nminus1 import Link, study
    from rencity.sim.nminus1.whole import MARK

    if out is not None:
        refuse_folder(out, MARK, replace=replace)
    if length_m is not None and with_link is None:
        raise typer.BadParameter("goes with --with-link", param_hint="--length-m")
    begin = time.perf_counter()
    with Bar(quiet=as_json) as tell:
        made = study(
            City.open(folder),
            lifeline=lifeline,
            link=None if with_link is None else Link(*with_link, length_m),
            check=check,
            workers=workers or os.cpu_count() or 1,
            progress=lambda stage, share: tell(STAGES[stage], share),
        )
        if out is not None:
            made.write(out, replace=replace)
    if as_json:
        sys.stdout.write(json.dumps(dict(made.about), ensure_ascii=False) + "\n")
    else:
        _print(made, top, out, time.perf_counter() - begin)
    if has_errors(made):
        raise typer.Exit(1)


def has_errors(made: Study) -> bool:
    """Whether the second opinion differs."""
    return any(finding["severity"] == "error" for finding in made.about["findings"])


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
    if "roads" in about:
        console.print(_road_head(about["roads"]), markup=False, soft_wrap=True)
        console.print(_roads(about["roads"]["worst"][:top]), markup=False)
    for line in [*_link(about), *_opinions(about)]:
        console.print(plain(line), markup=False, soft_wrap=True)
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


def _road_head(roads: dict[str, Any]) -> str:
    backbone = roads["backbone"]
    return (
        f"道路逐段关闭 roads closed one by one: {roads['elements']:,} · "
        f"无绕行 without a way round {roads['without_way_round']:,} · "
        f"最长绕行 longest detour {roads['longest_detour_m'] / 1000:,.1f} km · "
        f"骨干网 backbone: {backbone['links']:,} 段 links, {backbone['parts']:,} 片 parts, "
        f"{backbone['breaking']:,} 处断则分裂 break it"
    )


def _roads(worst: list[dict[str, Any]]) -> Table:
    from rich.markup import escape
    from rich.table import Table

    table = Table(
        "关闭\nclosed",
        "类别\nkind",
        "绕行增加\ndetour adds",
        "与设施隔断人口\npeople cut from",
        "骨干隔断路口\nbackbone junctions apart",
    )
    for column in (2, 4):
        table.columns[column].justify = "right"
    for row in worst:
        detour = "无 none" if row["detour_m"] is None else f"{row['detour_m'] / 1000:,.1f} km"
        if row["detour_s"] is not None:
            detour += f", {row['detour_s'] / 60:,.1f} min"
        cut = [f"{name[4:]} {row[name]:,}" for name in row if name.startswith("cut_") and row[name]]
        table.add_row(
            escape(plain(row["name"] or row["segment"])),
            escape(plain(row["kind"])),
            detour,
            ", ".join(cut),
            f"{row['backbone_apart']:,}",
        )
    return table


def _link(about: Mapping[str, Any]) -> Iterator[str]:
    if "link" not in about:
        return
    link = about["link"]
    yield (
        f"加一条连接 with a link {link['start']} – {link['end']}: 各设施单独失效的人次之和 "
        f"sum over assets alone {link['people']:,} → {link['people_with_link']:,} · "
        f"变好 better {link['assets_better']:,}, 变差 worse {link['assets_worse']:,}"
    )
    for row in link["largest"][:5]:
        yield f"  {row['name'] or row['asset']}: {row['people']:,} → {row['people_with_link']:,}"
    if "roads" in link:
        now, then = (link["roads"][name]["without_way_round"] for name in ("now", "with_link"))
        yield f"  无绕行的路段与路口 roads without a way round: {now:,} → {then:,}"


def _opinions(about: Mapping[str, Any]) -> Iterator[str]:
    for each in about.get("second_opinion", ()):
        said = each["why_not"] or (
            f"{each['rows']:,} 项比较 compared, {each['losing']:,} 项断供 lose someone, "
            f"{each['wrong']:,} 项不符 differ"
        )
        yield f"复核 second opinion {each['lifeline']}: {said}"
