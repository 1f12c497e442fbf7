"""Fragility and repair classes: how likely a thing breaks, how long it stays broken.

Both are content: packs hold them, this module says what they may hold.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from rencity.kit.kind import Catalogued

KindName = Annotated[str, Catalogued("kinds"), Field(pattern=r"^[a-z_]+\.[a-z_0-9]+$")]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
State = Annotated[str, Field(title="损坏等级", description="state of damage, such as `moderate`")]
Measure = Annotated[
    str, Field(title="强度指标", description="intensity measure that damages it, in its unit")
]
Applies = Annotated[
    tuple[KindName, ...],
    Field(
        title="适用类别",
        description="kinds of asset it holds for when they name no class; none: assets name it",
    ),
]

MEASURES: dict[str, str] = {
    "PGA": "g",
    "PGV": "cm/s",
    "PGD": "cm",
    "SA1": "g",
    "gust": "m/s",
    "depth": "m",
}
"""Intensity measures and the unit each is kept in.

PGA, PGV, PGD, SA1: peak ground acceleration, velocity, displacement, spectral acceleration at 1 s.
gust: highest wind of 3 s at 10 m. depth: of water above the ground, or above the sill where an
asset has one.
"""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LognormalState(_Entry):
    """P(state or worse) = Φ(ln(intensity / median) / beta)."""

    state: State
    median: Annotated[
        Positive,
        Field(title="中值", description="intensity that half survive, in the unit of `measure`"),
    ]
    beta: Annotated[
        Positive, Field(title="离散度", description="standard deviation of ln(intensity)")
    ]


class Lognormal(_Entry):
    """States from light to grave, each with its own curve."""

    form: Annotated[
        Literal["lognormal"], Field(title="曲线形式", description="curves of a thing that stands")
    ]
    measure: Measure
    states: Annotated[
        tuple[LognormalState, ...],
        Field(min_length=1, title="各等级", description="from light to grave, medians not falling"),
    ]
    applies: Applies = ()

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

    form: Annotated[
        Literal["repair_rate"], Field(title="曲线形式", description="repairs per km of a pipe")
    ]
    measure: Measure
    factor: Annotated[Positive, Field(title="系数", description="repairs per km at intensity 1")]
    exponent: Annotated[Positive, Field(title="指数", description="of the intensity")]
    break_share: Annotated[
        float,
        Field(ge=0, le=1, title="破裂占比", description="of repairs, state `break`; the rest leak"),
    ]
    applies: Applies = ()

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.measure not in MEASURES:
            raise ValueError(f"unknown measure {self.measure}: one of {', '.join(MEASURES)}")
        return self


Fragility = Annotated[Lognormal | RepairRate, Field(discriminator="form")]


class RepairState(_Entry):
    """Days until an asset in this state works again: normal, a negative draw counts as zero."""

    state: State
    mean_d: Annotated[NotNegative, Field(title="平均天数", description="mean time out")]
    sd_d: Annotated[
        NotNegative, Field(title="标准差", description="standard deviation of the time out")
    ]


class Repair(_Entry):
    """Restoration by state; usual crews and parts are in the figures."""

    states: Annotated[
        tuple[RepairState, ...],
        Field(min_length=1, title="各等级", description="time out by state of damage"),
    ]
    applies: Applies = ()
    measures: Annotated[
        tuple[str, ...],
        Field(
            title="强度指标",
            description="damage of these only; none: of any that has no class of its own",
        ),
    ] = ()

    @model_validator(mode="after")
    def _known(self) -> Self:
        for measure in self.measures:
            if measure not in MEASURES:
                raise ValueError(f"unknown measure {measure}: one of {', '.join(MEASURES)}")
        return self


def measures_of(one: Fragility | Repair) -> tuple[str, ...]:
    """Measures a class is for; one empty name for a repair class of any."""
    if isinstance(one, Repair):
        return one.measures or ("",)
    return (one.measure,)
