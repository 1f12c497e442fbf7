"""People served over time, as shares with where the samples lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

from rencity.kit.errors import AbsentError
from rencity.kit.suggest import did_you_mean

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from rencity.atlas.runs import OpenedRun
    from rencity.report.folder import Run

PLACES = 5
"""Decimals of a share."""


class Region(BaseModel):
    """A region of the run; an empty id is the whole city."""

    id: str
    name: str
    name_en: str
    people: float


class ServedCurve(BaseModel):
    """Share of people served, 0 to 1, one value a step: percentiles over samples, and the mean."""

    id: str = Field(description="lifeline")
    people: float = Field(description="normally served; 0: the shares say nothing")
    p5: list[float]
    p25: list[float]
    p50: list[float]
    p75: list[float]
    p95: list[float]
    mean: list[float]


class Curves(BaseModel):
    """Curves of every lifeline in the city or in one region."""

    step_start_h: list[float] = Field(description="hours after the shock at which each step begins")
    horizon_h: float = Field(description="end of the last step")
    unit: str
    region: Region
    regions: list[Region]
    lifelines: list[ServedCurve]


def curves(opened: OpenedRun, region: str | None) -> Curves:
    """Curves of a region; None: of the whole city.

    Raises
    ------
    AbsentError : no such region
    """
    run = opened.run
    if region is not None and region not in run.regions:
        raise AbsentError(
            f"the run has no region {region!r:.80}",
            place="region",
            mend=did_you_mean(region, run.regions, what="region"),
        )
    return opened.made.of(("curves", region), lambda: _curves(run, region))


def _curves(run: Run, region: str | None) -> Curves:
    import numpy as np  # noqa: PLC0415 - heavy

    from rencity.report.shares import CURVE_STATS, bands  # noqa: PLC0415 - heavy

    served, people = of_region(run, region)
    shares = np.round(bands(served, people), PLACES)
    regions = [_region(run, one) for one in run.regions]
    return Curves(
        step_start_h=run.result["step_start_h"].to_numpy().tolist(),
        horizon_h=run.about.horizon_h,
        unit=run.about.unit,
        region=_whole(run) if region is None else regions[run.regions.index(region)],
        regions=regions,
        lifelines=[
            ServedCurve(
                id=name,
                people=float(people[k]),
                **{stat: shares[k, s].tolist() for s, stat in enumerate(CURVE_STATS)},
            )
            for k, name in enumerate(run.lifelines)
        ],
    )


def of_region(
    run: Run, region: str | None
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """People served (lifelines, steps, samples) and normally served (lifelines,)."""
    import numpy as np  # noqa: PLC0415 - heavy

    served = run.result["served"].to_numpy()
    people = run.result["people"].to_numpy().astype(np.float64)
    if region is None:
        return served.sum(axis=1, dtype=np.int64), people.sum(axis=1)
    at = run.regions.index(region)
    return served[:, at].astype(np.int64), people[:, at]


def _region(run: Run, region: str) -> Region:
    from rencity.report.tables import people_in  # noqa: PLC0415 - heavy

    row = run.zones.loc[region]
    return Region(
        id=region, name=row["name"], name_en=row["name_en"], people=people_in(run, region)
    )


def _whole(run: Run) -> Region:
    city = run.about.city
    counts = [held.people or 0 for held in run.summary.lifelines.values()]
    people = sum(counts) if run.about.unit == "assets" else max(counts, default=0)
    return Region(id="", name=city.name, name_en=city.name_en, people=people)
