"""The page of the fields of packs, made from the models that the rooms declare."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from datetime import date
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from reference_grid import code, grid

from rencity.content.cel import CEL
from rencity.content.envelope import Envelope
from rencity.content.registry import Known, kinds
from rencity.kit.kind import Catalogued, Refers
from rencity.sim.classes import MEASURES

_PACKS_HEAD = """\
# 内容包的字段 · Fields of packs

<!-- made by `make reference`; edit the models that the kinds.py of each room names instead -->

本页由代码生成：内容包中每种文件、每个字段。怎样写、怎样覆盖，见[内容包](packs.md)。
This page is made from the code: every file a pack may hold and every field of it. How to write
packs and lay them over each other is told in [Packs](packs.md).

A default of *required* means that an entry must give the field.
"""


def packs_page() -> str:
    """Every kind of content with its fields."""
    around = "## 每个条目 · Every entry\n\n"
    measures = grid(("Measure", "Unit"), [(f"`{n}`", unit) for n, unit in MEASURES.items()])
    return "\n".join(
        [
            _PACKS_HEAD,
            around + "\n".join(_model(*one) for one in models(Envelope)),
            f"## 强度指标 · Intensity measures\n\n{measures}",
            *map(_content, kinds().values()),
        ]
    )


def models(model: Any, at: str = "") -> Iterator[tuple[str, type[BaseModel]]]:
    """Every pydantic model in a type: where it stands in an entry, and the model."""
    if isinstance(model, type) and issubclass(model, BaseModel):
        yield at, model
        for name, field in model.model_fields.items():
            yield from models(field.annotation, f"{at}.{field.alias or name}".strip("."))
        return
    for part in get_args(model):
        yield from models(part, at)


def _content(known: Known) -> str:
    kind = known.kind
    head = f"## `{known.name}` {kind.zh} · {kind.en}\n\n{kind.says_zh}{kind.says_en}\n"
    return "\n".join([head, *(_model(*one) for one in models(kind.model))])


def _model(at: str, model: type[BaseModel]) -> str:
    place = f"In `{at}`: " if at else ""
    text = inspect.cleandoc(model.__doc__ or "").replace("``", "`")
    rows = [_field(field.alias or name, field) for name, field in model.model_fields.items()]
    heads = ("Field", "中文", "Type", "Unit", "Default", "Meaning")
    return f"{place}{text}\n\n" + grid(heads, rows)


def _field(name: str, field: FieldInfo) -> tuple[str, ...]:
    said = (field.annotation, *field.metadata)
    default = "required" if field.is_required() else _default_of(field)
    bounds = ", ".join(_bounds(field))
    meaning = f"{field.description or ''}{f' ({bounds})' if bounds else ''}"
    return f"`{name}`", field.title or "", _type_of(said), unit_of(name), default, meaning


def _default_of(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if value in (None, "", ()) or isinstance(value, BaseModel):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


UNITS = {
    "_m": "m", "_mm": "mm", "_km2": "km²", "_d": "d", "_h": "h", "_min": "min", "_a": "years",
    "_per_h": "1/h", "_mm_h": "mm/h", "_m_s": "m/s", "_yuan": "yuan", "_share": "share",
    "_ratio": "share", "people": "people", "_digits": "digits",
}  # fmt: skip


def unit_of(name: str) -> str:
    """The unit that a field has in its name."""
    ends = [end for end in UNITS if name.endswith(end)]
    return UNITS[max(ends, key=len)] if ends else ""


_BOUNDS = {"gt": "above", "ge": "at least", "lt": "below", "le": "at most"}


def _bounds(field: FieldInfo) -> Iterator[str]:
    inside = [m for part in get_args(field.annotation) for m in getattr(part, "__metadata__", ())]
    parts = [*field.metadata, *(m for one in inside for m in getattr(one, "metadata", ()))]
    for part in parts:
        for name, word in _BOUNDS.items():
            if (bound := getattr(part, name, None)) is not None:
                yield f"{word} {bound:g}"


BELOW = "table below"
_PLAIN = {str: "text", int: "whole number", float: "number", bool: "yes or no", date: "day"}
_CATALOGUED = {"kinds": "kind of asset", "lifelines": "lifeline"}


def _type_of(said: tuple[Any, ...]) -> str:
    kind, *marks = said
    for mark in marks:
        if isinstance(mark, Refers):
            return f"id of `{mark.kind}`"
        if isinstance(mark, Catalogued):
            return _CATALOGUED[mark.among]
        if isinstance(mark, CEL):
            return f"expression of {code(mark.names)}, gives {_PLAIN[mark.result]}"
    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _type_of((args[0], *args[1:]))
    if origin is tuple:
        inner = _type_of((args[0],))
        return f"list, {inner}" if inner == BELOW else f"list of {inner}"
    if origin is Literal:
        return code(args, " ")
    if origin in (Union, UnionType):
        return " or ".join(_type_of((part,)) for part in args if part is not NoneType)
    return _PLAIN.get(kind, BELOW)
