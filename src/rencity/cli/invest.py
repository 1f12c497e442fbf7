"""`rencity invest`: which measures a budget buys best."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rencity.kit.plain import plain

if TYPE_CHECKING:
    from rich.table import Table

BOUNDS = {
    "exact": "穷举最优 the best of every affordable set",
    "whole loss": "全部损失 everything that is lost (proven)",
    "knapsack": "单项之和 stand-alone savings added up (no proof: holds where none helps another)",
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(invest)


def invest(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="City folder")],
    scenarios: Annotated[
        list[Path],
        typer.Argument(metavar="SCENARIO.toml…", help="What strikes it; or a set with rates"),
    ],
    measures: Annotated[Path, typer.Option(help="File of measures (TOML)")],
    budget: Annotated[float, typer.Option(help="Yuan; 0 is answered too")],
    exact: Annotated[
        bool | None,
        typer.Option(
            "--exact/--no-exact", help="Try every affordable set; default: where there are few"
        ),
    ] = None,
    samples: Annotated[int | None, typer.Option(min=1, help="Instead of the scenario's")] = None,
    fresh: Annotated[
        int | None, typer.Option(min=0, help="Samples kept from the choice; default: as many")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Instead of the scenario's")] = None,
    workers: Annotated[int, typer.Option(min=0, help="Threads; 0: one for each core")] = 0,
    pack: Annotated[list[Path] | None, typer.Option(help="One more pack folder")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for invest.json and a table")] = None,
    replace: Annotated[bool, typer.Option(help="Overwrite that folder")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print only JSON")] = False,
) -> None:
    """措施与预算：花在哪里损失减得最多。Measures under a budget: what to build first."""
    from rencity.kit.files import refuse_folder
    from rencity.rehearse.invest import MARK
    from rencity.rehearse.invest import invest as rehearse

    if out is not None:
        refuse_folder(out, MARK, replace=replace)
    begin = time.perf_counter()
    answer = rehearse(
        folder,
        scenarios,
        measures,
        budget,
        exactly=exact,
        samples=samples,
        seed=seed,
        holdout=fresh,
        workers=workers,
        packs=pack or [],
    )
    if out is not None:
        answer.write(out, replace=replace)
    if as_json:
        sys.stdout.write(json.dumps(answer.about, ensure_ascii=False, allow_nan=False) + "\n")
    else:
        _print(answer.about, out, time.perf_counter() - begin)


def _print(about: Mapping[str, Any], out: Path | None, seconds: float) -> None:
    from rich.console import Console

    width = None if sys.stdout.isatty() else 150
    console = Console(highlight=False, width=width)
    console.print(_head(about, seconds), markup=False, soft_wrap=True)
    for table in (_measures(about), _path(about), _curve(about)):
        console.print(table, markup=False)
    for line in _said(about):
        console.print(plain(line), markup=False, soft_wrap=True)
    if out is not None:
        console.print(f"文件夹 folder {out}", markup=False, soft_wrap=True)


def _head(about: Mapping[str, Any], seconds: float) -> str:
    names = ", ".join(each["name"] for each in about["scenarios"])
    samples = ", ".join(f"{each['samples']:,}" for each in about["scenarios"])
    parts = [about["city"]["name"], names, f"预算 budget {about['budget_yuan']:,.0f} 元 yuan"]
    parts += [f"样本 samples {samples}", f"用时 took {seconds:.1f} s"]
    return plain(" · ".join(parts))


def _measures(about: Mapping[str, Any]) -> Table:
    made = _table(
        "措施\nmeasure",
        "造价 元\ncost, yuan",
        f"单独减少损失\nsaved alone, {about['unit']}\nmean [95 % of the mean]",
        "每百万元\nper million yuan",
        "选中\ntaken",
    )
    taken = about["greedy"]["chosen"]
    ranked = sorted(about["measures"], key=lambda each: -each["saved"]["mean"])
    for each in ranked:
        rate = each["saved_per_million_yuan"]
        made.add_row(
            plain(each["title"]["zh"] or each["title"]["en"] or each["id"])
            + (f"\n{plain(each['title']['en'])}" if each["title"]["zh"] else ""),
            f"{each['cost_yuan']:,.0f}",
            _mean(each["saved"]),
            "—" if rate is None else f"{rate:,.0f}",
            "✓" if each["id"] in taken else "",
        )
    return made


def _path(about: Mapping[str, Any]) -> Table | str:
    found = about["greedy"]
    if not found["path"]:
        return "此预算下不做任何措施最好 nothing this budget buys saves anything"
    made = _table(
        f"贪心次序\ngreedy path, by {found['rule']}",
        "累计造价 元\ncost so far, yuan",
        "累计减少损失\nsaved so far",
    )
    for step in found["path"]:
        made.add_row(
            plain(" + ".join(step["added"])), f"{step['cost_yuan']:,.0f}", _mean(step["saved"])
        )
    return made


def _curve(about: Mapping[str, Any]) -> Table:
    made = _table(
        "预算 元\nbudget, yuan", "造价 元\ncost, yuan", "减少损失\nsaved", "措施\nmeasures"
    )
    for each in about["curve"]:
        row = (f"{each['budget_yuan']:,.0f}", f"{each['cost_yuan']:,.0f}", _mean(each["saved"]))
        made.add_row(*row, plain(", ".join(each["chosen"])) or "—")
    made.columns[-1].justify = "left"
    return made


def _table(*headings: str) -> Table:
    from rich.table import Table

    made = Table(*headings)
    for column in made.columns[1:]:
        column.justify = "right"
    return made


def _said(about: Mapping[str, Any]) -> Iterator[str]:
    unit, best = about["unit"], about["greedy"]
    lost = about["loss_today"]
    yield f"今日损失 lost today {lost:,.0f} {unit}"
    yield f"选中 taken: {', '.join(best['chosen']) or '—'} · {best['cost_yuan']:,.0f} 元 yuan"
    yield from _fresh("贪心 greedy", best)
    if about["exact"] is not None:
        yield f"穷举 exact: {', '.join(about['exact']['chosen']) or '—'}"
        yield from _fresh("穷举 exact", about["exact"])
    for bound in about["bounds"]:
        passed = " · 已被超过：措施相互增益 passed: measures help each other here"
        text = f"上界 bound {bound['value']:,.0f}: {BOUNDS[bound['kind']]}"
        yield text + (passed if bound["passed"] else "")
    if about["gap"] is not None:
        yield f"与已证上界之差 gap to the tightest proven bound {about['gap']:.1%}"
    for note in about["notes"]:
        yield f"注 note: {note}"
    yield f"摘要 digest {about['digest'][:16]}"


def _fresh(name: str, found: Mapping[str, Any]) -> Iterator[str]:
    yield f"{name}: 选择所用样本 on the samples of the choice {_mean(found['saved'])}"
    if found["fresh"] is not None:
        text = f"{name}: 未用于选择的样本 on samples it never saw {_mean(found['fresh'])}"
        if found["optimism"] is not None:
            text += f" · 乐观偏差 optimism {found['optimism']:+.1%}"
        yield text


def _mean(saved: Mapping[str, float | None]) -> str:
    low, high = (saved[name] for name in ("low", "high"))
    bounds = "?" if low is None or high is None else f"{low:,.0f}, {high:,.0f}"
    return f"{saved['mean']:,.0f} [{bounds}]"
