"""What a scenario says of heat and of cold."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from rencity.sim.hazard.spec import HazardSpec, Hours

Celsius = Annotated[float, Field(ge=-70, le=70, allow_inf_nan=False)]


class TemperatureHazard(HazardSpec):
    """Temperatures under which assets carry more, or can carry less, than they were built for.

    Attributes
    ----------
    step_h : between two of `temperatures_c`
    series : CSV or Parquet with time (ISO 8601, equal steps of a day or less) and temperature_c
    temperatures_c : the same written here, one every `step_h`
    peak_factor : highest demand of the day over that of the table `demands`
    trips_at : loading above which an asset is out
    lifelines : only these; empty: all that have a sensitivity
    sensitivities : a file in place of the shipped `sensitivities.toml`
    """

    series: str | None = None
    temperatures_c: tuple[Celsius, ...] = ()
    step_h: Annotated[Hours, Field(le=24)] = 24.0
    peak_factor: Annotated[float, Field(gt=0, le=10, allow_inf_nan=False)] = 1.0
    trips_at: Annotated[float, Field(gt=0, le=10, allow_inf_nan=False)] = 1.0
    lifelines: tuple[str, ...] = ()
    sensitivities: str | None = None

    @model_validator(mode="after")
    def _one_series(self) -> Self:
        if (self.series is None) == (not self.temperatures_c):
            raise ValueError("give either series, a file, or temperatures_c")
        return self


class HeatHazard(TemperatureHazard):
    """Hot days."""

    kind: Literal["heat"]


class ColdHazard(TemperatureHazard):
    """Cold days."""

    kind: Literal["cold"]
