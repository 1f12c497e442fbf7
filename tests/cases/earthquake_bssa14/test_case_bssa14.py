"""The ground-motion relation equals the published verification tables."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from rencity.sim.hazard.earthquake.relation import Motion, motion

HERE = Path(__file__).parent
COLUMNS = {"PGV": "pgv_cm_s", "PGA": "pga_g", "SA1": "sa1_g"}


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def at(row: dict[str, str], measure: str, mechanism: str = "unspecified") -> Motion:
    rjb_km, vs30_m_s = (np.array([float(row[c])]) for c in ("rjb_km", "vs30_m_s"))
    return motion(measure, float(row["magnitude"]), mechanism, rjb_km, vs30_m_s)  # type: ignore[arg-type]


@pytest.mark.parametrize("measure", COLUMNS)
@pytest.mark.parametrize("row", rows("medians.csv"), ids=lambda row: "-".join(row.values()))
def test_median(row: dict[str, str], measure: str) -> None:
    made = np.exp(at(row, measure, row["mechanism"]).mean[0])
    assert made == pytest.approx(float(row[COLUMNS[measure]]), rel=1e-5)


@pytest.mark.parametrize("measure", COLUMNS)
@pytest.mark.parametrize("row", rows("scatter.csv"), ids=lambda row: "-".join(row.values()))
def test_scatter(row: dict[str, str], measure: str) -> None:
    made = at(row, measure)
    total = np.hypot(made.between, made.within[0])
    value = made.between if row["what"] == "between" else total
    assert value == pytest.approx(float(row[measure.lower()]), abs=5e-5)
