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

    P in years, t in minutes.
    """

    unit: Annotated[
        Literal["mm/min", "L/(s·hm2)"], Field(title="强度单位", description="of the intensity")
    ]
    a: Annotated[Positive, Field(title="雨力系数", description="coefficient a, in `unit`")]
    c: Annotated[
        NotNegative, Field(title="重现期系数", description="coefficient c of lg P, P in years")
    ]
    b: Annotated[NotNegative, Field(title="历时修正", description="coefficient b, minutes")]
    n: Annotated[
        float,
        Field(gt=0, lt=1.5, allow_inf_nan=False, title="衰减指数", description="exponent n"),
    ]
    peak_ratio: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            allow_inf_nan=False,
            title="雨峰系数",
            description="usual position of the peak, as a share of the duration",
        ),
    ] = 0.4
    return_period_least_a: Annotated[
        Positive, Field(title="重现期下限", description="least return period it was fitted for")
    ] = 1.0
    return_period_most_a: Annotated[
        Positive, Field(title="重现期上限", description="greatest return period it was fitted for")
    ] = 100.0
    duration_most_min: Annotated[
        Positive, Field(title="历时上限", description="longest duration it was fitted for")
    ] = 180.0

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
    """What a kind of ground takes of the rain, by Horton's falling rate."""

    landcover: Annotated[
        tuple[int, ...],
        Field(title="地表代码", description="codes of the land cover raster that are this ground"),
    ] = ()
    pervious_share: Annotated[
        float,
        Field(ge=0, le=1, allow_inf_nan=False, title="透水占比", description="of its area"),
    ] = 0.0
    first_mm_h: Annotated[
        NotNegative, Field(title="初始入渗率", description="rate on the pervious part at first")
    ] = 0.0
    last_mm_h: Annotated[
        NotNegative, Field(title="稳定入渗率", description="rate on the pervious part at last")
    ] = 0.0
    decay_per_h: Annotated[
        NotNegative, Field(title="衰减系数", description="how fast the rate falls")
    ] = 0.0
    open_water: Annotated[
        bool, Field(title="开阔水面", description="it takes all that reaches it: rivers, lakes")
    ] = False

    @model_validator(mode="after")
    def _falls(self) -> Self:
        if self.last_mm_h > self.first_mm_h:
            raise ValueError("last_mm_h is above first_mm_h: infiltration falls, never rises")
        return self


class Closure(_Entry):
    """Kinds that are out while water stands deeper than a limit, and work again afterwards."""

    measure: Annotated[Literal["depth"], Field(title="强度指标", description="depth of water")] = (
        "depth"
    )
    above_m: Annotated[
        NotNegative,
        Field(
            title="停用水深",
            description="depth above the ground, or above the sill where an asset has `entrance_m`",
        ),
    ]
    applies: Annotated[
        tuple[KindName, ...],
        Field(min_length=1, title="适用类别", description="kinds of asset that it closes"),
    ]
