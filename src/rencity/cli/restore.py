"""`rencity restore`: the best order of repairs for a small city, by mixed-integer programming."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rencity.kit.plain import plain

if TYPE_CHECKING:
    from rich.table import Table

    from rencity.sim.optimum import CityFlows, Period, Plan

SMALL_GAP = 5e-5


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(restore)


def restore(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="城市文件夹 City folder")],
    crews: Annotated[
        float, typer.Option(min=0, help="每期能修几处 Repairs that a period's crews can do")
    ],
    broken: Annotated[
        list[str] | None, typer.Option(help="损坏的设施 A broken asset; may be repeated")
    ] = None,
    broken_file: Annotated[
        Path | None, typer.Option(help="每行一个编号 A file with one broken asset a line")
    ] = None,
    lifeline: Annotated[
        list[str] | None, typer.Option(help="只算这条 Only this lifeline; may be repeated")
    ] = None,
    periods: Annotated[
        int | None, typer.Option(min=1, help="期数 Periods; else enough to mend everything")
    ] = None,
    look_ahead: Annotated[
        int, typer.Option(min=1, help="一次优化几期 Periods optimised at once")
    ] = 1,
    gap: Annotated[
        float, typer.Option(min=0, max=1, help="容许差距 Relative gap at which to stop")
    ] = 1e-4,
    time_limit_s: Annotated[
        float, typer.Option("--time-limit", min=0.001, help="秒 Seconds for each programme")
    ] = 60.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print only JSON")] = False,
) -> None:
    """最优抢修次序 Find the best order of repairs by capacity, demand and needs (HiGHS)."""
    from rencity.city import City
    from rencity.city.network.cache import network_of
    from rencity.sim.optimum import Limits, before, broken_of, flows_of
    from rencity.sim.optimum import restore as optimise

    city = City.open(folder)
    flows = flows_of(city, network_of(city), lifeline or ())
    ids = [*(broken or []), *_listed(broken_file)]
    marked = broken_of(city, flows.network, ids)
    with _solver_aside():
        undamaged = before(flows.network, marked & False)
        plan = optimise(
            flows.network,
            marked,
            crews,
            periods=periods,
            look_ahead=look_ahead,
            limits=Limits(gap, time_limit_s),
        )
    if as_json:
        sys.stdout.write(json.dumps(_told(flows, plan, undamaged)) + "\n")
    else:
        _print(city.identity.name, flows, plan, undamaged)


def _listed(path: Path | None) -> list[str]:
    from rencity.kit.errors import InputError

    if path is None:
        return []
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        raise InputError("absent", place=str(path), mend="name a file with one id a line") from None
    except UnicodeDecodeError:
        raise InputError("not UTF-8", place=str(path), mend="save it as UTF-8 text") from None
    return [line.strip() for line in lines if line.strip()]


@contextlib.contextmanager
def _solver_aside() -> Iterator[None]:
    """What the solver itself prints goes to stderr, so that stdout holds the answer alone."""
    sys.stdout.flush()
    try:
        out = os.dup(1)
    except OSError:  # no stdout at all
        yield
        return
    try:
        os.dup2(2, 1)
        yield
    finally:
        os.dup2(out, 1)
        os.close(out)


def _told(flows: CityFlows, plan: Plan, undamaged: Period) -> dict[str, Any]:
    rows = plan.table().reset_index()
    return {
        "lifelines": list(flows.network.lifelines),
        "left_out": flows.left_out,
        "needs_taken_as_met": flows.needs_dropped,
        "status": plan.status,
        "gap": plan.gap,
        "bound": plan.bound,
        "cost": plan.cost,
        "people_without_undamaged": undamaged.shortage_cost,
        "people_without_before": plan.before.shortage_cost,
        "periods": [
            {
                "period": int(row["period"]),
                "mended": list(row["mended"]),
                "people_without": float(row["shortage_cost"]),
                "unmet": float(row["unmet"]),
                "status": row["status"],
                "gap": float(row["gap"]),
            }
            for _, row in rows.iterrows()
        ],
        "left": list(plan.left),
    }


def _print(name: str, flows: CityFlows, plan: Plan, undamaged: Period) -> None:
    from rich.console import Console

    console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
    lines = "、".join(flows.network.lifelines)
    head = f"{name} · {lines} · 修前无服务 without service before {plan.before.shortage_cost:,.0f}"
    console.print(plain(head), markup=False, soft_wrap=True)
    console.print(_periods(plan), markup=False)
    if undamaged.shortage_cost > 0.5:
        console.print(_short(undamaged), markup=False, soft_wrap=True)
    for line in _notes(flows, plan):
        console.print(plain(line), markup=False, soft_wrap=True)


def _periods(plan: Plan) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(
        "期\nperiod", "修复\nmended", "之后无服务人次\nwithout service after", "求解\nsolver"
    )
    table.columns[2].justify = "right"
    last = max((n for n, each in enumerate(plan.periods, 1) if each.mended), default=1)
    for number, period in enumerate(plan.periods[:last], 1):
        small = period.status == "optimal" and period.gap < SMALL_GAP
        told = period.status if small else f"{period.status}, gap {period.gap:.2%}"
        mended = Text(plain(", ".join(period.mended)) or "—")
        table.add_row(str(number), mended, f"{period.shortage_cost:,.0f}", told)
    return table


def _short(undamaged: Period) -> str:
    return (
        f"未受损时容量已不够 even undamaged {undamaged.shortage_cost:,.0f} are without service: "
        "capacity, needs or sources fall short of demand"
    )


def _notes(flows: CityFlows, plan: Plan) -> Iterator[str]:
    yield (
        "人次：各生命线相加；每期末计。"
        "People without service are summed over lifelines, at the end of each period."
    )
    if plan.bound is not None:
        yield f"全程下界 bound for the whole {plan.bound:,.1f}, 差距 gap {plan.gap:.2%}"
    else:
        yield (
            "逐期最优，全程未必最优 each choice is best for what it looked at; "
            "look further ahead with --look-ahead"
        )
    idle = next((n for n, each in enumerate(reversed(plan.periods)) if each.mended), 0)
    if idle:
        yield f"最后 {idle} 期不修 in the last {idle} of {len(plan.periods)} periods none is mended"
    if plan.left:
        yield f"未修 left broken: {', '.join(plan.left)}"
    if flows.needs_dropped:
        yield (
            f"{flows.needs_dropped} 项依赖来自未纳入的生命线，视为满足 needs on lifelines left out "
            "are taken as met"
        )
    for line, why in flows.left_out.items():
        yield f"未纳入 left out {line}: {why}"
