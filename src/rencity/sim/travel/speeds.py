"""What travel assumes where the tables do not say: speeds by class, the way to the road."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Speed = Annotated[float, Field(gt=0, le=400)]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class _Head(_Entry):
    title: str
    source: str


class Access(_Entry):
    """From a place to the road node next to it.

    Attributes
    ----------
    speed_km_h : on foot, as the crow flies
    farthest_m : a place farther off is on no road
    least_part : share of the nodes that a part must have for places to be entered from it
    no_entry : classes of road that no place is entered from
    """

    source: str
    speed_km_h: Speed
    farthest_m: Annotated[float, Field(gt=0)]
    least_part: Annotated[float, Field(ge=0, le=1)]
    no_entry: frozenset[str]


class Speeds(_Entry):
    """Free-flow speeds by class of road, and the way to the road."""

    table: _Head
    speed_km_h: dict[str, Speed]
    access: Access

    def of(self, road_class: str) -> float:
        """Speed of a class, km/h."""
        return self.speed_km_h.get(road_class, self.speed_km_h["other"])


@cache
def base_speeds() -> Speeds:
    """The table that comes with Rencity."""
    text = resources.files("rencity.sim.travel").joinpath("speeds.toml").read_text("utf-8")
    return Speeds.model_validate(tomllib.loads(text))
