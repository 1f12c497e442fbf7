"""Rainstorm intensity formulas: content of packs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]

MM_MIN: dict[str, float] = {"mm/min": 1.0, "L/(s·hm2)": 0.006}
"""One unit in mm/min. A litre per second on a hectare is 0.1 mm in 1000 s, 0.006 mm/min exactly;
tables that divide by 167 round it."""


class StormFormula(BaseModel):
    """Mean intensity of a place's rainstorms, i = a·(1 + c·lg P) / (t + b)^n.

    Attributes
    ----------
    unit : of the intensity
    a, c, b, n : coefficients; P in years, t in minutes
    peak_ratio : usual position of the peak, as a share of the duration
    return_period_least_a, return_period_most_a : years for which the formula was fitted
    duration_most_min : longest duration for which it was fitted
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit: Literal["mm/min", "L/(s·hm2)"]
    a: Positive
    c: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    b: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    n: Annotated[float, Field(gt=0, lt=1.5, allow_inf_nan=False)]
    peak_ratio: Annotated[float, Field(ge=0, le=1)] = 0.4
    return_period_least_a: Positive = 1.0
    return_period_most_a: Positive = 100.0
    duration_most_min: Positive = 180.0
