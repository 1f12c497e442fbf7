"""Which rows of two sources are one thing, and whose value stands.

A rule file is TOML::

    [[rules]]
    table = "assets"
    by = "name"              # id, code (zones), name (and kind, near), geometry (and kind, near)
    within_m = 50
    wins = ["measured", "new"]
    [rules.columns]
    capacity = ["new"]       # this column by its own order

`wins` is tried in order until one decides: ``measured`` (measured over inferred over synthetic),
``new`` (what is imported now), ``old`` (what stands), ``prefix:TEXT`` (the row whose id begins so).
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from rencity.city.schema import TABLES
from rencity.kit.errors import InputError


def _known(text: str) -> str:
    if text not in ("measured", "new", "old") and not text.startswith("prefix:"):
        raise ValueError("use measured, new, old or prefix:TEXT")
    return text


Wins = Annotated[tuple[Annotated[str, AfterValidator(_known)], ...], Field(min_length=1)]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class MergeRule(_Entry):
    """One way to know that two rows are one thing.

    Attributes
    ----------
    by : equal ids; equal codes at one level; equal names and kinds near each other; equal kinds
        at one place (`within_m` of each other)
    kinds : of assets, as ``lifeline.kind``; empty: every kind
    wins : whose value stands where both say one
    columns : the same for single columns
    """

    table: Literal["zones", "assets", "links", "need_groups", "buildings", "serves", "demands"]
    by: Literal["id", "code", "name", "geometry"] = "id"
    within_m: Annotated[float, Field(ge=0, le=10_000)] = 0
    kinds: tuple[str, ...] = ()
    wins: Wins = ("measured", "old")
    columns: dict[str, Wins] = {}


class MergeRules(_Entry):
    """A whole file of rules, tried in order."""

    rules: Annotated[tuple[MergeRule, ...], Field(min_length=1)]


DEFAULT = MergeRules(rules=(MergeRule(table="zones", by="code"),))
"""A zone of one code and level in two files is one zone; anything else needs a rule of its own."""


def read_merge_rules(path: Path) -> MergeRules:
    """Read a rule file.

    Raises
    ------
    InputError : no such file, not TOML, or a key that breaks the schema
    """
    mend = "see docs/merge.md for what a rule holds"
    try:
        made = MergeRules.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except OSError as exc:
        raise InputError(f"cannot read it: {exc.strerror}", place=str(path), mend=mend) from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise InputError(f"not TOML: {exc}", place=str(path), mend="correct the line") from exc
    except ValidationError as exc:
        first = exc.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{key}: {first['msg']}", place=str(path), mend=mend) from exc
    for rule in made.rules:
        _check(rule, path)
    return made


def _check(rule: MergeRule, path: Path) -> None:
    wrong = [name for name in rule.columns if name not in TABLES[rule.table].columns]
    if wrong:
        raise InputError(
            f"{rule.table} has no column {wrong[0]!r}", place=str(path), mend="correct the rule"
        )
    if rule.by == "code" and rule.table != "zones":
        raise InputError("only zones have codes", place=str(path), mend="use by id, name, geometry")
    if rule.by in ("name", "geometry") and rule.table not in ("zones", "assets", "buildings"):
        raise InputError(
            f"{rule.table} have no name and place", place=str(path), mend="use by = 'id'"
        )
