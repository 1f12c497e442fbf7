"""What a scale asks for, read from data: facts, the invented map, counts and figures."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from typing import Any

import numpy as np
import shapely

from rencity.city.demo.draws import Floats, Ints
from rencity.kit.errors import InputError

RULE = "demo"
"""Prefix of the rule names that mark every made row."""


def read(name: str) -> dict[str, Any]:
    """One of the data files beside this code."""
    text = resources.files("rencity.city.demo").joinpath("data", name).read_text(encoding="utf-8")
    return tomllib.loads(text)


def scales() -> tuple[str, ...]:
    """Names of the scales."""
    return tuple(read("scales.toml"))


@dataclass(frozen=True)
class District:
    """A district of the facts; `streets` are (nine-digit code, Chinese name, English name)."""

    code: str
    name: str
    name_en: str
    people: int
    km2: float
    streets: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Plan:
    """Everything a demo city of one scale is made from.

    Attributes
    ----------
    scale : its name in ``scales.toml``
    seed : the same seed makes the same city
    size : the scale's entry; `counts` how many of each thing
    drawn : the scale's part of ``map.toml``, kilometres before scaling
    """

    scale: str
    seed: int
    facts: Mapping[str, Any] = field(repr=False)
    size: Mapping[str, Any] = field(repr=False)
    atlas: Mapping[str, Any] = field(repr=False)
    figures: Mapping[str, Any] = field(repr=False)

    @classmethod
    def of(cls, scale: str, seed: int) -> Plan:
        """The plan of a scale.

        Raises
        ------
        InputError : no such scale, or a negative seed
        """
        sizes = read("scales.toml")
        if scale not in sizes:
            raise InputError(f"no scale {scale!r}", mend=f"use one of {', '.join(sizes)}")
        if seed < 0:
            raise InputError(f"seed {seed} is negative", mend="use 0 or more")
        return cls(
            scale, seed, read("facts.toml"), sizes[scale], read("map.toml"), read("figures.toml")
        )

    @property
    def counts(self) -> Mapping[str, int]:
        """How many of each thing."""
        return self.size["counts"]

    @property
    def drawn(self) -> Mapping[str, Any]:
        """The invented map of this scale."""
        return self.atlas[self.size["map"]]

    @property
    def origin(self) -> Floats:
        """Easting and northing of the local frame's origin, shape (2,)."""
        return np.array(self.atlas["origin_m"], dtype=np.float64)

    @cached_property
    def stretch(self) -> float:
        """Metres per drawn kilometre that give the land the area of the facts."""
        drawn = shapely.Polygon(self.drawn["outline_km"]).area
        return 1000.0 * float(np.sqrt(self.size["km2"] / drawn))

    def metres(self, km: object) -> Floats:
        """Drawn kilometres in local metres."""
        return np.asarray(km, dtype=np.float64) * self.stretch

    @cached_property
    def districts(self) -> tuple[District, ...]:
        """The districts that the scale covers, in the order of the map's centres."""
        known = {entry["code"]: entry for entry in self.facts["districts"]}
        entries = [known[centre["code"]] for centre in self.drawn["centres"]]
        part = len(entries) < len(known)
        return tuple(
            District(
                entry["code"],
                entry["name"],
                entry["name_en"],
                self.size["people"] if part else entry["people"],
                self.size["km2"] if part else entry["km2"],
                tuple((s[0], s[1], s[2]) for s in entry["streets"][: 1 if part else None]),
            )
            for entry in entries
        )

    @property
    def district_people(self) -> Ints:
        """Residents of each district, shape (districts,)."""
        return np.array([d.people for d in self.districts], dtype=np.int64)
