"""A mapping to begin from, guessed from the names of columns in Chinese and English."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from rencity.city.catalogue import base_catalogue
from rencity.city.readers.peek import Peek, Sheet
from rencity.city.schema import LEVELS

_ID = (
    "id",
    "uid",
    "guid",
    "fid",
    "objectid",
    "osm_id",
    "code",
    "编号",
    "编码",
    "代码",
    "标识",
    "序号",
)
_NAME = ("name", "名称", "名字", "title", "label")
_NAME_EN = ("name_en", "english", "英文名", "英文名称")
_X = ("lon", "lng", "long", "longitude", "x", "经度", "东经", "point_x", "坐标x", "x坐标")
_Y = ("lat", "latitude", "y", "纬度", "北纬", "point_y", "坐标y", "y坐标")
_PEOPLE = ("people_night", "population", "pop", "people", "residents", "人口", "常住人口", "居民")
_LEVEL_WORDS = {
    "district": ("district", "county", "区县", "区", "县"),
    "street": ("street", "town", "subdistrict", "街道", "乡镇", "镇"),
    "community": ("community", "village", "社区", "村"),
    "grid": ("grid", "cell", "网格"),
}
_LINE_WORDS = {
    "power": ("power", "electric", "grid", "substation", "电力", "电网", "变电", "供电"),
    "water": ("water", "pipe", "hydrant", "供水", "给水", "水厂", "自来水"),
    "drainage": ("drain", "sewer", "storm", "排水", "污水", "雨水"),
    "gas": ("gas", "燃气", "天然气"),
    "heat": ("heat", "供热", "热力"),
    "telecom": ("telecom", "mast", "cell", "通信", "基站"),
    "health": ("health", "hospital", "clinic", "医院", "医疗", "卫生"),
    "rescue": ("rescue", "fire", "消防", "救援"),
    "shelter": ("shelter", "避难", "应急场所"),
    "supplies": ("supply", "supplies", "depot", "物资", "仓库"),
    "transit": ("transit", "metro", "bus", "stop", "station", "公交", "地铁", "车站"),
    "road": ("road", "street", "highway", "道路", "路段", "路口"),
}
_KIND_OF = {
    "power": "substation_medium", "water": "junction", "drainage": "manhole", "gas": "junction",
    "heat": "junction", "telecom": "mast", "health": "hospital", "rescue": "fire_station",
    "shelter": "shelter", "supplies": "depot", "transit": "stop", "road": "junction",
}  # fmt: skip


@dataclass(frozen=True)
class Guess:
    """A guessed mapping, and what of it is a guess that somebody must look at."""

    text: str
    doubts_zh: tuple[str, ...]
    doubts_en: tuple[str, ...]


def guessed(files: tuple[Peek, ...]) -> Guess | None:
    """A mapping of all tables that can be placed; None where no layer can be guessed."""
    made: list[str] = []
    zh: list[str] = []
    en: list[str] = []
    for each in files:
        for sheet in each.sheets:
            layer = _layer(each, sheet, len(made) + 1)
            if layer is not None:
                made.append(layer)
                where = f"{each.path}{f' ({sheet.name})' if sheet.name else ''}"
                zh.append(f"{where}：表、生命线与类型是猜的，请核对")
                en.append(f"{where}: table, lifeline and kind are guessed; look at them")
    return Guess("\n".join(made), tuple(zh), tuple(en)) if made else None


def _layer(file: Peek, sheet: Sheet, number: int) -> str | None:
    names = [column.name for column in sheet.columns if column.type != "geometry"]
    shapes = next((set(c.examples) for c in sheet.columns if c.type == "geometry"), set())
    x, y = _found(names, _X), _found(names, _Y)
    key = _key(sheet, x, y)
    if not key or (not shapes and not (x and y)):
        return None
    stem = PurePosixPath(file.path).stem
    lines = ["[[layers]]", f"name = {_said(f'{stem}-{number}')}", f"file = {_said(file.path)}"]
    if sheet.name:
        lines.append(f"sheet = {_said(sheet.name)}")
    if file.format in ("csv", "txt") and sheet.delimiter != ",":
        lines.append(f"delimiter = {_said(sheet.delimiter)}")
    polygons = bool(shapes) and shapes <= {"Polygon", "MultiPolygon"}
    people, level = _found(names, _PEOPLE), _level(stem, names)
    table = "zones" if polygons and (people or level) else "assets"
    lines.append(f'table = "{table}"')
    if not shapes:
        lines += [f"x = {_said(x)}", f"y = {_said(y)}"]
    if not sheet.crs and shapes:
        lines.append('crs = "EPSG:4326"')
    lines.append("[layers.columns]")
    lines.append(f"id = {_said(_prefix(file, sheet) + key)}")
    if named := _found(names, _NAME):
        lines.append(f"name = {_column(named)}")
    if table == "zones":
        lines.append(f'level = {{ value = "{level or "community"}" }}')
        if english := _found(names, _NAME_EN):
            lines.append(f"name_en = {_column(english)}")
        if people:
            lines.append(f"people_night = {_column(people)}")
    else:
        line, kind = _kind(file, sheet, lines_only=bool(shapes) and "Point" not in shapes)
        lines += [f'lifeline = {{ value = "{line}" }}', f'kind = {{ value = "{kind}" }}']
    return "\n".join(lines) + "\n"


def _found(names: list[str], wanted: tuple[str, ...]) -> str:
    lower = {re.sub(r"[\s.]+", "_", name.strip().lower()): name for name in names}
    return next((lower[word] for word in wanted if word in lower), "")


def _level(stem: str, names: list[str]) -> str:
    words = " ".join([stem.lower(), *(name.lower() for name in names)])
    return next((each for each in LEVELS if _holds(words, _LEVEL_WORDS.get(each, ()))), "")


def _holds(text: str, words: tuple[str, ...]) -> bool:
    return any(word in text for word in words)


def _kind(file: Peek, sheet: Sheet, *, lines_only: bool) -> tuple[str, str]:
    """Lifeline and kind by the words of file and values; a line's kind where all are lines."""
    values = [text for column in sheet.columns for text in (column.name, *column.examples)]
    for words in (f"{file.path} {sheet.name}".lower(), " ".join(values).lower()):
        line = next((name for name, known in _LINE_WORDS.items() if _holds(words, known)), "")
        if line:
            return line, _kind_of(line, lines_only=lines_only)
    return "road", _kind_of("road", lines_only=lines_only)


def _kind_of(line: str, *, lines_only: bool) -> str:
    kinds = {key.partition(".")[2]: kind for key, kind in base_catalogue().kinds.items()
             if key.startswith(f"{line}.")}  # fmt: skip
    role = "link" if lines_only else "node"
    fitting = [name for name, kind in kinds.items() if kind.role == role] or list(kinds)
    usual = _KIND_OF[line]
    return usual if usual in fitting else fitting[0]


def _key(sheet: Sheet, x: str, y: str) -> str:
    """What tells the rows apart, as a template; empty where nothing does."""
    own = [column.name for column in sheet.columns if column.distinct and column.type != "geometry"]
    chosen = _found(own, _ID) or next((name for name in own if name not in (x, y)), "")
    if chosen:
        return f"{{{chosen}}}"
    return f"{{{x}}}-{{{y}}}" if x in own or y in own else ""


def _prefix(file: Peek, sheet: Sheet) -> str:
    """What sets ids of one table apart from those of another."""
    where = f"{PurePosixPath(file.path).with_suffix('')} {sheet.name}"
    return re.sub(r"\W+", "-", where.lower()).strip("-") + "-"


def _column(name: str) -> str:
    return f"{{ column = {_said(name)} }}"


def _said(text: str) -> str:
    """A text as TOML writes it, which is as JSON does."""
    return json.dumps(text, ensure_ascii=False)
