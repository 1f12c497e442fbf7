"""The answer to a set of scenarios as plain values and as tables."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

import rencity
from rencity.city.model import City
from rencity.kit.findings import Finding
from rencity.rehearse.sets import ScenarioSet, Told
from rencity.sim.answer import write_answer
from rencity.sim.exceedance import Exceedance, average_annual, exceedance, returned
from rencity.sim.measures.saving import Saving

MARK = "rate.json"
FORMAT = 1
PERIODS_A = (10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2500.0)
CURVE_POINTS = 200

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Struck:
    """What one scenario of the set does.

    Attributes
    ----------
    loss_h : (lifelines, regions, samples), person-hours lost
    """

    told: Told
    loss_h: Floats
    seed: int
    horizon_h: float


@dataclass(frozen=True)
class Rated:
    """What a set of scenarios costs in a year.

    Attributes
    ----------
    about : the whole answer as plain values, as in `rate.json`
    exceedance : loss, annual frequency and bounds by lifeline and region; empty names: all of them
    aal : average annual loss by lifeline and region, and by scenario
    """

    about: Mapping[str, Any]
    exceedance: pd.DataFrame
    aal: pd.DataFrame

    def write(self, folder: str | Path, *, replace: bool = False) -> Path:
        """Write `rate.json`, `exceedance.parquet` and `aal.parquet`, whole or not at all.

        Raises
        ------
        StorageError : something else is there, or the disk refused it
        """
        tables = {"exceedance": self.exceedance, "aal": self.aal}
        return write_answer(Path(folder), MARK, self.about, tables, replace=replace)


def rated(
    city: City,
    whole: ScenarioSet,
    struck: Sequence[Struck],
    lifelines: tuple[str, ...],
    regions: tuple[str, ...],
    unit: str,
) -> Rated:
    """Average annual loss, exceedance and the rest of the answer.

    Parameters
    ----------
    struck : in the order of the set's scenarios
    lifelines, regions : of `Struck.loss_h`
    unit : what is counted, ``people`` or ``assets``
    """
    rates = whole.rates_per_a
    curves: dict[tuple[str, str], Exceedance] = {}
    rows: list[dict[str, Any]] = []
    for lifeline, region, lost in _series(struck, lifelines, regions):
        curves[lifeline, region] = exceedance(lost, rates)
        rows += _aal_rows(lifeline, region, lost, struck, rates)
    aal = pd.DataFrame(rows)
    found = {
        "lifelines": city.catalogue.told(lifelines),
        "unit": f"{'person' if unit == 'people' else 'asset'}-hours",
        "total_rate_per_a": float(sum(rates)),
        "scenarios": _scenarios(struck, rates),
        "regions": _names(city, regions),
        "aal": _aal(aal),
        "return_periods": {
            name or "total": [asdict(returned(curves[name, ""], period)) for period in PERIODS_A]
            for name in ("", *lifelines)
            if len(curves[name, ""].loss)
        },
        "curves": {
            name or "total": _thinned(curves[name, ""])
            for name in ("", *lifelines)
            if len(curves[name, ""].loss)
        },
        "findings": [finding.to_dict() for finding in _findings(struck)],
    }
    about = {
        "format": FORMAT,
        "rencity": rencity.__version__,
        "city": city.provenance,
        "title": whole.title.model_dump(),
        **found,
        "digest": _digest(city, found),
    }
    return Rated(about, _exceedance_table(curves), aal)


def _names(city: City, regions: tuple[str, ...]) -> dict[str, dict[str, str]]:
    zones = city.zones.set_index("id").loc[list(regions), ["name", "name_en"]]
    return {str(one): {"zh": row["name"], "en": row["name_en"]} for one, row in zones.iterrows()}


def _series(
    struck: Sequence[Struck], lifelines: tuple[str, ...], regions: tuple[str, ...]
) -> Iterator[tuple[str, str, list[Floats]]]:
    """Losses of every sample by lifeline and region; an empty name is the sum over all."""
    yield "", "", [each.loss_h.sum(axis=(0, 1)) for each in struck]
    for i, lifeline in enumerate(lifelines):
        yield lifeline, "", [each.loss_h[i].sum(axis=0) for each in struck]
    for j, region in enumerate(regions):
        yield "", region, [each.loss_h[:, j].sum(axis=0) for each in struck]
    for i, lifeline in enumerate(lifelines):
        for j, region in enumerate(regions):
            yield lifeline, region, [each.loss_h[i, j] for each in struck]


def _aal_rows(
    lifeline: str,
    region: str,
    lost: Sequence[Floats],
    struck: Sequence[Struck],
    rates: Sequence[float],
) -> Iterator[dict[str, Any]]:
    """Average annual loss of all scenarios, then each one's part of it."""
    place = {"lifeline": lifeline, "region": region}
    yield {**place, "scenario": "", **_plain(average_annual(lost, rates))}
    for each, mine, rate_per_a in zip(struck, lost, rates, strict=True):
        found = average_annual([mine], [rate_per_a])
        yield {**place, "scenario": each.told.name, **_plain(found)}


def _plain(found: Saving) -> dict[str, float | None]:
    """Plain values; a bound that one sample cannot give is None."""
    return {
        f"{name}_h_per_a": value if np.isfinite(value) else None
        for name, value in vars(found).items()
    }


def _aal(aal: pd.DataFrame) -> dict[str, Any]:
    whole = aal.loc[aal["scenario"] == ""]

    def named(by: str, other: str) -> dict[str, Any]:
        rows = whole.loc[(whole[by] != "") & (whole[other] == "")]
        return {row[by]: _values(row) for row in rows.to_dict("records")}

    total = whole.loc[(whole["lifeline"] == "") & (whole["region"] == "")].to_dict("records")[0]
    return {
        "total": _values(total),
        "lifelines": named("lifeline", "region"),
        "regions": named("region", "lifeline"),
    }


def _values(row: Mapping[Any, Any]) -> dict[str, float | None]:
    names = ("mean_h_per_a", "low_h_per_a", "high_h_per_a")
    return {name: None if pd.isna(row[name]) else float(row[name]) for name in names}


def _scenarios(struck: Sequence[Struck], rates: Sequence[float]) -> list[dict[str, Any]]:
    means = [float(each.loss_h.sum(axis=(0, 1)).mean()) for each in struck]
    whole = sum(r * m for r, m in zip(rates, means, strict=True))
    return [
        {
            "name": each.told.name,
            "title": each.told.title.model_dump(),
            "rate_per_a": rate_per_a,
            "samples": each.loss_h.shape[2],
            "seed": each.seed,
            "horizon_h": each.horizon_h,
            "from_run": each.told.run is not None,
            "mean_loss_h": mean,
            "aal_share": rate_per_a * mean / whole if whole else None,
        }
        for each, rate_per_a, mean in zip(struck, rates, means, strict=True)
    ]


def _thinned(curve: Exceedance) -> dict[str, list[float]]:
    """At most `CURVE_POINTS` points of a curve, both ends among them."""
    n = len(curve.loss)
    at = np.unique(np.rint(np.linspace(0, n - 1, min(n, CURVE_POINTS))).astype(np.int64))
    return {
        "loss_h": curve.loss[at].tolist(),
        "frequency_per_a": curve.frequency_per_a[at].tolist(),
        "low_per_a": curve.low_per_a[at].tolist(),
        "high_per_a": curve.high_per_a[at].tolist(),
    }


def _exceedance_table(curves: Mapping[tuple[str, str], Exceedance]) -> pd.DataFrame:
    parts = [
        pd.DataFrame(
            {
                "lifeline": lifeline,
                "region": region,
                "loss_h": curve.loss,
                "frequency_per_a": curve.frequency_per_a,
                "low_per_a": curve.low_per_a,
                "high_per_a": curve.high_per_a,
                "probability_1a": curve.probability_1a,
            }
        )
        for (lifeline, region), curve in curves.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _findings(struck: Sequence[Struck]) -> list[Finding]:
    horizons = sorted({each.horizon_h for each in struck})
    if len(horizons) < 2:
        return []
    said = ", ".join(f"{hours:g}" for hours in horizons)
    return [
        Finding(
            "horizons-differ",
            "warning",
            f"the scenarios are watched for {said} h: what lasts longer is cut off in some",
            "give them the same horizon_h where outages last beyond the shorter",
            ids=tuple(each.told.name for each in struck),
        )
    ]


def _digest(city: City, found: Mapping[str, Any]) -> str:
    text = json.dumps(found, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(f"{city.hash}\0{text}".encode()).hexdigest()
