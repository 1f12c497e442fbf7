"""`rencity stress`: strike a city and keep what it found."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rencity.kit.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rencity.sim.result import Result
    from rencity.sim.run import Progress

STAGES = {
    "network": "reading the city",
    "hazards": "hazards on assets",
    "undamaged": "undamaged city",
    "samples": "samples",
    "conditional": "where it hurts",
    "n1": "N-1 of everything",
    "knock_out": "paired knock-out",
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(stress)


def stress(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="City folder")],
    scenario: Annotated[Path, typer.Argument(metavar="SCENARIO.toml", help="What strikes it")],
    out: Annotated[Path, typer.Option(help="Run folder to write")],
    samples: Annotated[int | None, typer.Option(min=1, help="Instead of the scenario's")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Instead of the scenario's")] = None,
    workers: Annotated[int, typer.Option(min=0, help="Threads; 0: one for each core")] = 0,
    event: Annotated[str | None, typer.Option(help="Only this event of the fields")] = None,
    pack: Annotated[list[Path] | None, typer.Option(help="One more pack folder")] = None,
    replace: Annotated[bool, typer.Option(help="Overwrite the run folder")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print only JSON")] = False,
) -> None:
    """Strike a city, follow it to the horizon, rank what is to blame."""
    from rencity.sim.result import refuse_target

    refuse_target(out, replace=replace)
    begin = time.perf_counter()
    with _progress(quiet=as_json) as progress:
        result = strike(
            folder,
            scenario,
            packs=pack or [],
            samples=samples,
            seed=seed,
            workers=workers or os.cpu_count() or 1,
            event=event,
            progress=progress,
        )
        result.write(out, replace=replace)
    if as_json:
        sys.stdout.write(json.dumps({"run": str(out), **result.about, **result.summary}) + "\n")
    else:
        _print(result, out, time.perf_counter() - begin)


def strike(
    folder: Path,
    scenario_path: Path,
    *,
    packs: list[Path],
    samples: int | None = None,
    seed: int | None = None,
    workers: int = 1,
    event: str | None = None,
    progress: Progress = lambda _stage, _share: None,
) -> Result:
    """Open everything a run needs, run it, make its result."""
    from rencity.city import City
    from rencity.content import classes_of, load_packs
    from rencity.sim.result import Result
    from rencity.sim.run import stress as run_stress
    from rencity.sim.scenario import load_scenario

    scenario = load_scenario(scenario_path)
    base = scenario_path.resolve().parent
    city = City.open(folder)
    more = [*packs, *(base / name for name in scenario.packs)]
    loaded = load_packs(more, region=city.identity.code or None)
    run = run_stress(
        city,
        scenario,
        classes_of(loaded),
        base=base,
        samples=samples,
        seed=seed,
        workers=workers,
        event=event,
        progress=progress,
    )
    text = scenario_path.read_text(encoding="utf-8")
    return Result.of(run, city, scenario_toml=text, packs=loaded.versions)


class _progress:  # noqa: N801 - used as a function
    """A bar for each stage with the time left, on stderr; nothing when quiet."""

    def __init__(self, *, quiet: bool) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            TextColumn("{task.description:<22}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeRemainingColumn(elapsed_when_finished=True),
            console=Console(stderr=True),
            disable=quiet or not sys.stderr.isatty(),
        )
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> Progress:
        self._bar.__enter__()
        return self._tell

    def __exit__(self, *args: object) -> None:
        self._bar.__exit__(*args)  # type: ignore[arg-type]

    def _tell(self, stage: str, share: float) -> None:
        if stage not in self._tasks:
            self._tasks[stage] = self._bar.add_task(STAGES.get(stage, stage), total=1.0)
        self._bar.update(self._tasks[stage], completed=share)


def _print(result: Result, out: Path, seconds: float) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    width = None if sys.stdout.isatty() else 140
    console = Console(highlight=False, width=width)
    about = result.about
    name = plain(about["city"]["name"])
    console.print(
        f"{name} · {about['scenario']['name']} · {about['samples']} samples · "
        f"seed {about['seed']} · {about['horizon_h']:g} h · {seconds:.1f} s",
        markup=False,
    )
    table = Table(
        "生命线 lifeline",
        "人口 people",
        "最多失去 without, at worst [5 %, 95 %]",
        "复至90% back to 90 % (95 %)",
        "复至100% to 100 % (95 %)",
        "损失 lost, person-h ± 95 %",
    )
    for column in table.columns[1:]:
        column.justify = "right"
    for name, found in result.summary["lifelines"].items():
        low, loss = found["robustness"], found["loss_person_h"]
        table.add_row(
            Text(plain(name)),
            f"{found['people']:,}",
            f"{1 - low['mean']:.1%} [{max(0, 1 - low['p95']):.1%}, {1 - low['p5']:.1%}]",
            _hours(found["t90_h"]),
            _hours(found["t100_h"]),
            f"{loss['mean']:,.0f} ± {loss['high'] - loss['mean']:,.0f}",
        )
    console.print(table)
    weak = Table(
        "薄弱点 weak link",
        "类别 kind",
        "单独失效影响人次 people losing a lifeline, alone",
        "若不坏可省 person-h saved if it held",
    )
    for row in _head(result):
        weak.add_row(*(Text(plain(cell)) for cell in row))
    console.print(weak)
    for mend, said in _by_mend(about["notes"]).items():
        note = plain(f"note: {'; '.join(said)} | mend: {mend}")
        console.print(note, markup=False, soft_wrap=True)
    console.print(f"run folder {out} · digest {result.digest[:16]}", markup=False)


def _by_mend(notes: list[dict[str, Any]]) -> dict[str, list[str]]:
    made: dict[str, list[str]] = {}
    for note in notes:
        made.setdefault(note["mend"], []).append(note["what"])
    return made


def _hours(time_: dict[str, float | None]) -> str:
    middle, late = time_["p50"], time_["p95"]
    show = [f"{value:,.0f} h" if value is not None else "not within" for value in (middle, late)]
    return f"{show[0]} ({show[1]})"


def _head(result: Result) -> Iterator[tuple[str, str, str, str]]:
    for row in result.weak_links.head(10).itertuples():
        saved = (
            ""
            if row.knock_samples == 0
            else f"{row.knock_saved_ph:,.0f} [{row.knock_low_ph:,.0f}, {row.knock_high_ph:,.0f}]"
        )
        yield row.name or row.asset, f"{row.lifeline}.{row.kind}", f"{row.n1_people:,}", saved
