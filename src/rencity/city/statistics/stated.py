"""A city's statistics beside what public sources state."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

CENSUS = "2020 年第七次全国人口普查 2020 census"
PART = 0.5
"""A city with less than this share of its division's people is a part of it: not compared."""

CHINESE = re.compile(r"[1-8][0-9]{5}")


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Stated(_Entry):
    """One public figure: a value, or a least or a most or both."""

    statistic: str
    zh: str
    en: str
    unit: str
    region: str
    source: str
    read: bool
    value: float | None = Field(default=None, gt=0)
    least: float | None = Field(default=None, gt=0)
    most: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.value is None) == (self.least is None and self.most is None):
            raise ValueError("give a value, or least and most")
        return self

    def deviation(self, found: float) -> float:
        """Relative to the value, or to the bound that it is beyond; 0 between bounds."""
        if self.value is not None:
            return found / self.value - 1
        if self.least is not None and found < self.least:
            return found / self.least - 1
        if self.most is not None and found > self.most:
            return found / self.most - 1
        return 0.0


class _Division(_Entry):
    code: str
    people: int = Field(gt=0)
    read: bool


class _Table(_Entry):
    stated: tuple[Stated, ...]
    division: tuple[_Division, ...]


@cache
def stated_figures() -> _Table:
    """The public figures that ship with Rencity."""
    text = resources.files("rencity.city.statistics").joinpath("stated.toml").read_text("utf-8")
    return _Table.model_validate(tomllib.loads(text))


def against_stated(found: dict[str, Any], code: str) -> list[dict[str, Any]]:
    """Each figure that applies to a city of this division code and that it has a value for.

    Parameters
    ----------
    found : of `statistics`
    code : division code of the city; without a Chinese one nothing is compared
    """
    if not CHINESE.fullmatch(code):
        return []
    table = stated_figures()
    local = [s for s in table.stated if s.region and code.startswith(s.region)]
    whole = all(
        found["people"] >= PART * s.value
        for s in local
        if s.statistic == "people" and s.value is not None
    )
    used = [s for s in table.stated if not s.region] + (local if whole else [])
    rows = [_row(s, value) for s in used if (value := _at(found, s.statistic)) is not None]
    return rows + (_census(found, table) if whole else [])


def _row(stated: Stated, value: float) -> dict[str, Any]:
    kept = stated.model_dump(exclude={"region"})
    return {**kept, "found": value, "deviation": stated.deviation(value)}


def _census(found: dict[str, Any], table: _Table) -> list[dict[str, Any]]:
    known = {division.code: division for division in table.division}
    return [
        _row(
            Stated(
                statistic=f"divisions.{row['code']}.people",
                zh=f"{row['name']}人口",
                en=f"People of {row['name_en'] or row['name']}",
                unit="people",
                region="",
                source=CENSUS,
                read=known[row["code"]].read,
                value=known[row["code"]].people,
            ),
            row["people"],
        )
        for row in found["divisions"]
        if row["code"] in known and row["people"] is not None
    ]


def _at(found: dict[str, Any], path: str) -> float | None:
    """The value at a dotted path; kinds in it have a dot of their own."""
    here: Any = found
    while path and isinstance(here, dict):
        name = next((n for n in here if path == n or path.startswith(f"{n}.")), None)
        if name is None:
            return None
        here, path = here[name], path[len(name) + 1 :]
    return here if isinstance(here, int | float) and not path else None
