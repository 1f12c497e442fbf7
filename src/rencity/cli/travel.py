"""`rencity travel`: how long the roads take, what is near, who is cut off."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rencity.kit.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.table import Table

    from rencity.rehearse.travel import Journey

SHOWN = 20
FINDINGS_SHOWN = 5


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("travel")(travel)


def travel(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="City folder")],
    start: Annotated[
        list[str] | None,
        typer.Option("--from", help="Asset, zone, point lon,lat, or kind; may be repeated"),
    ] = None,
    end: Annotated[
        list[str] | None,
        typer.Option("--to", help="Asset, zone, point lon,lat, or kind; may be repeated"),
    ] = None,
    closed: Annotated[
        list[str] | None,
        typer.Option("--closed", help="Assets that are out: ids with commas, or a file of ids"),
    ] = None,
    slowed: Annotated[
        list[str] | None,
        typer.Option("--slowed", help="Assets where all goes slower: ids, or a file of ids"),
    ] = None,
    factor: Annotated[float, typer.Option(help="How many times as long it takes there")] = 2.0,
    nearest: Annotated[
        str | None, typer.Option(help="Nearest open asset of a kind, such as health.hospital")
    ] = None,
    within: Annotated[
        float | None, typer.Option(min=0, help="What is reached in so many minutes")
    ] = None,
    cut_off: Annotated[
        str | None, typer.Option(help="Who has no way to any open asset of a kind")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print only JSON")] = False,
) -> None:
    """Times on the roads, closed ones left out; no way is an answer."""
    from rencity.kit import findings
    from rencity.rehearse.travel import journey

    _assert_asked(start, end, nearest, within, cut_off)
    asked = journey(folder, closed=ids_of(closed or ()), slowed=ids_of(slowed or ()), factor=factor)
    said = asked.about() | _answers(asked, start or (), end or (), nearest, within, cut_off)
    if as_json:
        said["findings"] = [finding.to_dict() for finding in asked.findings]
        sys.stdout.write(json.dumps(said, ensure_ascii=False) + "\n")
        return
    _print(said)
    for finding in asked.findings[:FINDINGS_SHOWN]:
        typer.echo(plain(str(finding)))
    typer.echo(findings.count_text(asked.findings))


def ids_of(words: Sequence[str]) -> list[str]:
    """Ids as typed, with commas, or from files: one a line, `#` begins a remark.

    Raises
    ------
    InputError : a file that is not text
    """
    from rencity.kit.errors import InputError

    made: list[str] = []
    for word in words:
        path = Path(word)
        if not path.is_file():
            made += [part.strip() for part in word.split(",") if part.strip()]
            continue
        try:
            lines = path.read_text("utf-8-sig").splitlines()
        except UnicodeDecodeError as exc:
            raise InputError(
                "not a text file", place=str(path), mend="write one id a line, in UTF-8"
            ) from exc
        bare = (line.split("#")[0].strip() for line in lines)
        made += [line for line in bare if line]
    return list(dict.fromkeys(made))


def _assert_asked(
    start: Sequence[str] | None,
    end: Sequence[str] | None,
    nearest: str | None,
    within: float | None,
    cut_off: str | None,
) -> None:
    from rencity.kit.errors import InputError

    if not start and (end or nearest or within is not None):
        raise InputError("no start is given", place="--from", mend="say --from ID, ZONE or LON,LAT")
    if start and not (end or nearest or within is not None):
        raise InputError(
            "a start alone asks nothing",
            place="--from",
            mend="say --to ID, --nearest KIND or --within MIN",
        )
    if not (start or cut_off):
        raise InputError(
            "nothing is asked",
            place="rencity travel",
            mend="say --from with --to, --nearest or --within, or --cut-off KIND",
        )


def _answers(
    asked: Journey,
    start: Sequence[str],
    end: Sequence[str],
    nearest: str | None,
    within: float | None,
    cut_off: str | None,
) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if start:
        here = asked.at(start, "--from")
        if end:
            made["times"] = asked.times(here, asked.at(end, "--to"))
        if nearest:
            made["nearest"] = asked.nearest(here, nearest)
        if within is not None:
            made["within"] = asked.within(here, within)
    if cut_off:
        made["cut_off"] = asked.cut_off(cut_off)
    return made


def _print(said: dict[str, Any]) -> None:
    from rich.console import Console

    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    roads, shut = said["roads"], said["closed"]
    head = (
        f"{said['city']['name']} · 道路 roads: {roads['nodes']:,} 节点 nodes, {roads['edges']:,} "
        f"单向 edges · 中断 closed: {shut['assets']:,} 设施 assets, {shut['edges']:,} 单向 edges"
    )
    if said["slowed"]["edges"]:
        head += f" · 减速 slowed: {said['slowed']['edges']:,} 单向 edges"
    console.print(plain(head), markup=False, soft_wrap=True)
    for each in _parts(said):
        console.print(each, markup=False, soft_wrap=True)


def _parts(said: dict[str, Any]) -> Iterator[Table | str]:
    if "times" in said:
        yield from _cut(
            said["times"],
            ("从\nfrom", "到\nto", "分钟\nminutes", "无损时\nundamaged"),
            ("from", "to", "minutes", "undamaged_minutes"),
        )
    if "nearest" in said:
        yield from _cut(
            said["nearest"],
            (
                "从\nfrom",
                "最近可用\nnearest open",
                "分钟\nminutes",
                "无损时\nundamaged",
                "无损时最近\nundamaged nearest",
            ),
            ("from", "to", "minutes", "undamaged_minutes", "undamaged_to"),
        )
    if "within" in said:
        yield from _people(
            said["within"],
            f"{said['within']['minutes']:g} 分钟内 within {said['within']['minutes']:g} minutes: "
            f"{said['within']['nodes']:,} 节点 nodes (无损时 undamaged "
            f"{said['within']['undamaged_nodes']:,})",
        )
    if "cut_off" in said:
        found = said["cut_off"]
        yield from _people(
            found,
            f"到不了任何可用的 no way to any open {found['kind']} "
            f"({found['open']:,} 可用 open, {found['closed']:,} 关闭 closed)",
        )


def _people(found: dict[str, Any], title: str) -> Iterator[Table | str]:
    yield plain(
        f"{title} · {found['people']:,} 人 people of {found['people_in_all']:,} "
        f"(无损时 undamaged {found['undamaged_people']:,})"
    )
    if not found["people_in_all"]:
        yield "注 note: 没有人口数据，无法按人计 no zone says how many people live there"
    if found["zones"]:
        yield from _cut(
            found["zones"],
            ("区域\nzone", "名称\nname", "人\npeople", "无损时\nundamaged"),
            ("zone", "name", "people", "undamaged_people"),
        )


def _cut(
    rows: Sequence[dict[str, Any]], heads: Sequence[str], keys: Sequence[str]
) -> Iterator[Table | str]:
    from rich.table import Table
    from rich.text import Text

    table = Table(*heads)
    for column, key in zip(table.columns, keys, strict=True):
        column.justify = (
            "left" if key in {"from", "to", "zone", "name", "undamaged_to"} else "right"
        )
    for row in rows[:SHOWN]:
        table.add_row(*(Text(plain(_cell(row[key]))) for key in keys))
    yield table
    if len(rows) > SHOWN:
        yield f"另有 and {len(rows) - SHOWN:,} 行 more, in --json"


def _cell(value: object) -> str:
    if value is None:
        return "到不了 no way"
    if isinstance(value, float):
        return f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
