"""Cells of a guessed layer: where it lies, what tells its rows apart, and plain attributes."""

from __future__ import annotations

from rencity.city.readers.cells import unit_factor
from rencity.city.readers.guessing.drafts import Draft, column_cell, hole
from rencity.city.readers.guessing.words import holds, plain, unit_in, words
from rencity.city.readers.mapping import COLUMNS
from rencity.city.readers.peek import Column
from rencity.city.schema import LEVELS, TABLES, USES, Attribute
from rencity.kit.errors import InputError

_LEVELS_ZH = {
    "city": "全市", "district": "区县", "street": "街道", "community": "社区", "grid": "网格",
}  # fmt: skip
_IDS = ("id", "编号", "编码", "代码")
_OF_RELATIONS = ("share", "amount", "trips", "lifeline", "zone", "parent")


def set_place(draft: Draft) -> None:
    """Coordinates and their system, where the table has a place."""
    x, y = draft.named.find("columns", "x"), draft.named.find("columns", "y")
    if draft.shapes:
        if not draft.sheet.crs:
            draft.says["crs"] = "EPSG:4326"
            draft.doubt("文件没写坐标系，先当作 WGS-84", "no system is said; WGS-84 is put")
    elif x and y:
        draft.says |= {"x": x.name, "y": y.name}
        if not (_within(x, 180) and _within(y, 90)):
            draft.doubt(
                "坐标不是经纬度，请选坐标系", "coordinates are not degrees: choose their system", 2
            )


def _within(column: Column, most: float) -> bool:
    if column.type != "number":
        return False
    return all(abs(float(text)) <= most for text in column.sample)


def set_id(draft: Draft, *others: Column | None) -> None:
    """What tells the rows apart: a column of its own values, else those of `others` together."""
    named = [c for c in draft.named.all if c.distinct]
    called = draft.named.find("columns", "id")
    ends = [c for c in others if c is not None]
    others_of = (c for c in named if all(c is not e for e in ends) and not _measures(c))
    chosen = called if called in named else next(others_of, None)
    if chosen is not None:
        draft.key = chosen
        draft.columns["id"] = f"{draft.prefix}{hole(chosen.name)}"
        if chosen is not called and not plain(chosen.name).endswith(_IDS):
            draft.doubt(f"用“{chosen.name}”当编号", f"{chosen.name} is taken as the id")
    elif any(column.distinct for column in ends) or draft.table == "links":
        draft.columns["id"] = draft.prefix + "-".join(hole(c.name) for c in ends)
        draft.doubt("没有编号列，用几列拼成", "no column of ids; several are put together")
    else:
        draft.columns["id"] = draft.prefix + hole((called or draft.named.all[0]).name)
        draft.doubt("没有一列能区分每一行", "no column tells the rows apart", 2)


def _measures(column: Column) -> bool:
    """Whether its values are measured, and so only happen to differ."""
    return column.type == "number" and any("." in text for text in column.sample)


def set_plain(draft: Draft) -> None:
    """Attributes that need no more than a column: texts, numbers with their units."""
    table = "need_groups" if draft.table == "needs" else draft.table
    for attribute in TABLES[table].attributes:
        name = attribute.name
        if name in draft.columns or name in _OF_RELATIONS or name not in words()["columns"]:
            continue
        column = draft.named.find("columns", name)
        if column is not None and name not in ("id", "level", "use"):
            _set_plain(draft, attribute, column)


def _set_plain(draft: Draft, attribute: Attribute, column: Column) -> None:
    if attribute.kind == "float" and column.type == "number":
        draft.columns[attribute.name] = _number(draft, attribute, column)
    elif attribute.kind == "text" and column.sample:
        draft.columns[attribute.name] = column_cell(column.name)


def _number(draft: Draft, attribute: Attribute, column: Column) -> object:
    unit = unit_in(column.name)
    if not unit or unit == attribute.unit:
        return column_cell(column.name)
    try:
        unit_factor(unit, attribute.unit, place=column.name)
    except InputError:
        draft.doubt(f"“{column.name}”的单位看不懂", f"the unit of {column.name} is not known")
        return column_cell(column.name)
    return column_cell(column.name, unit=unit)


def set_whole(draft: Draft) -> None:
    """Every column of a city folder's own table as it stands."""
    for name in COLUMNS[draft.table]:
        column = draft.named.names.get(name)
        if column is not None and column.sample:
            draft.columns[name] = name
    draft.key = draft.named.names.get("id")
    if draft.table == "zones" and not draft.shapes:
        draft.says["geometry"] = "none"
    draft.because("文件名和列名就是城市文件夹里的", "file and columns are those of a city folder")


def set_level(draft: Draft) -> None:
    """The level of zones: of a column, or one for all."""
    column = draft.named.find("columns", "level")
    if column and column.sample and set(column.sample) <= set(LEVELS):
        draft.columns["level"] = column_cell(column.name)
        return
    stem = draft.file.path.rsplit("/", 1)[-1]
    level = holds(stem, "levels") or holds(" ".join(draft.named.names), "levels")
    draft.columns["level"] = {"value": level or "community"}
    if not level:
        draft.doubt("看不出是哪一级分区，先写成社区", "no word tells the level; community is put")
    else:
        draft.because(f"级别是{_LEVELS_ZH[level]}", f"their level is {level}")


def set_use(draft: Draft) -> None:
    """The use of buildings by the words of a column."""
    column = draft.named.find("columns", "use")
    if column is None or not column.sample:
        return
    if set(column.sample) <= set(USES):
        draft.columns["use"] = column_cell(column.name)
        return
    found = {value: holds(value, "uses") for value in column.sample}
    known = {value: use for value, use in found.items() if use}
    if known:
        draft.columns["use"] = column_cell(column.name, map=known, default="other")
        draft.doubt(f"用途由“{column.name}”的文字猜", f"uses are guessed from {column.name}")
