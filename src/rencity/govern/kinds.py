"""Content about who acts: levels of area, kinds of party, roles, administrative divisions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from rencity.city.schema import LEVELS
from rencity.content.envelope import Text
from rencity.govern.divisions import check_divisions
from rencity.kit.kind import Kind, Refers


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class AreaLevel(_Entry):
    """A level of the areas that people answer for, from the city down to the grid cell."""

    parent: Annotated[
        str,
        Refers("area_levels"),
        Field(title="上一级", description="the level above it; empty: the highest"),
    ] = ""
    zone: Annotated[
        Literal[LEVELS],  # type: ignore[valid-type]
        Field(title="片区层级", description="level of the zones of a city folder it stands for"),
    ]
    code_digits: Annotated[
        Annotated[int, Field(ge=2, le=20)] | None,
        Field(title="代码位数", description="digits of its division codes; none: it has no code"),
    ] = None


class PartyKind(_Entry):
    """A kind of party: an authority, a unit, a team or a person that may act."""

    sector: Annotated[
        Literal["public", "private", "civic", "person"],
        Field(title="性质", description="`public` authority or service, `private`, `civic` group"),
    ]
    stands_at: Annotated[
        tuple[Annotated[str, Refers("area_levels")], ...],
        Field(min_length=1, title="可设层级", description="levels of area it may stand at"),
    ]


class Role(_Entry):
    """A role that people fill: what it is for, and where it may be filled."""

    purpose: Annotated[Text, Field(title="职责", description="what the role is for")]
    at: Annotated[
        tuple[Annotated[str, Refers("party_kinds")], ...],
        Field(min_length=1, title="所在主体", description="kinds of party in which it is filled"),
    ]


class Division(_Entry):
    """An administrative division: its code, what it belongs to, and its public figures."""

    code: Annotated[
        str,
        Field(pattern=r"^\d{2,20}$", title="区划代码", description="division code, in quotes"),
    ]
    level: Annotated[
        str, Refers("area_levels"), Field(title="层级", description="its level of area")
    ]
    parent: Annotated[
        str,
        Refers("divisions"),
        Field(title="上级区划", description="division that it is part of; empty: none here"),
    ] = ""
    people: Annotated[
        Annotated[int, Field(ge=0)] | None,
        Field(title="人口", description="people who live there; none: not known"),
    ] = None
    area_km2: Annotated[
        Annotated[float, Field(gt=0)] | None,
        Field(title="面积", description="area; none: not known"),
    ] = None


KINDS = {
    "area_levels": Kind(
        AreaLevel,
        "区域层级",
        "Levels of area",
        "责任区域分哪几级，代码几位。",
        "The levels of area that people answer for, in their order, and how long their codes are.",
    ),
    "party_kinds": Kind(
        PartyKind,
        "主体类别",
        "Kinds of party",
        "谁可以参与：政府、部门、镇街、社区、企业、队伍、居民，可设在哪一级。",
        "Who may act (authority, unit, team, resident) and at which levels of area it may stand.",
    ),
    "roles": Kind(
        Role,
        "角色",
        "Roles",
        "人所担任的角色，为何而设，设在哪类主体。",
        "Roles that people fill, what each is for, and in which kinds of party.",
    ),
    "divisions": Kind(
        Division,
        "行政区划",
        "Administrative divisions",
        "一地的行政区划、代码与公开数据。",
        "Administrative divisions of a place with their codes and public figures.",
        check_divisions,
    ),
}
