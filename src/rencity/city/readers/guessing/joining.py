"""Guessed layers whose rows join what other files hold: links, needs, serves and the like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

from rencity.city.readers.guessing.choosing import two_lines
from rencity.city.readers.guessing.drafts import Draft, column_cell, hole
from rencity.city.readers.guessing.filling import set_id, set_plain
from rencity.city.readers.guessing.kinds import lifeline_of, usual_kind
from rencity.city.readers.guessing.references import set_reference
from rencity.city.readers.guessing.words import holds
from rencity.city.readers.peek import Column, Peek
from rencity.city.schema import TABLES

Drafts = Sequence[Draft]


def _links(draft: Draft, drafts: Drafts) -> None:
    start = draft.named.find("ends", "start")
    end = draft.named.find("ends", "end", but=(start,))
    set_id(draft, start, end)
    said, own = lifeline_of(draft)
    line = said if own else ""
    ends = [
        set_reference(draft, name, column, "assets", drafts, line)
        for name, column in (("start", start), ("end", end))
        if column is not None
    ]
    line = line or next((found for found in ends if found), "") or said
    _set_line(draft, line)
    if kind := usual_kind(draft.line, link=True):
        draft.says["asset_kind"] = {"value": kind}
    if draft.shapes and not draft.sheet.crs:
        draft.says["crs"] = "EPSG:4326"
        draft.doubt("文件没写坐标系，先当作 WGS-84", "no system is said; WGS-84 is put")
    set_plain(draft)


def _set_line(draft: Draft, line: str) -> None:
    column = draft.named.find("columns", "lifeline")
    values = _lifelines(column) if column else {}
    if column and values:
        draft.columns["lifeline"] = _line_cell(column, values)
        if draft.table == "links" and len(set(values.values())) > 1:
            draft.doubt(
                "几张网在一个表里，两端只对了一张",
                "several networks in one table; the ends are of one",
                2,
            )
        return
    if not line:
        draft.doubt("看不出是哪条生命线，先写成道路", "no word tells the lifeline; road is put", 2)
    draft.line = line or "road"
    draft.columns["lifeline"] = {"value": draft.line}


def _lifelines(column: Column) -> dict[str, str]:
    """Lifeline of each value; nothing where one tells none."""
    found = {value: holds(value, "lifelines") for value in column.sample}
    return found if found and all(found.values()) else {}


def _line_cell(column: Column, lines: dict[str, str]) -> object:
    if all(value == line for value, line in lines.items()):
        return column_cell(column.name)
    return column_cell(column.name, map=lines)


def _needs(draft: Draft, drafts: Drafts) -> None:
    draft.says["several"] = "alternatives"
    asset = draft.named.find("needs", "asset")
    provider = draft.named.find("needs", "provider", but=(asset,))
    if asset is None or provider is None:
        asset, provider = (draft.named.names[name] for name in two_lines(draft.named))
        draft.doubt("先当作第一列依赖第二列", "the first column is put as needing the second")
    _side(draft, "asset", asset, drafts)
    line = _side(draft, "provider", provider, drafts) or holds(provider.name, "lifelines")
    if "lifeline" not in draft.columns:
        _set_line(draft, line)
    set_plain(draft)
    draft.doubt(
        "一个设施的几个供方当作互为备用",
        "several providers of one asset are put as alternatives",
        0,
    )


def _side(draft: Draft, role: str, column: Column, drafts: Drafts) -> str:
    """One side of a need; where a column says of which network it is, ids go by that."""
    network = draft.named.find("needs", f"{role}_line")
    lines = _lifelines(network) if network else {}
    prefixes = _prefixes(lines, column, drafts)
    if network is None or not prefixes:
        return set_reference(draft, role, column, "assets", drafts)
    name = f"{role}_prefix"
    derived = draft.says.setdefault("derive", {})
    derived[name] = {"column": network.name, "map": prefixes}  # type: ignore[index]
    draft.columns[role] = f"{hole(name)}{hole(column.name)}"
    draft.because(
        f"“{network.name}”说“{column.name}”是哪张网的",
        f"{network.name} says whose {column.name} is",
    )
    if role == "provider":
        draft.columns["lifeline"] = _line_cell(network, lines)
    return ""


def _prefixes(lines: dict[str, str], column: Column, drafts: Drafts) -> dict[str, str]:
    """Prefix of the ids of each network's own file; nothing where one has no such file."""
    made = {}
    for value, line in lines.items():
        ours = [d for d in drafts if d.table == "assets" and d.line == line and d.key is not None]
        fitting = [d for d in ours if d.key and any(v in d.key.keys for v in column.sample)]
        if len(fitting) != 1:
            return {}
        made[value] = fitting[0].prefix
    return made


def set_city_needs(draft: Draft, files: tuple[Peek, ...]) -> None:
    """Providers by their groups, as a city folder keeps them in two tables."""
    draft.says["several"] = "alternatives"
    near = str(PurePosixPath(draft.file.path).with_stem("need_groups"))
    groups = next((file for file in files if file.path == near and file.sheets), None)
    if groups is None:
        draft.doubt(
            "缺 need_groups 表，不知道谁需要", "need_groups is missing: it says who needs", 2
        )
        draft.columns |= {"asset": "{group}", "lifeline": {"value": "power"}}
    else:
        held = {column.name for column in groups.sheets[0].columns if column.sample}
        take = [a.name for a in TABLES["need_groups"].attributes if a.name in held - {"id"}]
        join = {"file": near, "on": {"group": "id"}, "take": {name: name for name in take}}
        draft.says["join"] = [join]
        draft.columns |= {name: name for name in take}
        draft.because("与 need_groups 按组相连", "joined with need_groups by their groups")
    draft.columns["provider"] = "provider"


def _serves(draft: Draft, drafts: Drafts) -> None:
    zone = draft.named.find("columns", "zone")
    asset = draft.named.find("serves", "asset", but=(zone,))
    if asset and zone:
        set_reference(draft, "asset", asset, "assets", drafts)
        set_reference(draft, "zone", zone, "zones", drafts)
    share = draft.named.find("columns", "share")
    if share and share.type == "number":
        most = max(float(text) for text in share.sample)
        draft.columns["share"] = column_cell(share.name, **({"factor": 0.01} if most > 1 else {}))
        if most > 1:
            draft.doubt("份额大于 1，当作百分数", "shares above 1 are taken as per cent")
    else:
        draft.says["normalise"] = True
        draft.doubt("没有份额，几个设施平分", "no shares: they are split evenly")


def _demands(draft: Draft, drafts: Drafts) -> None:
    zone, amount = draft.named.find("columns", "zone"), draft.named.find("columns", "amount")
    if zone and amount:
        set_reference(draft, "zone", zone, "zones", drafts)
        draft.columns["amount"] = column_cell(amount.name)
    _set_line(draft, lifeline_of(draft)[0])
    draft.doubt("用量的单位请核对", "look at the unit of the amounts")


def _trips(draft: Draft, drafts: Drafts) -> None:
    start = draft.named.find("trips", "start")
    end = draft.named.find("trips", "end", but=(start,))
    for name, column in (("start", start), ("end", end)):
        if column is not None:
            set_reference(draft, name, column, "zones", drafts)
    trips = draft.named.find("columns", "trips", but=(start, end))
    if trips:
        draft.columns["trips"] = column_cell(trips.name)


def _carriers(draft: Draft, drafts: Drafts) -> None:
    carrier = draft.named.find("carriers", "carrier")
    asset = draft.named.find("carriers", "asset", but=(carrier,))
    for name, column in (("asset", asset), ("carrier", carrier)):
        if column is not None:
            set_reference(draft, name, column, "assets", drafts)


JOINED: dict[str, Callable[[Draft, Drafts], None]] = {
    "links": _links,
    "needs": _needs,
    "serves": _serves,
    "demands": _demands,
    "od": _trips,
    "carriers": _carriers,
}
