"""What packs say of rain and floods: storms of a place, what ground takes, what water closes."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from rencity.sim.classes import KindName, NotNegative, Positive

MM_MIN: dict[str, float] = {"mm/min": 1.0, "L/(s·hm2)": 0.006}
"""One unit in mm/min. A litre per second on a hectare is 0.1 mm in 1000 s, 0.006 mm/min exactly;
tables that divide by 167 round it."""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StormFormula(_Entry):
    """Mean intensity of a place's rainstorms, i = a·(1 + c·lg P) / (t + b)^n.

    Attributes
    ----------
    unit : of the intensity
    a, c, b, n : coefficients; P in years, t in minutes
    peak_ratio : usual position of the peak, as a share of the duration
    return_period_least_a, return_period_most_a : years for which the formula was fitted
    duration_most_min : longest duration for which it was fitted
    """

    unit: Literal["mm/min", "L/(s·hm2)"]
    a: Positive
    c: NotNegative
    b: NotNegative
    n: Annotated[float, Field(gt=0, lt=1.5, allow_inf_nan=False)]
    peak_ratio: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.4
    return_period_least_a: Positive = 1.0
    return_period_most_a: Positive = 100.0
    duration_most_min: Positive = 180.0

    @model_validator(mode="after")
    def _rises(self) -> Self:
        # depth a·t/(t + b)^n falls with t beyond b/(n − 1)
        if self.n > 1 and self.b / (self.n - 1) < self.duration_most_min:
            raise ValueError(
                f"n above 1: the depth falls after {self.b / (self.n - 1):.0f} minutes, before "
                f"duration_most_min {self.duration_most_min:g}"
            )
        return self


class Ground(_Entry):
    """What a kind of ground takes of the rain, by Horton's falling rate.

    Attributes
    ----------
    landcover : codes of the land cover raster that are this ground
    pervious_share : of its area
    first_mm_h, last_mm_h, decay_per_h : rate on the pervious part at first, at last, and how fast
        it falls
    open_water : whether it takes all that reaches it: rivers, lakes
    """

    landcover: tuple[int, ...] = ()
    pervious_share: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.0
    first_mm_h: NotNegative = 0.0
    last_mm_h: NotNegative = 0.0
    decay_per_h: NotNegative = 0.0
    open_water: bool = False

    @model_validator(mode="after")
    def _falls(self) -> Self:
        if self.last_mm_h > self.first_mm_h:
            raise ValueError("last_mm_h is above first_mm_h: infiltration falls, never rises")
        return self


class Closure(_Entry):
    """Kinds that are out while water stands deeper than a limit, and work again when it has gone.

    Attributes
    ----------
    above_m : depth above the ground, or above the sill where the asset says `entrance_m`
    """

    measure: Literal["depth"] = "depth"
    above_m: NotNegative
    applies: tuple[KindName, ...] = Field(min_length=1)
