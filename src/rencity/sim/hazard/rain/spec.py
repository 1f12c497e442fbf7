"""What a scenario says of rain."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from rencity.sim.classes import KindName, NotNegative, Positive
from rencity.sim.hazard.spec import Entry, HazardSpec

Weight = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
SUM_TOLERANCE = 1e-6


class Gauge(Entry):
    """A table of rain that fell in the step ending at each time; see `read_gauge`.

    Attributes
    ----------
    path : of the table
    time, depth : columns of times and of rain
    unit : of the rain
    """

    path: str
    time: str = "time"
    depth: str = "rain_mm"
    unit: Literal["mm", "cm", "in"] = "mm"


class DrainZones(Entry):
    """Drains sized by the city's own assets: their capacity (m³/d) spread over their zone.

    Attributes
    ----------
    level : zones of this level
    kinds : assets whose capacity counts
    """

    level: Literal["city", "district", "street", "community", "grid"]
    kinds: tuple[KindName, ...] = ("drainage.pump", "drainage.outfall")


class RainHazard(HazardSpec):
    """A storm on the city's terrain.

    Attributes
    ----------
    gauge : rain as it was measured
    storm : formula of a pack, by id; or `gauge`, a series from a file
    return_period_a, weights : years; several are weighted events, alike without weights
    duration_min, step_min : of the storm and its steps
    peak_ratio : share of the duration before the peak; None: the formula's
    ground : kind of ground of a pack where no land cover says otherwise; empty: nothing soaks in
    landcover : whether to take the ground from the city's land cover where it has one
    drainage_mm_h : what drains take off each cell
    drainage_zones : zones whose assets say what their drains take
    open_water_below_m : ground up to this height is open water that takes all that reaches it
    holes : whether water leaves where the terrain has a hole, or stops there
    uncovered : what of assets off the terrain: the scenario is refused, or they stay dry
    """

    kind: Literal["rain"]
    storm: str | None = None
    return_period_a: Positive | tuple[Positive, ...] = 100.0
    weights: tuple[Weight, ...] = ()
    duration_min: Annotated[float, Field(gt=0, le=10_080, allow_inf_nan=False)] = 120.0
    step_min: Annotated[float, Field(ge=1, le=1440, allow_inf_nan=False)] = 10.0
    peak_ratio: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] | None = None
    gauge: Gauge | None = None
    ground: str = ""
    landcover: bool = True
    drainage_mm_h: NotNegative = 0.0
    drainage_zones: DrainZones | None = None
    open_water_below_m: Annotated[float, Field(allow_inf_nan=False)] | None = None
    holes: Literal["open", "wall"] = "open"
    uncovered: Literal["refuse", "dry"] = "refuse"

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.storm is None) == (self.gauge is None):
            raise ValueError("give either storm (a formula of a pack) or gauge (a file)")
        if self.gauge and {
            "return_period_a",
            "duration_min",
            "peak_ratio",
            "step_min",
            "weights",
        } & (self.model_fields_set):
            raise ValueError("a gauge says its own duration, steps and peak: leave them out")
        if self.step_min > self.duration_min:
            raise ValueError(
                f"step_min {self.step_min:g} is longer than duration_min {self.duration_min:g}"
            )
        periods = self.periods_a
        if len(set(periods)) < len(periods) or not periods:
            raise ValueError("return_period_a holds no year, or one twice")
        if self.weights and len(self.weights) != len(periods):
            raise ValueError(f"{len(self.weights)} weights for {len(periods)} return periods")
        if self.weights and abs(sum(self.weights) - 1) > SUM_TOLERANCE:
            raise ValueError(f"the weights sum to {sum(self.weights):.9g}, not 1")
        return self

    @property
    def periods_a(self) -> tuple[float, ...]:
        """Return periods, years."""
        said = self.return_period_a
        return said if isinstance(said, tuple) else (said,)
