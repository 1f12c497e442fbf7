"""Rain from a file, and every way such a file can be wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rencity.kit.errors import InputError
from rencity.sim.hazard.rain.gauge import read_gauge
from rencity.sim.hazard.rain.storm import Storm


def read(tmp_path: Path, text: str, unit: str = "mm") -> Storm:
    path = tmp_path / "gauge.csv"
    path.write_text("time,rain_mm\n" + text, encoding="utf-8")
    return read_gauge(path, time="time", depth="rain_mm", unit=unit)


def test_minutes_and_dates_say_the_same(tmp_path: Path) -> None:
    plain = read(tmp_path, "0,1\n10,2.5\n20,0\n")
    dated = read(tmp_path, "2024-06-01 08:00,1\n2024-06-01T08:10,2.5\n2024-06-01 08:20:00,0\n")
    for storm in (plain, dated):
        np.testing.assert_allclose(storm.end_min, [10, 20, 30])
        np.testing.assert_allclose(storm.depth_mm, [1, 2.5, 0])


def test_inches_become_millimetres(tmp_path: Path) -> None:
    assert read(tmp_path, "0,1\n60,2\n", "in").total_mm == pytest.approx(76.2)


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("0,1\n10,-2\n20,0\n", "row 3, column rain_mm", "'-2.0' is below 0|'-2' is below 0"),
        ("0,1\n10,2\n10,3\n20,0\n", "row 4, column time", "stands twice"),
        ("0,1\n20,2\n10,3\n", "row 4, column time", "is before the row above"),
        ("0,1\n10,2\n40,3\n", "row 4, column time", r"gap of 30 minutes \(2 steps of 10 missing"),
        ("0,1\n10,\n", "row 3, column rain_mm", "empty value is not a finite"),
        ("0,1\n10,wet\n", "row 3, column rain_mm", "'wet' is not a finite"),
        ("0,1\nten,2\n", "row 3, column time", "neither minutes nor a date"),
        ("0,1\n10,900\n", "row 3, column rain_mm", "more than has ever been measured"),
        ("0,1\n", "gauge.csv", "one row of rain has no step"),
        ("", "gauge.csv", "no rows"),
    ],
)
def test_a_fault_is_named_with_its_row(tmp_path: Path, text: str, place: str, what: str) -> None:
    with pytest.raises(InputError, match=what) as told:
        read(tmp_path, text)
    assert place in told.value.place
    assert told.value.mend


def test_a_missing_column_and_a_missing_file(tmp_path: Path) -> None:
    path = tmp_path / "g.csv"
    path.write_text("t,rain\n0,1\n", encoding="utf-8")
    with pytest.raises(InputError, match="no column 'rain_mm'"):
        read_gauge(path, time="t", depth="rain_mm", unit="mm")
    with pytest.raises(InputError, match="No such file"):
        read_gauge(tmp_path / "none.csv", time="t", depth="rain_mm", unit="mm")
