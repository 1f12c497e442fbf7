"""A layer of a mapping tried on the first rows of its files, before its table is made."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from rencity.city.readers.cells import Work, absent
from rencity.city.readers.layers import Opener
from rencity.city.readers.mapping import MISSING, key_of
from rencity.city.readers.peek import EXAMPLES, FIRST_ROWS, SHOWN_TEXT, rows_told
from rencity.city.readers.picking import Picked
from rencity.city.readers.records import read_records
from rencity.kit.errors import InputError

_MEND = "see docs/import-tables.md for what a mapping holds"


@dataclass(frozen=True)
class LeftOut:
    """Rows that are left out for one reason."""

    reason: str
    rows: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Made:
    """A column that the layer makes or takes: how many kept rows have a value, and which."""

    name: str
    given: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Trial:
    """What became of the rows that were tried.

    Attributes
    ----------
    rows : that were tried
    whole : whether these are all the rows of the files it reads
    """

    rows: int
    whole: bool
    kept: int
    left_out: tuple[LeftOut, ...]
    columns: tuple[Made, ...]


def tried(src: Path, text: str, number: int, crs: str = "") -> Trial:
    """Pick, derive and join the rows of a layer; faults elsewhere in the mapping do not matter.

    Parameters
    ----------
    src : file or folder that the mapping reads
    text : of the mapping
    number : of the layer, from 0
    crs : system that neither file nor mapping states

    Raises
    ------
    InputError : no such layer, a fault of it, or a file of it that cannot be read
    """
    data = _parsed(text)
    top, layer = _top(data), _layer(data, number)
    large: list[Path] = []
    opener = Opener(src, top.missing, crs or top.crs, partial(_opened, large))
    return _told(opener.work(layer, f"layers.{number + 1}"), layer, whole=not large)


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as exc:
        raise InputError(f"not TOML: {exc}", place="the file", mend="correct the line") from exc


class _Top(BaseModel):
    """What a mapping says for all its layers."""

    crs: str = ""
    missing: tuple[str, ...] = MISSING


def _top(data: dict[str, Any]) -> _Top:
    try:
        return _Top.model_validate(data)
    except ValidationError as exc:
        raise _fault(exc, (), data) from exc


def _layer(data: dict[str, Any], number: int) -> Picked:
    layers = data.get("layers")
    if not isinstance(layers, list) or not 0 <= number < len(layers):
        place = f"layers.{number + 1}"
        raise InputError("no such layer", place=place, mend="name one that the mapping has")
    said = layers[number] if isinstance(layers[number], dict) else {}
    try:
        return Picked.model_validate({k: v for k, v in said.items() if k in Picked.model_fields})
    except ValidationError as exc:
        raise _fault(exc, ("layers", number, ""), data) from exc


def _fault(exc: ValidationError, above: tuple[int | str, ...], data: dict[str, Any]) -> InputError:
    first = exc.errors()[0]
    what = str(first["msg"]).removeprefix("Value error, ")
    return InputError(what, place=key_of((*above, *first["loc"]), data), mend=_MEND)


def _opened(large: list[Path], path: Path, *, sheet: str, encoding: str, delimiter: str) -> Any:
    """The records of a file, the first ones of a large one, which is noted."""
    rows = rows_told(path, sheet) if path.is_file() else None
    most = None if rows is None else FIRST_ROWS
    made = read_records(path, sheet=sheet, encoding=encoding, delimiter=delimiter, most=most)
    if rows is not None and rows > len(made.frame) + len(made.ragged):
        large.append(path)
    return made


def _told(work: Work, layer: Picked, *, whole: bool) -> Trial:
    names = [*layer.derive, *(name for join in layer.join for name in join.take)]
    return Trial(
        work.layer.read,
        whole,
        int(work.stands.sum()),
        tuple(
            LeftOut(reason, n, tuple(work.layer.examples[reason]))
            for reason, n in work.layer.refused.most_common()
        ),
        tuple(_made(work, name) for name in dict.fromkeys(names)),
    )


def _made(work: Work, name: str) -> Made:
    values = work.text(name)[work.stands]
    there = values[~absent(values)]
    own = list(dict.fromkeys(str(value)[:SHOWN_TEXT] for value in there))
    return Made(name, len(there), tuple(own[:EXAMPLES]))
