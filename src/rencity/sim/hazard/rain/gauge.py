"""Rain from a gauge: a table of times and depths."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.kit.errors import InputError
from rencity.sim.hazard.rain.storm import Storm
from rencity.sim.hazard.rows import not_negative, read_rows, refuse

MOST_MM_MIN = 50.0
"""Above the greatest rain of one minute on record, 38 mm (Barot, Guadeloupe, 1970)."""
PER_MM = {"mm": 1.0, "in": 25.4, "cm": 10.0}


def read_gauge(path: Path, *, time: str, depth: str, unit: str) -> Storm:
    """A storm from a CSV or Parquet table: rain that fell in the step that ends at each time.

    Times are minutes, or dates with a time of day; they must rise by one same step. The first step
    begins one step before the first time.

    Parameters
    ----------
    time, depth : column names
    unit : of the depths, one of `PER_MM`

    Raises
    ------
    InputError : a broken file, a time that stands twice, falls back or leaves a gap, rain below 0,
        more rain than can fall
    """
    frame = read_rows(path, (time, depth))
    end = _minutes(frame, time, path)
    rain = not_negative(frame, depth, path) * PER_MM[unit]
    step = _step(frame, end, time, path)
    heavy = np.flatnonzero(rain > MOST_MM_MIN * step)
    if len(heavy):
        refuse(
            frame, depth, int(heavy[0]), path,
            f"{unit} in {step:g} minutes is more than has ever been measured: "
            "it may be in another unit, or a running total",
        )  # fmt: skip
    return Storm(end - end[0] + step, rain)


def _step(frame: pd.DataFrame, end: npt.NDArray[np.float64], time: str, path: Path) -> float:
    if len(end) < 2:
        raise InputError(
            "one row of rain has no step", place=str(path), mend="give two times or more"
        )
    gaps = np.diff(end)
    for bad, why in ((gaps == 0, "stands twice"), (gaps < 0, "is before the row above")):
        if bad.any():
            refuse(frame, time, int(np.flatnonzero(bad)[0]) + 1, path, why)
    step = float(np.min(gaps))
    wide = np.flatnonzero(gaps > step * (1 + 1e-6))
    if len(wide):
        missing = round(float(gaps[wide[0]]) / step) - 1
        refuse(
            frame, time, int(wide[0]) + 1, path,
            f"comes after a gap of {gaps[wide[0]]:g} minutes ({missing} steps of {step:g} missing)",
        )  # fmt: skip
    return step


def _minutes(frame: pd.DataFrame, column: str, path: Path) -> npt.NDArray[np.float64]:
    said = frame[column]
    plain = pd.to_numeric(said, errors="coerce")
    dates = pd.to_datetime(said.astype(str), errors="coerce", format="ISO8601")
    told = plain if pd.notna(plain.iloc[0]) else dates
    bad = np.flatnonzero(told.isna())
    if len(bad):
        refuse(frame, column, int(bad[0]), path, "is neither minutes nor a date with a time")
    if told is plain:
        return plain.to_numpy(np.float64)
    return ((dates - dates.iloc[0]) / pd.Timedelta(minutes=1)).to_numpy(np.float64)
