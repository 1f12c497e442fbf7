"""Fragility and repair classes: how likely a thing breaks, how long it stays broken.

Both are content: packs hold them, this module says what they may hold.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

KindName = Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z_0-9]+$")]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]

MEASURES: dict[str, str] = {"PGA": "g", "PGV": "cm/s", "PGD": "cm", "SA1": "g", "depth": "m"}
"""Intensity measures and the unit each is kept in."""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LognormalState(_Entry):
    """P(state or worse) = Φ(ln(intensity / median) / beta)."""

    state: str
    median: Positive
    beta: Positive


class Lognormal(_Entry):
    """States from light to grave, each with its own curve."""

    form: Literal["lognormal"]
    measure: str
    states: tuple[LognormalState, ...] = Field(min_length=1)
    applies: tuple[KindName, ...] = ()

    @model_validator(mode="after")
    def _known_and_graded(self) -> Self:
        if self.measure not in MEASURES:
            raise ValueError(f"unknown measure {self.measure}: one of {', '.join(MEASURES)}")
        names = [state.state for state in self.states]
        if len(set(names)) < len(names):
            raise ValueError("a state stands twice")
        if any(a.median > b.median for a, b in zip(self.states, self.states[1:], strict=False)):
            raise ValueError("states go from light to grave: medians must not fall")
        return self


class RepairRate(_Entry):
    """A pipe: repairs per km = factor · intensity^exponent, split between breaks and leaks.

    P(break) = 1 − exp(−rate · break_share · length). A break is the state ``break``; when
    no break, a leak (the rest of the rate) is the state ``leak``, which leaves it working.
    """

    form: Literal["repair_rate"]
    measure: str
    factor: Positive
    exponent: Positive
    break_share: Annotated[float, Field(ge=0, le=1)]
    applies: tuple[KindName, ...] = ()

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.measure not in MEASURES:
            raise ValueError(f"unknown measure {self.measure}: one of {', '.join(MEASURES)}")
        return self


Fragility = Annotated[Lognormal | RepairRate, Field(discriminator="form")]


class RepairState(_Entry):
    """Days until an asset in this state works again: normal, a negative draw counts as zero."""

    state: str
    mean_d: NotNegative
    sd_d: NotNegative


class Repair(_Entry):
    """Restoration by state; usual crews and parts are in the figures."""

    states: tuple[RepairState, ...] = Field(min_length=1)
    applies: tuple[KindName, ...] = ()
