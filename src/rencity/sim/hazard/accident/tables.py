"""The data of this room: substances, what a blast breaks, who is staffed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from rencity.kit.errors import ScenarioError
from rencity.kit.suggest import did_you_mean
from rencity.sim.hazard.accident.spec import Plume

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Substance:
    """A toxic gas.

    Attributes
    ----------
    molar_g : g/mol
    limits_ppm : by name
    """

    molar_g: float
    limits_ppm: Mapping[str, float]


@cache
def substances() -> Mapping[str, Substance]:
    """Every substance by its key."""
    return {
        name: Substance(row["molar_g"], row["limits_ppm"])
        for name, row in _read("substances").items()
    }


@cache
def blast_limits_kpa() -> Mapping[str, float]:
    """Overpressure that puts a kind out, by ``lifeline.kind``."""
    return {kind: row["kpa"] for row in _read("blast")["limits"] for kind in row["kinds"]}


@cache
def staffed_kinds() -> tuple[str, ...]:
    """Kinds that stop when their staff leaves."""
    return tuple(_read("staffed")["kinds"])


def substance_of(plume: Plume, place: str) -> Substance:
    """The substance a plume names.

    Raises
    ------
    ScenarioError : there is none of that name
    """
    known = substances()
    if plume.substance not in known:
        raise ScenarioError(
            f"unknown substance {plume.substance!r}",
            place=f"{place}.plume.substance",
            mend=did_you_mean(plume.substance, known, what="substance"),
        )
    return known[plume.substance]


def limit_ppm(plume: Plume, place: str) -> float:
    """The limit a plume is drawn at.

    Raises
    ------
    ScenarioError : the substance has no such limit
    """
    if plume.threshold_ppm is not None:
        return plume.threshold_ppm
    limits, name = substance_of(plume, place).limits_ppm, plume.threshold or ""
    if name not in limits:
        raise ScenarioError(
            f"{plume.substance} has no limit {name!r}",
            place=f"{place}.plume.threshold",
            mend=f"one of {', '.join(limits)}, or give threshold_ppm",
        )
    return limits[name]


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))
