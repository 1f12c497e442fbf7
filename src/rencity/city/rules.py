"""Rules that fill what files don't say: needs, supply, service areas, capacities, grid cells.

Content of packs; `rencity.city.infer` applies them and marks what it made.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from rencity.city.schema import LEVELS

Kinds = Annotated[tuple[str, ...], Field(min_length=1)]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class NeedRule(_Entry):
    """Every asset of `kinds` without a need of `lifeline` gets the nearest `count` `providers`.

    Kinds are written ``lifeline.kind``. Nothing is inferred beyond `within_m`.
    """

    kinds: Kinds
    lifeline: str
    providers: Kinds
    count: Annotated[int, Field(ge=1, le=7)] = 1
    quorum: Annotated[int, Field(ge=1)] = 1
    within_m: Annotated[float, Field(gt=0)]
    backup_h: Annotated[float, Field(ge=0)] = 0
    manual_start_h: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.quorum > self.count:
            raise ValueError("the quorum exceeds the count of providers")
        if self.manual_start_h is not None and self.manual_start_h <= self.backup_h:
            raise ValueError("a manual start must take longer than the backup lasts")
        wrong = [kind for kind in self.providers if not kind.startswith(f"{self.lifeline}.")]
        if wrong:
            raise ValueError(f"providers outside {self.lifeline}: {', '.join(wrong)}")
        return self


class ServeRule(_Entry):
    """Every zone at `level` that a lifeline does not serve gets the nearest `count` of `kinds`.

    `level` ``lowest`` means zones without children. Shares are equal.
    """

    kinds: Kinds
    lifeline: str
    level: Literal["lowest", *LEVELS] = "lowest"  # type: ignore[valid-type]
    count: Annotated[int, Field(ge=1, le=16)] = 1
    within_m: Annotated[float, Field(gt=0)]


class AreaRule(_Entry):
    """Service areas: every zone at `level` that a lifeline does not serve falls to one of `kinds`.

    Attributes
    ----------
    by : ``line``: the nearest in a straight line; ``network``: the nearest along the links of
        `along`; ``voronoi``: the cells of all of `kinds` cut at the zone's edge, each with the
        share of the zone's area that it covers
    within_m : greatest distance, along the network where `by` is network
    along : lifeline whose links are the way
    access_m : greatest straight line from a zone or an asset to the network
    least_share : smaller shares of a zone are left out, and the others scaled to 1
    """

    kinds: Kinds
    lifeline: str
    by: Literal["line", "network", "voronoi"]
    level: Literal["lowest", *LEVELS] = "lowest"  # type: ignore[valid-type]
    within_m: Annotated[float, Field(gt=0)]
    along: str = "road"
    access_m: Annotated[float, Field(gt=0)] = 1000
    least_share: Annotated[float, Field(ge=0, lt=0.5)] = 0.02


class Step(_Entry):
    """From `at_least` on, up to the next step, the capacity is this."""

    at_least: Annotated[float, Field(ge=0)]
    capacity: Annotated[float, Field(ge=0)]


class CapacityRule(_Entry):
    """Every asset of `kinds` without a capacity gets one from what is known of it.

    Attributes
    ----------
    per : ``person`` and ``demand``: `amount` times the people, or the normal use, of those it
        serves; ``area``: times the square metres of its ground; ``voltage`` and ``diameter``: the
        `steps` of its voltage_kv or diameter_mm; ``flow``: a full round pipe of its diameter at
        `velocity_m_s`, in m3/d; ``each``: `amount`
    over : ``city`` shares the whole city's people or use equally among all of `kinds`
    least : smallest capacity
    """

    kinds: Kinds
    per: Literal["person", "demand", "area", "voltage", "diameter", "flow", "each"]
    amount: Annotated[float, Field(gt=0)] | None = None
    over: Literal["served", "city"] = "served"
    steps: tuple[Step, ...] = ()
    velocity_m_s: Annotated[float, Field(gt=0, le=20)] | None = None
    least: Annotated[float, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        wants = {"voltage": "steps", "diameter": "steps", "flow": "velocity_m_s"}
        wanted = wants.get(self.per, "amount")
        given = {
            name
            for name in ("amount", "steps", "velocity_m_s")
            if getattr(self, name) not in (None, ())
        }
        if given != {wanted}:
            raise ValueError(
                f"per {self.per} takes {wanted} and no other of amount, steps, velocity_m_s"
            )
        if self.over == "city" and self.per not in ("person", "demand"):
            raise ValueError(f"over city goes with person or demand, not {self.per}")
        at = [step.at_least for step in self.steps]
        if any(a >= b for a, b in pairwise(at)):
            raise ValueError("steps must rise")
        return self


class CellRule(_Entry):
    """Every zone at `level` with an area and no parts is cut into squares of `size_m`.

    Squares lie on whole multiples of `size_m` in the city's metric system. People are spread by
    its buildings where there are any, else by area.

    Attributes
    ----------
    level : ``lowest`` means zones without children; cells themselves are never cut
    least_share : a piece smaller than this share of a square joins the largest piece beside it
    """

    level: Literal["lowest", *LEVELS[:-1]] = "lowest"  # type: ignore[valid-type]
    size_m: Annotated[float, Field(ge=10, le=100_000)]
    least_share: Annotated[float, Field(ge=0, le=0.5)] = 0.1


Rule = CellRule | NeedRule | AreaRule | ServeRule | CapacityRule
