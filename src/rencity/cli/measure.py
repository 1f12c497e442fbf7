"""`rencity measure`: the network measures of the field over a set of events."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rencity.kit.plain import plain

if TYPE_CHECKING:
    from rich.table import Table

    from rencity.sim.connectivity.study import Measures


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("measure")(measure)


def measure(
    folder: Annotated[Path, typer.Argument(metavar="CITY", help="City folder")],
    scenario: Annotated[
        Path | None, typer.Argument(metavar="[SCENARIO.toml]", help="Whose draws are the events")
    ] = None,
    failed: Annotated[
        Path | None, typer.Option(help="CSV file of what failed: columns asset, event")
    ] = None,
    lifeline: Annotated[str | None, typer.Option(help="Only this one; default: each")] = None,
    events: Annotated[
        int | None, typer.Option(min=1, help="How many events; default 100, or all of the file")
    ] = None,
    years: Annotated[
        float | None, typer.Option(help="Years the events are spread over: losses per year")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Instead of the scenario's")] = None,
    hops: Annotated[bool, typer.Option("--hops", help="Each link counts one")] = False,
    both: Annotated[
        bool, typer.Option("--both", help="Every node is a source and a consumer, as in traffic")
    ] = False,
    top: Annotated[int, typer.Option(min=1, help="Rows of the ranking on the screen")] = 10,
    workers: Annotated[int, typer.Option(min=0, help="Threads; 0: one for each core")] = 0,
    pack: Annotated[list[Path] | None, typer.Option(help="One more pack folder")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder to write")] = None,
    replace: Annotated[bool, typer.Option(help="Overwrite the folder")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print only JSON")] = False,
) -> None:
    """Measure networks: connectivity and efficiency lost, giant part, betweenness, criticality."""
    from rencity.kit.files import refuse_folder
    from rencity.rehearse.measure import measure as measured
    from rencity.sim.connectivity.study import MARK

    if out is not None:
        refuse_folder(out, MARK, replace=replace)
    begin = time.perf_counter()
    made = measured(
        folder,
        scenario,
        failed=failed,
        lifeline=lifeline,
        events=events,
        years=years,
        seed=seed,
        hops=hops,
        both=both,
        workers=workers,
        packs=pack or [],
    )
    if out is not None:
        made.write(out, replace=replace)
    if as_json:
        sys.stdout.write(json.dumps(dict(made.about), ensure_ascii=False) + "\n")
    else:
        _print(made, top, out, time.perf_counter() - begin)


def _print(made: Measures, top: int, out: Path | None, seconds: float) -> None:
    from rich.console import Console

    about = made.about
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
    events = about["events"]
    head = f"{about['city']['name']} · 网络指标 network measures · 事件 events {events['count']:,}"
    if events["years"]:
        head += f", {events['years']:g} 年 years"
    console.print(plain(f"{head} · 用时 took {seconds:.1f} s"), markup=False, soft_wrap=True)
    console.print(_losses(made), markup=False)
    console.print(_critical(made, top), markup=False)
    for finding in about["findings"]:
        line = f"注 {finding['severity']}: {finding['what']} | mend: {finding['mend']}"
        console.print(plain(line), markup=False, soft_wrap=True)
    if out is not None:
        console.print(plain(f"文件夹 folder {out}"), markup=False, soft_wrap=True)


def _losses(made: Measures) -> Table:
    from rich.table import Table

    per = "每年 per year" if made.about["events"]["years"] else "平均 mean"
    table = Table(
        "生命线\nlifeline",
        "节点, 连接\nnodes, links",
        f"完全断连\ncomplete\n{per}",
        f"部分\npartial\n{per}",
        f"加权\nweighted\n{per}",
        f"效率损失\nefficiency lost\n{per}",
        "最大连通部分\ngiant part\nnow ← undamaged",
    )
    for column in table.columns[1:]:
        column.justify = "right"
    for each in made.about["lifelines"]:
        loss = each["average_loss"]
        table.add_row(
            each["lifeline"],
            f"{each['nodes']:,}, {each['links']:,}",
            *("–" if value is None else f"{value:.4f}" for value in loss.values()),
            f"{each['giant_part_mean']:.4f} ← {each['undamaged']['giant_part']:.4f}",
        )
    return table


def _critical(made: Measures, top: int) -> Table:
    from rich.markup import escape
    from rich.table import Table

    struck = bool((made.nodes["down_share"] > 0).any() or (made.links["down_share"] > 0).any())
    by = "criticality" if struck else "betweenness"
    nodes = made.nodes[["asset", "name", "lifeline", "betweenness", "down_share", "criticality"]]
    links = made.links[made.links["asset"] != ""].assign(name="")[list(nodes.columns)]
    table = Table(
        "关键\nmost critical" if struck else "介数最高\nmost between",
        "生命线\nlifeline",
        "介数\nbetweenness",
        "失效事件占比\ndown in",
        "失效加权\ndown × betweenness",
    )
    for column in table.columns[2:]:
        column.justify = "right"
    whole = [frame.sort_values([by, "asset"], ascending=[False, True]) for frame in (nodes, links)]
    for title, frame in zip(("节点 nodes", "连接 links"), whole, strict=True):
        table.add_row(title, style="bold")
        for row in frame[frame[by] > 0].head(top).itertuples():
            table.add_row(
                escape(plain(row.name or row.asset)),
                row.lifeline,
                f"{row.betweenness:.4f}",
                f"{row.down_share:.1%}",
                f"{row.criticality:.5f}",
            )
    return table
