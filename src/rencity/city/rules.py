"""Rules that fill what files don't say: needs, supply, service areas, capacities, grid cells.

Content of packs; `rencity.city.infer` applies them and marks what it made.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from rencity.city.schema import LEVELS
from rencity.kit.kind import Catalogued

Kinds = Annotated[tuple[Annotated[str, Catalogued("kinds")], ...], Field(min_length=1)]
LifelineName = Annotated[str, Catalogued("lifelines")]
Level = Literal["lowest", *LEVELS]  # type: ignore[valid-type]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class NeedRule(_Entry):
    """Every asset of `kinds` without a need of `lifeline` gets the nearest `count` `providers`.

    Kinds are written ``lifeline.kind``. Nothing is inferred beyond `within_m`.
    """

    kinds: Annotated[Kinds, Field(title="设施类别", description="kinds of asset that need it")]
    lifeline: Annotated[LifelineName, Field(title="生命线", description="the lifeline they need")]
    providers: Annotated[
        Kinds, Field(title="供给者类别", description="kinds of that lifeline that can provide it")
    ]
    count: Annotated[
        int, Field(ge=1, le=7, title="供给者数", description="how many of the nearest provide it")
    ] = 1
    quorum: Annotated[
        int, Field(ge=1, title="最少在供数", description="how many of them must be served")
    ] = 1
    within_m: Annotated[
        float, Field(gt=0, title="距离上限", description="greatest distance to a provider")
    ]
    backup_h: Annotated[
        float, Field(ge=0, title="备用时长", description="how long a backup stands in")
    ] = 0
    manual_start_h: Annotated[
        Annotated[float, Field(gt=0)] | None,
        Field(
            title="人工启用时间",
            description="time after which staff run it without the need; none: never",
        ),
    ] = None

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

    Shares are equal.
    """

    kinds: Annotated[Kinds, Field(title="设施类别", description="kinds of asset that serve")]
    lifeline: Annotated[
        LifelineName, Field(title="生命线", description="the lifeline they serve with")
    ]
    level: Annotated[
        Level,
        Field(title="片区层级", description="zones of this level; `lowest`: those without parts"),
    ] = "lowest"
    count: Annotated[
        int, Field(ge=1, le=16, title="设施数", description="how many of the nearest share a zone")
    ] = 1
    within_m: Annotated[
        float, Field(gt=0, title="距离上限", description="greatest distance from zone to asset")
    ]


class AreaRule(_Entry):
    """Every zone at `level` that a lifeline does not serve falls to the area of one of `kinds`."""

    kinds: Annotated[Kinds, Field(title="设施类别", description="kinds of asset that serve")]
    lifeline: Annotated[
        LifelineName, Field(title="生命线", description="the lifeline they serve with")
    ]
    by: Annotated[
        Literal["line", "network", "voronoi"],
        Field(
            title="划分方法",
            description="`line`: the nearest in a straight line; `network`: the nearest along the "
            "links of `along`; `voronoi`: the cells of all of `kinds` cut at the zone's edge, each "
            "with the share of the zone's area that it covers",
        ),
    ]
    level: Annotated[
        Level,
        Field(title="片区层级", description="zones of this level; `lowest`: those without parts"),
    ] = "lowest"
    within_m: Annotated[
        float,
        Field(
            gt=0,
            title="距离上限",
            description="greatest distance, along the network where `by` is network",
        ),
    ]
    along: Annotated[
        LifelineName, Field(title="沿行网络", description="lifeline whose links are the way")
    ] = "road"
    access_m: Annotated[
        float,
        Field(
            gt=0,
            title="接入距离上限",
            description="greatest straight line from a zone or an asset to the network",
        ),
    ] = 1000
    least_share: Annotated[
        float,
        Field(
            ge=0,
            lt=0.5,
            title="最小份额",
            description="smaller shares of a zone are left out, and the others scaled to 1",
        ),
    ] = 0.02


class Step(_Entry):
    """From `at_least` on, up to the next step, the capacity is this."""

    at_least: Annotated[
        float,
        Field(ge=0, title="起点", description="`voltage_kv` or `diameter_mm` from which it holds"),
    ]
    capacity: Annotated[
        float, Field(ge=0, title="能力", description="in the lifeline's unit of demand")
    ]


class CapacityRule(_Entry):
    """Every asset of `kinds` without a capacity gets one from what is known of it."""

    kinds: Annotated[Kinds, Field(title="设施类别", description="kinds of asset it is for")]
    per: Annotated[
        Literal["person", "demand", "area", "voltage", "diameter", "flow", "each"],
        Field(
            title="依据",
            description="`person`, `demand`: `amount` times the people, or the normal use, of "
            "those it serves; `area`: times the square metres of its ground; `voltage`, "
            "`diameter`: the `steps` of its voltage_kv or diameter_mm; `flow`: a full round pipe "
            "of its diameter at `velocity_m_s`, in m3/d; `each`: `amount`",
        ),
    ]
    amount: Annotated[
        Annotated[float, Field(gt=0)] | None,
        Field(title="单位量", description="in the lifeline's unit of demand, for one of `per`"),
    ] = None
    over: Annotated[
        Literal["served", "city"],
        Field(
            title="分摊范围",
            description="`city` shares the whole city's people or use equally among all of `kinds`",
        ),
    ] = "served"
    steps: Annotated[
        tuple[Step, ...], Field(title="分级", description="capacity by voltage or diameter, rising")
    ] = ()
    velocity_m_s: Annotated[
        Annotated[float, Field(gt=0, le=20)] | None,
        Field(title="流速", description="of a full pipe, for `flow`"),
    ] = None
    least: Annotated[
        float, Field(ge=0, title="能力下限", description="smallest capacity it gives")
    ] = 0

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
    """

    level: Annotated[
        Literal["lowest", *LEVELS[:-1]],  # type: ignore[valid-type]
        Field(
            title="片区层级",
            description="zones of this level; `lowest`: those without parts; cells are never cut",
        ),
    ] = "lowest"
    size_m: Annotated[float, Field(ge=10, le=100_000, title="边长", description="side of a square")]
    least_share: Annotated[
        float,
        Field(
            ge=0,
            le=0.5,
            title="最小份额",
            description="a piece smaller than this share of a square joins the largest beside it",
        ),
    ] = 0.1


Rule = CellRule | NeedRule | AreaRule | ServeRule | CapacityRule
