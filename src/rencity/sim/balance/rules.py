"""What level balance assumes where a city says nothing: classes, draws, stocks; data, not code."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from typing import Annotated

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ShedClass(_Entry):
    """Who is served together; the first class is shed last."""

    name: str
    zh: str
    en: str
    kinds: tuple[str, ...]


class Kinds(_Entry):
    """Patterns of ``lifeline.kind``."""

    kinds: tuple[str, ...] = ()


class Draw(_Entry):
    """What an asset of a kind draws of another lifeline, in its unit."""

    kind: str
    amount: Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Stock(_Entry):
    """How long an asset of a kind gives its capacity when full."""

    kind: str
    hours: Annotated[float, Field(gt=0, le=8760)]


class Stores(_Entry):
    """Kinds that hold a stock."""

    kinds: tuple[Stock, ...] = ()


class Backup(_Entry):
    """How backups of needs fill up: minutes for what lasts one minute, 0 at once."""

    refill: Annotated[int, Field(ge=0, le=10_000)] = 0


class Rules(_Entry):
    """Everything that level balance takes from no file of a city; see `rules.toml`."""

    lifelines: tuple[str, ...]
    classes: Annotated[tuple[ShedClass, ...], Field(min_length=1, max_length=8)]
    through: Kinds = Kinds()
    draws: dict[str, tuple[Draw, ...]] = Field(default_factory=dict)
    stores: Stores = Stores()
    backup: Backup = Backup()


@cache
def base_rules() -> Rules:
    """The rules that ship with Rencity."""
    text = resources.files("rencity.sim.balance").joinpath("rules.toml").read_text("utf-8")
    return Rules.model_validate(tomllib.loads(text))


def first_of(full_kind: pd.Series, patterns: list[str]) -> npt.NDArray[np.int64]:
    """Number of the first pattern that each ``lifeline.kind`` fits, `len(patterns)` where none."""
    codes, names = pd.factorize(full_kind)
    found = [
        next((i for i, p in enumerate(patterns) if fnmatchcase(name, p)), len(patterns))
        for name in names
    ]
    return np.array(found, np.int64)[codes] if found else np.zeros(0, np.int64)
