"""What a scenario says of a typhoon."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from rencity.sim.hazard.spec import Entry, HazardSpec

AVERAGING_S = {"1-min": 60, "2-min": 120, "3-min": 180, "10-min": 600}


class Spread(Entry):
    """How far the storm may stray from its track, as equally detailed events with weights.

    The events are the nodes of Gauss-Hermite quadrature, so they keep mean and variance.

    Attributes
    ----------
    cross_track_km : standard deviation of the sideways error, the same along the track
    tracks : tracks side by side, 1, 3 or 5
    wind : standard deviation of the logarithm of the wind
    winds : intensities of each track, 1, 3 or 5
    """

    cross_track_km: Annotated[float, Field(ge=0, le=500, allow_inf_nan=False)] = 0.0
    tracks: Literal[1, 3, 5] = 3
    wind: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.0
    winds: Literal[1, 3, 5] = 3


class TyphoonHazard(HazardSpec):
    """A storm along a table of track points; gusts of 3 s at 10 m damage what stands.

    Attributes
    ----------
    spread : how far track and wind may stray; None: not at all
    track : CSV or Parquet with time (ISO 8601; UTC unless it says), lon, lat (WGS-84 degrees),
        pressure_hpa, and if known wind_m_s (highest mean wind at 10 m over sea), rmax_km
    averaging : of wind_m_s: 2-min of CMA, 1-min of JTWC and NHC, 10-min of JMA and the WMO
    ambient_hpa : pressure around the storm
    roughness_m : of the land where the assets stand; 0.03 is open terrain
    landfall : ISO 8601 time from which the wind decays over land by rule instead of the track's
        own intensities
    step_min : time step along the track
    fastest_m_s : a track that moves faster has a fault
    at : where a line feels the wind: its mid-point, or the worst of its vertices
    """

    kind: Literal["typhoon"]
    track: str
    averaging: Literal["1-min", "2-min", "3-min", "10-min"]
    ambient_hpa: Annotated[float, Field(ge=980, le=1040, allow_inf_nan=False)] = 1010.0
    roughness_m: Annotated[float, Field(ge=0.0005, le=0.18, allow_inf_nan=False)] = 0.03
    landfall: str | None = None
    step_min: Annotated[float, Field(ge=1, le=60, allow_inf_nan=False)] = 10.0
    fastest_m_s: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] = 35.0
    at: Literal["midpoint", "max"] = "midpoint"
    spread: Spread | None = None

    @model_validator(mode="after")
    def _spread_has_width(self) -> Self:
        if self.spread and self.spread.cross_track_km == 0 and self.spread.wind == 0:
            raise ValueError("spread needs cross_track_km or wind above 0")
        return self
