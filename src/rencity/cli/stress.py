"""`rencity stress`: strike a city and keep what it found."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from rencity.kit.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.table import Table
    from rich.text import Text

    from rencity.sim.clock import Progress
    from rencity.sim.result import Result

SHOWN = 5
STAGES = {
    "network": "reading the city",
    "hazards": "hazards on assets",
    "undamaged": "undamaged city",
    "crews": "crews",
    "samples": "samples",
    "conditional": "where it hurts",
    "n1": "N-1 of everything",
    "knock_out": "paired knock-out",
    "balance": "capacities",
    "why": "causes",
}


NOTES_SHOWN = 4


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(stress)


def stress(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="City folder")],
    scenario: Annotated[Path, typer.Argument(metavar="SCENARIO.toml", help="What strikes it")],
    out: Annotated[Path, typer.Option(help="Run folder to write")],
    samples: Annotated[int | None, typer.Option(min=1, help="Instead of the scenario's")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Instead of the scenario's")] = None,
    workers: Annotated[
        int, typer.Option(min=0, help="Processes; 0: threads, one for each core")
    ] = 0,
    dask: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Dask scheduler whose workers do the work")
    ] = "",
    event: Annotated[str | None, typer.Option(help="Only this event of the fields")] = None,
    pack: Annotated[list[Path] | None, typer.Option(help="One more pack folder")] = None,
    explain: Annotated[
        int | None,
        typer.Option(
            min=0, help="Worst places whose causes are kept; default: 6, 0 above 200,000 assets"
        ),
    ] = None,
    replace: Annotated[bool, typer.Option(help="Overwrite the run folder")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print only JSON")] = False,
) -> None:
    """Strike a city, follow it to the horizon, rank what is to blame."""
    from rencity.kit.files import refuse_folder
    from rencity.rehearse import stress as rehearse
    from rencity.sim.result import MARK

    refuse_folder(out, MARK, replace=replace)
    begin = time.perf_counter()
    with _what_is_kept(out), Bar(quiet=as_json) as progress:
        result = rehearse(
            folder,
            scenario,
            packs=pack or [],
            samples=samples,
            seed=seed,
            workers=workers,
            dask=dask,
            event=event,
            keep_beside=out,
            explain=explain,
            progress=progress,
        )
        result.write(out, replace=replace)
    if as_json:
        sys.stdout.write(json.dumps({"run": str(out), **result.about, **result.summary}) + "\n")
    else:
        _print(result, out, time.perf_counter() - begin)


@contextlib.contextmanager
def _what_is_kept(out: Path) -> Iterator[None]:
    """Say what a stopped run has finished."""
    from rencity.sim.keep import Keep, part_folder

    try:
        yield
    except KeyboardInterrupt:
        folder = part_folder(out)
        count = Keep(folder).finished()
        if count:
            sys.stderr.write(
                f"{count} finished blocks of samples are kept in {folder}; "
                "the same command goes on from there\n"
            )
        raise


class Bar:
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


class _Said(NamedTuple):
    """Headings that name what is counted."""

    normally: str
    lost: str
    spared: str
    alone: str


_SAID = {
    "people": _Said(
        "平时供给人口\npeople served\nnormally",
        "损失人时\nperson-hours lost\nmean ± 95 % of the mean",
        "若它不坏可少损失的人时\nperson-hours spared had it held [95 %]",
        "失去服务的人次，各生命线相加\npeople losing service, summed over lifelines",
    ),
    "assets": _Said(
        "平时运行设施\nassets served\nnormally",
        "损失设施·时\nasset-hours lost\nmean ± 95 % of the mean",
        "若它不坏可少损失的设施·时\nasset-hours spared had it held [95 %]",
        "停用设施数，各生命线相加\nassets out of service, summed over lifelines",
    ),
}


def _print(result: Result, out: Path, seconds: float) -> None:
    from rich.console import Console

    width = None if sys.stdout.isatty() else 140
    console = Console(highlight=False, width=width)
    console.print(_head(result.about, seconds), markup=False, soft_wrap=True)
    console.print(_losses(result))
    if result.about["level"] == "balance":
        console.print(_balance(result))
    if result.about.get("crews"):
        console.print(_crews(result.about["crews"]), markup=False)
    for table in (_to_blame(result), _alone(result)):
        console.print(table, markup=False)
    for line in _notes(result):
        console.print(line, markup=False, soft_wrap=True)
    console.print(f"运行文件夹 run folder {out}", markup=False, soft_wrap=True)


def _head(about: Mapping[str, Any], seconds: float) -> str:
    from rencity.sim.in_short import events_text

    title = about["scenario"]["title"]
    names = [text for text in (title["zh"], title["en"]) if text] or [about["scenario"]["name"]]
    parts = [about["city"]["name"], " ".join(names), events_text(about)]
    parts += [f"样本 samples {about['samples']:,}", f"种子 seed {about['seed']}"]
    parts += [f"时长 horizon {about['horizon_h']:,g} h", f"用时 took {seconds:.1f} s"]
    return plain(" · ".join(part for part in parts if part))


def _losses(result: Result) -> Table:
    from rich.table import Table

    from rencity.sim.in_short import hours_text, without_text

    said = _SAID[result.about["unit"]]
    table = Table(
        "生命线\nlifeline",
        said.normally,
        "最坏时刻失去服务\nwithout service at worst\nmean [5 %, 95 %]",
        "恢复到 90 %\nback to 90 %\nmedian (95 %)",
        "恢复到 100 %\nback to 100 %\nmedian (95 %)",
        said.lost,
    )
    for column in table.columns[1:]:
        column.justify = "right"
    chinese = {each["id"]: each["zh"] for each in result.about["lifelines"]}
    horizon_h = result.about["horizon_h"]
    for name, found in result.summary["lifelines"].items():
        loss = found["loss_person_h"]
        table.add_row(
            f"{chinese[name]} {name}",
            f"{found['people']:,}",
            without_text(found["robustness"]),
            hours_text(found["t90_h"], horizon_h),
            hours_text(found["t100_h"], horizon_h),
            f"{loss['mean']:,.0f} ± {loss['high'] - loss['mean']:,.0f}",
        )
    return table


def _balance(result: Result) -> Table:
    """What level reach counts as served and level balance does not."""
    from rich.table import Table

    found = result.about["balance"]
    table = Table(
        f"容量级，前 {found['samples']} 个样本\nlevel balance, first samples",
        "连通级损失\nlost, level reach\nmean",
        "容量级损失\nlost, level balance\nmean",
        "连通却供不上\nreached and short\nmean",
        "靠储存撑住\nheld by stores\nmean",
        "得到的用量\namounts granted\nby class",
    )
    for column in table.columns[1:]:
        column.justify = "right"
    chinese = {each["id"]: each["zh"] for each in result.about["lifelines"]}
    for name, each in found["lifelines"].items():
        granted = [each["granted_share"].get(name) for name in found["classes"]]
        shares = ", ".join("–" if share is None else f"{share:.1%}" for share in granted)
        table.add_row(
            f"{chinese[name]} {name}",
            *(
                f"{each[key]:,.0f}"
                for key in ("reach_loss_ph", "balance_loss_ph", "reach_only_ph", "balance_only_ph")
            ),
            shares if each["balanced"] else "–",
        )
    return table


def _crews(about: Mapping[str, Any]) -> Table:
    """What each entry of the crews file did, on average."""
    from rich.table import Table
    from rich.text import Text

    table = Table(
        "抢修队\ncrews",
        "工种\nskill",
        "队数\ncrews",
        "完成 / 派出\ndone / begun",
        "路上 h\ntravelled",
        "作业 h\nworked",
        "工单等候 h\njob waited",
        "忙碌\nbusy",
    )
    for column in table.columns[2:]:
        column.justify = "right"
    for one in about["entries"]:
        name = " ".join(text for text in (one["zh"], one["en"]) if text) or one["name"]
        table.add_row(
            Text(plain(name)),
            one["skill"],
            f"{one['count']:,}",
            f"{one['done_mean']:,.1f} / {one['jobs_mean']:,.1f}",
            f"{one['travelled_h_mean']:,.1f}",
            f"{one['worked_h_mean']:,.1f}",
            f"{one['job_waited_h_mean']:,.1f}",
            f"{one['busy_share']:.0%}",
        )
    return table


def _to_blame(result: Result) -> Table | str:
    """Assets that would have spared most had they held; only what can be told from nothing."""
    from rich.table import Table

    weak = result.weak_links
    sure = weak[(weak["knock_samples"] > 0) & (weak["knock_low_ph"] > 0)]
    if sure.empty:
        return "此情景下没有单个设施该怪 no single asset is to blame in this scenario"
    table = Table(
        "此情景下该怪谁\nto blame in this scenario",
        "类别\nkind",
        "损坏的样本\ndamaged in",
        _SAID[result.about["unit"]].spared,
    )
    for column in table.columns[2:]:
        column.justify = "right"
    for row in sure.sort_values("knock_saved_ph", ascending=False).head(SHOWN).itertuples():
        spared = f"{row.knock_saved_ph:,.0f} [{row.knock_low_ph:,.0f}, {row.knock_high_ph:,.0f}]"
        table.add_row(*_named(row), f"{row.damaged_share:.0%}", spared)
    return table


def _alone(result: Result) -> Table | str:
    from rich.table import Table

    weak = result.weak_links[result.weak_links["n1_people"] > 0]
    if weak.empty:
        return "任一设施单独失效都无人失去服务 no asset failing alone takes service from anyone"
    table = Table(
        "单独失效时影响最大\nworst if it fails alone (N-1)",
        "类别\nkind",
        "本情景损坏的样本\ndamaged here in",
        _SAID[result.about["unit"]].alone,
    )
    for column in table.columns[2:]:
        column.justify = "right"
    for row in weak.head(SHOWN).itertuples():
        table.add_row(*_named(row), f"{row.damaged_share:.0%}", f"{row.n1_people:,}")
    return table


def _named(row: Any) -> tuple[Text, Text]:
    from rich.text import Text

    # names come from files, so nothing in them is markup
    return Text(plain(row.name or row.asset)), Text(f"{row.kind_zh} {row.lifeline}.{row.kind}")


def _notes(result: Result) -> Iterator[str]:
    by_mend: dict[str, list[str]] = {}
    for note in result.about["notes"]:
        by_mend.setdefault(note["mend"], []).append(note["what"])
    for mend, said in by_mend.items():
        more = len(said) - NOTES_SHOWN
        rest = f"; 另有 and {more} more, in run.json" if more > 0 else ""
        yield plain(f"注 note: {'; '.join(said[:NOTES_SHOWN])}{rest} | mend: {mend}")
    if result.about["level"] == "balance":
        yield (
            "容量级的假定见 run.json 的 leaves_out 与 docs/balance.md。"
            "What level balance assumes stands in run.json, leaves_out, and in docs/balance.md."
        )
    yield (
        "连通级不计容量，结果偏乐观；没有易损性的设施不会损坏。"
        "The reach level sees no capacity and is optimistic; what has no fragility never breaks."
    )
    if result.about["unit"] == "assets":
        yield (
            "注 note: 没有人口与供给关系，数字按设施计，不按人计 "
            "no people hang on anything here, so assets are counted instead | mend: give zones "
            "people_night and assets `serves`"
        )
    city = result.about["city"]
    yield plain(
        f"城市 city {city['id']} 版本 version {city['version']}, 散列 hash {city['hash'][:16]}"
    )
    yield f"摘要 digest {result.digest[:16]}"
