"""What a scenario may say of an earthquake."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from rencity.sim.hazard.earthquake.relation import Mechanism, Region
from rencity.sim.hazard.spec import Entry, HazardSpec, Name

Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-85, le=85, allow_inf_nan=False)]
DepthKm = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
LengthKm = Annotated[float, Field(gt=0, le=1500, allow_inf_nan=False)]
Magnitude = Annotated[float, Field(ge=3.0, le=8.5, allow_inf_nan=False)]
"""Moment magnitudes of the relation; others are refused."""
Dip = Annotated[float, Field(gt=0, le=90, allow_inf_nan=False)]
Susceptibility = Literal["none", "very_low", "low", "moderate", "high", "very_high"]


class PointSource(Entry):
    """A focus without extent.

    Attributes
    ----------
    lon, lat : WGS-84 degrees
    depth_km : below the ground
    """

    lon: Longitude
    lat: Latitude
    depth_km: DepthKm


class Trace(Entry):
    """A plane under a straight trace; all of it breaks.

    Attributes
    ----------
    ends : longitude and latitude of both ends of the upper edge; the plane dips to the right of
        the way from the first to the second
    dip_deg : below the horizon
    top_km : depth of the upper edge
    width_km : down dip; left out, the median of Wells and Coppersmith (1994) for the magnitude
    """

    ends: Annotated[tuple[tuple[float, float], ...], Field(min_length=2, max_length=2)]
    dip_deg: Dip = 90.0
    top_km: DepthKm = 0.0
    width_km: LengthKm | None = None

    @model_validator(mode="after")
    def _on_earth(self) -> Self:
        for lon, lat in self.ends:
            if not (-180 <= lon <= 180 and -85 <= lat <= 85):
                raise ValueError(f"an end at {lon:g}, {lat:g}: give longitude, latitude in degrees")
        if self.ends[0] == self.ends[1]:
            raise ValueError("the trace has no length: its ends are the same place")
        return self


class Plane(Entry):
    """A plane about its centre; it is moved down where it would reach above the ground.

    Attributes
    ----------
    lon, lat, depth_km : of the centre
    strike_deg : clockwise from north; the plane dips to the right of it
    dip_deg : below the horizon
    length_km, width_km : along strike and down dip; left out, the medians of Wells and
        Coppersmith (1994) for the magnitude
    """

    lon: Longitude
    lat: Latitude
    depth_km: DepthKm
    strike_deg: Annotated[float, Field(ge=0, le=360, allow_inf_nan=False)]
    dip_deg: Dip = 90.0
    length_km: LengthKm | None = None
    width_km: LengthKm | None = None


class Size(Entry):
    """One magnitude of a weighted set.

    Attributes
    ----------
    magnitude : moment magnitude
    weight : beside the others'
    name : of the event; None: made from the magnitude
    """

    magnitude: Magnitude
    weight: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    name: Name | None = None


class Recurrence(Entry):
    """Magnitudes of a truncated Gutenberg-Richter law, in bins of equal width.

    Attributes
    ----------
    b : slope, log10 of the number of larger earthquakes per unit of magnitude
    least, most : where it is cut off
    bins : each stands by its middle and weighs what the law gives it
    """

    b: Annotated[float, Field(gt=0, le=3, allow_inf_nan=False)] = 1.0
    least: Magnitude
    most: Magnitude
    bins: Annotated[int, Field(ge=1, le=50)] = 8

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.least >= self.most:
            raise ValueError(f"least {self.least:g} is not below most {self.most:g}")
        return self


class Liquefaction(Entry):
    """Where soil may liquefy: one class, the city's raster of classes 0 to 5, or a table of zones.

    Attributes
    ----------
    susceptibility : of the whole city, or of what raster and table leave open
    raster : name of a raster of the city; 0 none, 1 very low … 5 very high
    zones : a table with columns ``zone`` and ``susceptibility``
    groundwater_m : depth to groundwater
    """

    susceptibility: Susceptibility = "none"
    raster: str = ""
    zones: str = ""
    groundwater_m: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] = 1.524

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.raster and self.zones:
            raise ValueError("give either raster or zones")
        if not (self.raster or self.zones or self.susceptibility != "none"):
            raise ValueError("give a susceptibility, a raster or zones; or leave liquefaction out")
        return self


class EarthquakeHazard(HazardSpec):
    """Shaking by a published relation, its scatter drawn anew in every sample.

    Attributes
    ----------
    point, trace, plane : the source, one of them
    magnitude, magnitudes, recurrence : moment magnitude, one value or a weighted set
    mechanism : of the fault's slip
    relation : ground-motion relation
    region : which attenuation with distance
    vs30_m_s, vs30_table : velocity of shear waves in the upper 30 m: one value, or a table with
        columns ``zone`` and ``vs30_m_s``; else the city's raster ``vs30``, else 300 m/s
    scatter : all of it, or none: the median in every sample
    soil : how Vs30 lies over the region, which sets the range of correlation
    liquefaction : left out, soil does not liquefy
    """

    kind: Literal["earthquake"]
    point: PointSource | None = None
    trace: Trace | None = None
    plane: Plane | None = None
    magnitude: Magnitude | None = None
    magnitudes: tuple[Size, ...] = ()
    recurrence: Recurrence | None = None
    mechanism: Mechanism = "unspecified"
    relation: Literal["bssa14"] = "bssa14"
    region: Region = "global"
    vs30_m_s: Annotated[float, Field(gt=0, le=5000, allow_inf_nan=False)] | None = None
    vs30_table: str = ""
    scatter: Literal["full", "none"] = "full"
    soil: Literal["varied", "uniform"] = "varied"
    liquefaction: Liquefaction | None = None

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        if sum(one is not None for one in (self.point, self.trace, self.plane)) != 1:
            raise ValueError("give one of point, trace and plane: where it breaks")
        sizes = (self.magnitude is not None, bool(self.magnitudes), self.recurrence is not None)
        if sum(sizes) != 1:
            raise ValueError("give one of magnitude, magnitudes and recurrence")
        if self.vs30_m_s is not None and self.vs30_table:
            raise ValueError("give either vs30_m_s or vs30_table")
        return self

    @property
    def source(self) -> PointSource | Trace | Plane:
        """Where it breaks."""
        for one in (self.point, self.trace, self.plane):
            if one is not None:
                return one
        raise ValueError("no source")
