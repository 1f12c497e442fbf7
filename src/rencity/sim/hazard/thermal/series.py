"""The table of temperatures, and every fault it may have."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.kit.errors import InputError
from rencity.sim.hazard.rows import numbers, read_rows, refuse

Array = npt.NDArray[np.float64]
COLDEST_C, HOTTEST_C = -70.0, 70.0
KELVIN = 180.0


def read_series(path: Path) -> tuple[Array, float]:
    """Temperatures and the hours between them.

    Raises
    ------
    InputError : a value that is no temperature, steps that differ or are longer than a day
    """
    frame = read_rows(path, ("time", "temperature_c"), text=("time",))
    values = numbers(frame, "temperature_c", path)
    wrong = np.flatnonzero((values < COLDEST_C) | (values > HOTTEST_C))
    if len(wrong):
        kelvin = values[wrong[0]] > KELVIN
        why = "is kelvin, not degrees Celsius" if kelvin else "is no temperature of the air"
        refuse(frame, "temperature_c", int(wrong[0]), path, why)
    time = pd.DatetimeIndex(
        pd.to_datetime(frame["time"], utc=True, errors="coerce", format="ISO8601")
    )
    bad = np.flatnonzero(time.isna())
    if len(bad):
        refuse(frame, "time", int(bad[0]), path, "is no time such as 2026-07-20")
    if len(frame) == 1:
        return values, 24.0
    step = np.diff(time.asi8)
    odd = np.flatnonzero(step != step[0])
    if step[0] <= 0 or len(odd):
        at = int(odd[0]) + 1 if step[0] > 0 else 1
        refuse(frame, "time", at, path, "is not one step after the row before")
    hours = float((time[1] - time[0]) / pd.Timedelta(hours=1))
    if hours > 24:
        raise InputError(
            f"steps of {hours:g} h", place=str(path), mend="give a temperature for every day"
        )
    return values, hours
