"""Lifelines and kinds: read from data, widened by a city's own file."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from rencity.kit.errors import CityError


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    zh: str
    en: str


class Lifeline(_Entry):
    """A network of service: its names, the unit of demand and its colour."""

    unit: str
    colour: str = "#6b7280"


class AssetKind(_Entry):
    """A kind of asset: its names, whether it is a node or a link, and whether it starts service."""

    role: Literal["node", "link"] = "node"
    source: bool = False


class Catalogue(BaseModel):
    """Every lifeline by name and every kind by ``lifeline.kind``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lifelines: dict[str, Lifeline]
    kinds: dict[str, AssetKind]

    def told(self, lifelines: Iterable[str]) -> list[dict[str, str]]:
        """Names and colours of lifelines, as every answer says them."""
        return [
            {"id": name, **self.lifelines[name].model_dump(include={"zh", "en", "colour"})}
            for name in lifelines
        ]

    def widened(self, own: Mapping[str, Any], *, place: str) -> Catalogue:
        """Lay a city's own lifelines and kinds over this catalogue.

        Raises
        ------
        CityError : an entry breaks the schema
        """
        try:
            more = Catalogue.model_validate(
                {"lifelines": own.get("lifelines", {}), "kinds": own.get("kinds", {})}
            )
        except ValidationError as exc:
            first = exc.errors()[0]
            raise CityError(
                f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}",
                place=place,
                mend="give zh, en and unit for a lifeline; zh, en, role and source for a kind",
            ) from exc
        return Catalogue(lifelines=self.lifelines | more.lifelines, kinds=self.kinds | more.kinds)


@cache
def base_catalogue() -> Catalogue:
    """The lifelines and kinds that ship with Rencity."""
    text = resources.files("rencity.city").joinpath("catalogue.toml").read_text(encoding="utf-8")
    return Catalogue.model_validate(tomllib.loads(text))
