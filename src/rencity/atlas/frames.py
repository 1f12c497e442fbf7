"""Zones of a run as arrays for maps: figures of each zone, and who is without service when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field

from rencity.atlas.figures import placeholder
from rencity.kit.errors import AbsentError
from rencity.kit.suggest import did_you_mean

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from rencity.atlas.runs import OpenedRun
    from rencity.report.folder import Run

LEAF = "leaf"
FULL, NOBODY = 200, 255
"""Of a frame: what stands for everybody without service, and for a zone that serves nobody."""


class Zones(BaseModel):
    """Zones at one level, each list in the same order; figures by lifeline, then zone."""

    level: str = Field(description="leaf, or a level of the city's zones")
    levels: list[str] = Field(description="what `level` may be, the coarsest first")
    ids: list[str]
    rows: list[int] = Field(description="row of each in the city's zones table; -1: it has none")
    names: list[str]
    names_en: list[str]
    own_levels: list[str] = Field(description="level of each zone")
    regions: list[str] = Field(description="region each lies in; empty: none")
    lifelines: list[str]
    people: list[list[float]] = Field(description="normally served")
    outage_h_mean: list[list[float]] = Field(description="mean hours without, weighted by people")
    loss_person_h_mean: list[list[float]]


@dataclass(frozen=True)
class Layout:
    """Which zones of a run are drawn at a level.

    Attributes
    ----------
    at : (z,), rows of the run's zones table that are drawn
    rows : (m,), rows of the zone axis that count
    group : (m,), place in `at` of each of `rows`
    """

    at: npt.NDArray[np.intp]
    rows: npt.NDArray[np.intp]
    group: npt.NDArray[np.intp]

    @property
    def nbytes(self) -> int:
        """Memory it takes."""
        return int(self.at.nbytes + self.rows.nbytes + self.group.nbytes)

    def summed(self, values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Sums over the zones in each drawn one: (m, …) to (z, …)."""
        import numpy as np  # noqa: PLC0415 - heavy

        if len(self.at) == len(self.rows):  # one each
            made = np.empty(values.shape, np.float64)
            made[self.group] = values
            return made
        order = np.argsort(self.group, kind="stable")
        first = np.searchsorted(self.group[order], np.arange(len(self.at)))
        return np.add.reduceat(values[order].astype(np.float64), first, axis=0)


def zones(opened: OpenedRun, level: str) -> Zones:
    """Figures of the zones at a level.

    Raises
    ------
    AbsentError : no zones of that level
    """
    layout = layout_of(opened, level)
    return opened.made.of(("zones", level), lambda: _zones(opened, level, layout))


def frames(opened: OpenedRun, lifeline: str, level: str) -> npt.NDArray[np.uint8]:
    """Share without a lifeline in 200ths, uint8 (steps, zones); `NOBODY` where it serves nobody.

    Raises
    ------
    AbsentError : no such lifeline, or no zones of that level
    """
    known = opened.run.lifelines
    if lifeline not in known:
        raise AbsentError(
            f"the run has no lifeline {lifeline!r:.80}",
            place="lifeline",
            mend=did_you_mean(lifeline, known, what="lifeline"),
        )
    layout = layout_of(opened, level)
    k = known.index(lifeline)
    return opened.made.of(("frames", k, level), lambda: _frames(opened.run, k, layout))


def layout_of(opened: OpenedRun, level: str) -> Layout:
    """Which zones are drawn at a level.

    Raises
    ------
    AbsentError : no zones of that level
    """
    known = levels_of(opened)
    if level not in known:
        raise AbsentError(
            f"the run has no zones of level {level!r:.80}",
            place="level",
            mend=did_you_mean(level, known, what="level"),
        )
    return opened.made.of(("layout", level), lambda: _layout(opened.run, level))


def levels_of(opened: OpenedRun) -> list[str]:
    """Levels at which zones can be drawn, the coarsest first, the smallest zones last."""
    return opened.made.of(("levels",), lambda: _levels(opened.run))


def _levels(run: Run) -> list[str]:
    from rencity.city.schema import TABLES  # noqa: PLC0415 - heavy

    order = next(a.choices for a in TABLES["zones"].attributes if a.name == "level")
    held = set(run.zones["level"][run.zones["id"].isin(set(run.zones["parent"]))])
    return [*(name for name in order if name in held), LEAF]


def _layout(run: Run, level: str) -> Layout:
    import numpy as np  # noqa: PLC0415 - heavy

    from rencity.report.shares import zone_rows  # noqa: PLC0415 - heavy

    rows = zone_rows(run)
    ids = run.result["zone"].to_numpy()[rows].astype(str)
    own = run.zones.index.get_indexer(ids)
    if level != LEAF:
        own = _raised(run.zones, own, level)
    at, group = np.unique(own, return_inverse=True)
    return Layout(at, rows, group)


def _raised(table: pd.DataFrame, own: npt.NDArray[np.intp], level: str) -> npt.NDArray[np.intp]:
    """The zone of a level above each; a zone that has none above it stands for itself."""
    import numpy as np  # noqa: PLC0415 - heavy

    parent = table.index.get_indexer(table["parent"])
    hit = (table["level"] == level).to_numpy()
    at, found = own.copy(), np.where(hit[own], own, -1)
    for _ in range(len(table["level"].unique())):
        at = np.where(at >= 0, parent[at], -1)
        found = np.where((found < 0) & (at >= 0) & hit[at], at, found)
    return np.where(found < 0, own, found)


def _zones(opened: OpenedRun, level: str, layout: Layout) -> Zones:
    import numpy as np  # noqa: PLC0415 - heavy

    run = opened.run
    table = run.zones.iloc[layout.at]
    people = layout.summed(run.result["zone_people"].to_numpy()[:, layout.rows].T).T
    loss = layout.summed(run.result["zone_loss_mean"].to_numpy()[:, layout.rows].T).T
    outage = np.divide(loss, people, out=np.zeros_like(loss), where=people > 0)
    return Zones(
        level=level,
        levels=levels_of(opened),
        ids=table["id"].tolist(),
        rows=[-1] if placeholder(run) else layout.at.tolist(),
        names=table["name"].tolist(),
        names_en=table["name_en"].tolist(),
        own_levels=table["level"].tolist(),
        regions=table["region"].tolist(),
        lifelines=run.lifelines,
        people=people.tolist(),
        outage_h_mean=np.round(outage, 4).tolist(),
        loss_person_h_mean=np.round(loss, 3).tolist(),
    )


def _frames(run: Run, lifeline: int, layout: Layout) -> npt.NDArray[np.uint8]:
    import numpy as np  # noqa: PLC0415 - heavy

    from rencity.report.pack import shares  # noqa: PLC0415 - heavy

    served = layout.summed(run.result["zone_served_mean"].to_numpy()[lifeline, layout.rows])
    people = layout.summed(run.result["zone_people"].to_numpy()[lifeline, layout.rows])[:, None]
    gone = 1 - np.divide(served, people, out=np.full_like(served, np.nan), where=people > 0)
    return np.ascontiguousarray(shares(gone).T)
