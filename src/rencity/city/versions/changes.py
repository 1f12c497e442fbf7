"""What a file of changes may say: one list of operations, applied in order, all or none."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rencity.city.schema import TABLES
from rencity.kit.errors import InputError

Id = Annotated[str, Field(min_length=1)]
Ids = Annotated[tuple[Id, ...], Field(min_length=1)]
Named = Literal["zones", "assets", "links", "need_groups", "buildings"]
AnyTable = Literal[
    "zones",
    "assets",
    "links",
    "need_groups",
    "needs",
    "serves",
    "demands",
    "od",
    "buildings",
    "carriers",
]
Value = bool | int | float | str
Values = dict[str, Value]


class _Change(BaseModel):
    """Attributes shared by all: `note` says why, and is kept in the lineage."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    note: str = ""


class Replace(_Change):
    """A thing gives way to a new one in its place: all that named it names the new one.

    Attributes
    ----------
    by : the new id
    values : attributes in which the new one differs; the others are the old one's
    """

    do: Literal["replace"]
    table: Named
    id: Id
    by: Id
    values: Values = {}


class Part(BaseModel):
    """One part of a split.

    Attributes
    ----------
    share : of the whole, for sums such as people that `values` do not give; without it by area,
        else equal
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    id: Id
    share: Annotated[float, Field(ge=0, le=1)] | None = None
    values: Values = {}


class Split(_Change):
    """A thing falls into parts; one of them may keep its id.

    Attributes
    ----------
    heir : the part that is named wherever the place does not tell which part is meant
    """

    do: Literal["split"]
    table: Named
    id: Id
    parts: Annotated[tuple[Part, ...], Field(min_length=2)]
    heir: str = ""


class Merge(_Change):
    """Several things become one, under a new id or one of theirs."""

    do: Literal["merge"]
    table: Named
    ids: Annotated[tuple[Id, ...], Field(min_length=2)]
    into: Id
    values: Values = {}


class Retire(_Change):
    """Things are gone.

    Attributes
    ----------
    dependants : ``refuse`` when other rows hang on them, or ``retire`` those too
    """

    do: Literal["retire"]
    table: Named
    ids: Ids
    dependants: Literal["refuse", "retire"] = "refuse"


class Add(_Change):
    """New rows, written out or from a CSV, GeoJSON, GeoPackage or Parquet file beside this one."""

    do: Literal["add"]
    table: AnyTable
    rows: tuple[Values, ...] = ()
    file: str = ""


class Set(_Change):
    """Other values in rows that stand: rows name their key, and what is to be set.

    A value that a rule had filled in counts as known from now on.
    """

    do: Literal["set"]
    table: AnyTable
    rows: tuple[Values, ...] = ()
    file: str = ""


class Remove(_Change):
    """Rows without an id of their own are no more; each names its key."""

    do: Literal["remove"]
    table: Literal["needs", "serves", "demands", "od", "carriers"]
    rows: Annotated[tuple[Values, ...], Field(min_length=1)]


Change = Annotated[Replace | Split | Merge | Retire | Add | Set | Remove, Field(discriminator="do")]


class Changes(BaseModel):
    """A whole file; its `note` stands for changes that have none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    note: str = ""
    changes: Annotated[tuple[Change, ...], Field(min_length=1)]


def read_changes(path: Path) -> Changes:
    """Read a file of changes.

    Raises
    ------
    InputError : no such file, not TOML, or a key that breaks the schema
    """
    mend = "see docs/versions.md for what a file of changes holds"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as exc:
        raise InputError(exc.strerror or str(exc), place=str(path), mend=mend) from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise InputError(f"not TOML: {exc}", place=str(path), mend="correct the line") from exc
    try:
        return Changes.model_validate(data)
    except ValidationError as exc:
        first = exc.errors()[0]
        where = ".".join(_step(part) for part in first["loc"] if part not in _TAGS)
        raise InputError(
            f"{where or 'the file'}: {first['msg']}", place=str(path), mend=mend
        ) from exc


_TAGS = frozenset(("replace", "split", "merge", "retire", "add", "set", "remove"))


def _step(part: int | str) -> str:
    return str(part + 1) if isinstance(part, int) else part


def known_columns(table: str, values: dict[str, Any], place: str) -> None:
    """Refuse values of columns that a table does not have.

    Raises
    ------
    InputError : a column is unknown
    """
    strange = [name for name in values if name not in TABLES[table].columns]
    if strange:
        raise InputError(
            f"{table} has no {', '.join(strange)}",
            place=place,
            mend=f"its columns are {', '.join(TABLES[table].columns)}",
        )
