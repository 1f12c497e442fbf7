"""`rencity rate`: what a set of scenarios costs in a year, and how often it costs how much."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rencity.kit.plain import plain

if TYPE_CHECKING:
    from rich.table import Table


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(rate)


def rate(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="City folder")],
    scenarios: Annotated[
        Path, typer.Argument(metavar="SET.toml", help="Scenarios and their annual rates")
    ],
    out: Annotated[Path, typer.Option(help="Folder to write")],
    samples: Annotated[int | None, typer.Option(min=1, help="Instead of the scenarios'")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Instead of the scenarios'")] = None,
    workers: Annotated[int, typer.Option(min=0, help="Threads; 0: one for each core")] = 0,
    pack: Annotated[list[Path] | None, typer.Option(help="One more pack folder")] = None,
    replace: Annotated[bool, typer.Option(help="Overwrite the folder")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print only JSON")] = False,
) -> None:
    """年均损失与超越概率曲线。Average annual loss and exceedance curves of a set of scenarios."""
    from rencity.kit.files import refuse_folder
    from rencity.rehearse.rate import rate as rehearse
    from rencity.rehearse.rated import MARK

    refuse_folder(out, MARK, replace=replace)
    begin = time.perf_counter()
    answer = rehearse(
        folder, scenarios, samples=samples, seed=seed, workers=workers, packs=pack or []
    )
    answer.write(out, replace=replace)
    if as_json:
        about = {"folder": str(out), **answer.about}
        sys.stdout.write(json.dumps(about, ensure_ascii=False, allow_nan=False) + "\n")
    else:
        _print(answer.about, out, time.perf_counter() - begin)


def _print(about: Mapping[str, Any], out: Path, seconds: float) -> None:
    from rich.console import Console

    width = None if sys.stdout.isatty() else 150
    console = Console(highlight=False, width=width)
    parts = [about["city"]["name"], about["title"]["zh"], about["title"]["en"]]
    parts += [f"合计年发生率 total rate {about['total_rate_per_a']:.6g} /a"]
    parts += [f"用时 took {seconds:.1f} s"]
    head = " · ".join(part for part in parts if part)
    console.print(plain(head), markup=False, soft_wrap=True)
    for table in (_scenarios(about), _annual(about), _periods(about)):
        console.print(table, markup=False)
    for finding in about["findings"]:
        line = f"注 note: {finding['what']} | mend: {finding['mend']}"
        console.print(plain(line), markup=False, soft_wrap=True)
    console.print(f"文件夹 folder {out}", markup=False, soft_wrap=True)
    console.print(f"摘要 digest {about['digest'][:16]}", markup=False)


def _scenarios(about: Mapping[str, Any]) -> Table:
    made = _table(
        "情景\nscenario",
        "年发生率\nrate, 1/a",
        "样本\nsamples",
        f"平均损失\nmean loss, {about['unit']}",
        "占年均损失\nshare of the annual loss",
    )
    for each in about["scenarios"]:
        share = each["aal_share"]
        made.add_row(
            plain(" ".join(t for t in each["title"].values() if t) or each["name"]),
            f"{each['rate_per_a']:.4g}",
            f"{each['samples']:,}",
            f"{each['mean_loss_h']:,.0f}",
            "—" if share is None else f"{share:.1%}",
        )
    return made


def _annual(about: Mapping[str, Any]) -> Table:
    made = _table("年均损失\naverage annual loss", f"{about['unit']}/a\nmean [95 %]")
    made.add_row("合计 total", _mean(about["aal"]["total"]))
    for part in ("lifelines", "regions"):
        made.add_section()
        for name, found in about["aal"][part].items():
            if found["mean_h_per_a"]:
                said = about["regions"].get(name, {"zh": ""})["zh"]
                made.add_row(plain(f"{said} {name}".strip()), _mean(found))
    return made


def _periods(about: Mapping[str, Any]) -> Table:
    made = _table("重现期 年\nreturn period, a", f"损失\nloss, {about['unit']} [95 %]")
    for each in about["return_periods"].get("total", []):
        more = "≥ " if each["beyond"] else ""
        loss = f"{more}{each['loss']:,.0f} [{each['low']:,.0f}, {each['high']:,.0f}]"
        made.add_row(f"{each['period_a']:,.0f}", loss)
    return made


def _table(*headings: str) -> Table:
    from rich.table import Table

    made = Table(*headings)
    for column in made.columns[1:]:
        column.justify = "right"
    return made


def _mean(found: Mapping[str, float | None]) -> str:
    low, high = found["low_h_per_a"], found["high_h_per_a"]
    bounds = "?" if low is None or high is None else f"{low:,.0f}, {high:,.0f}"
    return f"{found['mean_h_per_a']:,.0f} [{bounds}]"
