"""Given: a table says which assets are down in which sample."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.city.model import City
from rencity.kit.errors import InputError
from rencity.kit.suggest import did_you_mean
from rencity.sim.damage import Classes, assign
from rencity.sim.hazard.rows import read_rows, refuse
from rencity.sim.hazard.scene import Scene
from rencity.sim.hazard.spec import GivenHazard
from rencity.sim.hazard.strikes import MIN_PER_H, minutes_of, outages, rows_of
from rencity.sim.restoration import LONGEST_MIN, MIN_PER_D
from rencity.sim.strike import EVERY_SAMPLE, Strike

ALL = "all"
Index = npt.NDArray[np.int64]


def given_strikes(hazard: GivenHazard, scene: Scene) -> list[Strike]:
    """Certain outages from columns ``sample`` (from 0, or ``all``), ``asset`` and maybe ``hours``.

    Raises
    ------
    InputError : a broken file, an unknown asset, a sample out of range, bad hours, a row twice
    ScenarioError : a time is to come from a repair class and the asset has none
    """
    city, path = scene.city, scene.base / hazard.path
    frame = read_rows(path, ("sample", "asset"), text=("asset",))
    asset = _assets(frame, city, path)
    sample = _samples(frame, scene.samples, path)
    _check_once(frame, asset, sample, path)
    minutes = _minutes(frame, asset, hazard, city, scene.classes, path)
    by_class = ~_said(frame) if hazard.restore == "class" else None
    return [outages(hazard.name, asset, minutes, sample, by_class=by_class)]


def _assets(frame: pd.DataFrame, city: City, path: Path) -> Index:
    empty = np.flatnonzero(frame["asset"].isna())
    if len(empty):
        refuse(frame, "asset", int(empty[0]), path, "is no asset")
    names = frame["asset"].map(_text)
    rows = rows_of(city, names.to_numpy(object))
    bad = np.flatnonzero(rows < 0)
    if len(bad):
        name = names.iloc[bad[0]]
        raise InputError(
            f"no asset {name!r} in this city ({len(bad)} such rows)",
            place=f"{path}: row {frame.index[bad[0]]}, column asset",
            mend=did_you_mean(name, city.assets["id"], what="asset"),
        )
    return rows


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _samples(frame: pd.DataFrame, samples: int, path: Path) -> Index:
    every = (frame["sample"].astype(str).str.strip() == ALL).to_numpy(bool)
    number = pd.to_numeric(frame["sample"], errors="coerce").to_numpy(np.float64).copy()
    number[every] = 0
    bad = np.flatnonzero(~((number >= 0) & (number < samples) & (number == np.floor(number))))
    if len(bad):
        refuse(
            frame, "sample", int(bad[0]), path, f"is no sample: a whole number 0 to {samples - 1}"
        )
    number[every] = EVERY_SAMPLE
    return number.astype(np.int64)


def _check_once(frame: pd.DataFrame, asset: Index, sample: Index, path: Path) -> None:
    twice = np.flatnonzero(pd.DataFrame({"asset": asset, "sample": sample}).duplicated())
    if len(twice):
        refuse(frame, "asset", int(twice[0]), path, "stands twice in the same sample")


def _minutes(
    frame: pd.DataFrame,
    asset: Index,
    hazard: GivenHazard,
    city: City,
    classes: Classes,
    path: Path,
) -> Index:
    minutes = np.full(len(asset), -1, np.int64)
    said = _said(frame)
    if said.any():
        hours = pd.to_numeric(frame["hours"], errors="coerce").to_numpy(np.float64)
        bad = np.flatnonzero(said & ~((hours > 0) & (hours < LONGEST_MIN / MIN_PER_H)))
        if len(bad):
            refuse(frame, "hours", int(bad[0]), path, "is no time above 0 h")
        minutes[said] = np.rint(hours[said] * MIN_PER_H)
    rest = np.flatnonzero(~said)
    if hazard.restore == "class":
        minutes[rest] = _by_class(asset[rest], city, classes, frame.index[rest], path)
    else:
        minutes[rest] = minutes_of(hazard.restore)
    return minutes


def _said(frame: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Rows that give hours of their own."""
    if "hours" not in frame:
        return np.zeros(len(frame), bool)
    return frame["hours"].notna().to_numpy(bool)


def _by_class(asset: Index, city: City, classes: Classes, at: pd.Index, path: Path) -> Index:
    repair = assign(city.assets, classes).repair
    codes = repair.codes[asset]
    bare = np.flatnonzero(codes < 0)
    if len(bare):
        raise InputError(
            f"asset {city.assets['id'].iloc[asset[bare[0]]]!r} has no repair class to restore it "
            f"({len(bare)} such rows)",
            place=f"{path}: row {at[bare[0]]}",
            mend='give hours in the table, a repair class in [classes], or restore = "never"',
        )
    # the median of a normal clipped at zero is its mean, which is never below zero
    gravest_d = [classes.repair[name].states[-1].mean_d for name in repair.categories]
    minutes = np.rint(np.array(gravest_d, np.float64) * MIN_PER_D).astype(np.int64)
    return minutes[codes]
