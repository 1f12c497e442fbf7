"""The count that must close: rows read = kept + merged + refused, by reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from rencity.city.identity import Source
from rencity.city.rasters import Grid
from rencity.kit.findings import Finding


@dataclass
class Layer:
    """The account of one layer of a source.

    Attributes
    ----------
    read : rows, or objects of the source's own kind
    kept : rows that became rows of the city
    merged : rows that became part of another row, by reason
    refused : rows left out, by reason
    examples : a few places (file:row or id) for each reason
    """

    name: str
    read: int = 0
    kept: int = 0
    merged: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def merge(self, reason: str, place: str, n: int = 1) -> None:
        """Count rows that became part of another."""
        self.merged[reason] += n
        self._example(reason, place)

    def refuse(self, reason: str, place: str, n: int = 1) -> None:
        """Count rows left out."""
        self.refused[reason] += n
        self._example(reason, place)

    @property
    def closes(self) -> bool:
        """Whether every row read is accounted for."""
        return self.read == self.kept + self.merged.total() + self.refused.total()

    def _example(self, reason: str, place: str) -> None:
        seen = self.examples.setdefault(reason, [])
        if len(seen) < 3:
            seen.append(place)


@dataclass(frozen=True)
class RasterPart:
    """A raster a reader made."""

    name: str
    grid: Grid
    note: str = ""


@dataclass(frozen=True)
class Part:
    """What a reader made of a source: tables of the schema and their account.

    Attributes
    ----------
    rasters : each replaces the city's of that name
    files : more files for the city folder by path, such as ``physics/swmm/theta.inp``
    changes : values of rows that stand in the city, by table: the key and the columns to set
    filled : how many rows those changes fill by a rule, by its name
    findings : what the source leaves in doubt, each with what would settle it
    """

    tables: Mapping[str, pd.DataFrame]
    layers: tuple[Layer, ...]
    sources: tuple[Source, ...] = ()
    rasters: tuple[RasterPart, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    changes: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    filled: Mapping[str, int] = field(default_factory=dict)
