"""What a scenario says of a river."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from rencity.sim.classes import NotNegative
from rencity.sim.hazard.spec import Entry, HazardSpec, Hours

Metres = Annotated[float, Field(ge=-500, le=9000, allow_inf_nan=False)]
Coordinate = Annotated[float, Field(allow_inf_nan=False)]


class Hydrograph(Entry):
    """A table of stages over time, hours after the hazard's start; linear between rows.

    Attributes
    ----------
    path : of the table
    time, stage : columns of hours and of stages
    """

    path: str
    time: str = "time_h"
    stage: str = "stage_m"


class Reach(Entry):
    """Where the river runs.

    Attributes
    ----------
    path : GeoJSON of lines, points or polygons in WGS-84, or a table of points along it
    x, y, crs : columns of a table, and its system of coordinates
    ids : assets of the city that lie along it
    points : longitude and latitude of points along it
    """

    path: str | None = None
    x: str = "lon"
    y: str = "lat"
    crs: str = "EPSG:4326"
    ids: tuple[str, ...] = ()
    points: tuple[tuple[Coordinate, Coordinate], ...] = ()

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.path is not None) + bool(self.ids) + bool(self.points) != 1:
            raise ValueError("give one of path, ids and points: where the river runs")
        return self


class RiverHazard(HazardSpec):
    """A stage on a reach against the city's terrain.

    Attributes
    ----------
    hydrograph : a stage that rises and falls
    reach : where the river runs; its stage is level
    stage_m : height of the water in the terrain's own datum; or `hydrograph`
    stands_h : how long `stage_m` stands; None: to the end
    step_min : steps in which a hydrograph is followed
    drainage_mm_h : how fast water sinks that is caught behind a levee
    uncovered : what of assets off the terrain: the scenario is refused, or they stay dry
    """

    kind: Literal["river"]
    reach: Reach
    stage_m: Metres | None = None
    stands_h: Hours | None = None
    hydrograph: Hydrograph | None = None
    step_min: Annotated[float, Field(ge=1, le=1440, allow_inf_nan=False)] = 30.0
    drainage_mm_h: NotNegative = 0.0
    uncovered: Literal["refuse", "dry"] = "refuse"

    @model_validator(mode="after")
    def _one_stage(self) -> Self:
        if (self.stage_m is None) == (self.hydrograph is None):
            raise ValueError("give either stage_m or hydrograph")
        if self.hydrograph is not None and self.stands_h is not None:
            raise ValueError("a hydrograph says how long the water stands: leave stands_h out")
        return self
