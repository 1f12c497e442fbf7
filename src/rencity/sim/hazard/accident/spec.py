"""What a scenario says of an accident."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from rencity.sim.classes import KindName
from rencity.sim.hazard.spec import Entry, HazardSpec, Hours, Selector

Metres = Annotated[float, Field(gt=0, le=100_000, allow_inf_nan=False)]
Minutes = Annotated[float, Field(gt=0, le=100_000, allow_inf_nan=False)]
Kilograms = Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)]


class Explosion(Entry):
    """A blast on the ground; what stands in more than its overpressure is out.

    Attributes
    ----------
    fuel_kg, heat_mj_kg, yield_share : the same mass from fuel, its heat and the blast's share
    tnt_kg : mass of TNT; or fuel_kg with the heat it gives and the share that goes into the blast
    hours : how long what is destroyed is out
    """

    tnt_kg: Kilograms | None = None
    fuel_kg: Kilograms | None = None
    heat_mj_kg: Annotated[float, Field(gt=0, le=200, allow_inf_nan=False)] | None = None
    yield_share: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] | None = None
    hours: Hours | Literal["never"]

    @model_validator(mode="after")
    def _one_mass(self) -> Self:
        fuel = (self.fuel_kg, self.heat_mj_kg, self.yield_share)
        whole = all(part is not None for part in fuel)
        if (self.tnt_kg is None) != whole or (self.tnt_kg is not None and any(fuel)):
            raise ValueError("give either tnt_kg, or fuel_kg, heat_mj_kg and yield_share")
        return self


class Plume(Entry):
    """A steady toxic release carried by the wind.

    Attributes
    ----------
    threshold_ppm : concentration at which staff leave
    substance : of `substances.toml`
    rate_kg_s, release_min : how much a second, how long
    height_m : of the release, with the plume's rise
    wind_m_s : at the height of the release; calm air has no plume
    wind_from_deg : where the wind blows from, clockwise from north
    stability : Pasquill class, A very unstable to F stable
    terrain : rural or urban dispersion
    threshold : of the substance, such as AEGL-2; or threshold_ppm
    clearing_min : after the release, until staff is back
    kinds : staffed kinds that are left within the threshold; empty: those of `staffed.toml`
    """

    substance: str
    rate_kg_s: Annotated[float, Field(gt=0, le=1e5, allow_inf_nan=False)]
    release_min: Minutes
    height_m: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)] = 0.0
    wind_m_s: Annotated[float, Field(ge=0.5, le=50, allow_inf_nan=False)]
    wind_from_deg: Annotated[float, Field(ge=0, le=360, allow_inf_nan=False)]
    stability: Literal["A", "B", "C", "D", "E", "F"]
    terrain: Literal["rural", "urban"]
    threshold: str | None = None
    threshold_ppm: Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)] | None = None
    clearing_min: Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)] = 60.0
    kinds: tuple[KindName, ...] = ()

    @model_validator(mode="after")
    def _one_threshold(self) -> Self:
        if (self.threshold is None) == (self.threshold_ppm is None):
            raise ValueError("give either threshold, such as AEGL-2, or threshold_ppm")
        return self


class AccidentHazard(HazardSpec, Selector):
    """Something goes wrong at a place; in every sample.

    Attributes
    ----------
    lon, lat : the place, WGS-84 degrees
    radius_m, hours : all within is out so long; lifeline, kinds and ids narrow what
    explosion, plume : what else happens there
    """

    kind: Literal["accident"]
    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
    lat: Annotated[float, Field(ge=-89, le=89, allow_inf_nan=False)]
    radius_m: Metres | None = None
    hours: Hours | Literal["never"] | None = None
    explosion: Explosion | None = None
    plume: Plume | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if (self.radius_m is None) != (self.hours is None):
            raise ValueError("radius_m and hours go together")
        if self.radius_m is None and self.explosion is None and self.plume is None:
            raise ValueError("give radius_m and hours, explosion, or plume")
        if self.radius_m is None and (self.lifeline or self.kinds or self.ids):
            raise ValueError(
                "lifeline, kinds and ids narrow what is out within radius_m, which is missing"
            )
        return self
