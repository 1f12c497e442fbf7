"""What stands round every piece of content: who says it, where it holds, since when."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

FORMAT = 1

PackId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
EntryId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$", max_length=120)]
Region = Annotated[str, Field(pattern=r"^([A-Z]{2}|\d{6})?$")]
Words = Annotated[str, Field(min_length=1, pattern=r"\S")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(_Part):
    """The same words in Chinese and English; both are required."""

    zh: Annotated[Words, Field(title="中文", description="in Chinese")]
    en: Annotated[Words, Field(title="英文", description="in English")]


class InForce(_Part):
    """Days from which and to which something holds, both inclusive; none means without end."""

    since: Annotated[
        date | None, Field(alias="from", title="起", description="first day; none: ever since")
    ] = None
    until: Annotated[
        date | None, Field(alias="to", title="止", description="last day; none: without end")
    ] = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.since and self.until and self.until < self.since:
            raise ValueError(f"ends ({self.until}) before it begins ({self.since})")
        return self

    def holds(self, day: date) -> bool:
        """Whether it holds on that day."""
        return (self.since or day) <= day <= (self.until or day)

    def meets(self, other: InForce) -> bool:
        """Whether there is a day on which both hold."""
        begins = max(self.since or date.min, other.since or date.min)
        return begins <= min(self.until or date.max, other.until or date.max)


class EntrySource(_Part):
    """Where an entry's values come from, and what was assumed."""

    title: Annotated[Words, Field(title="出处", description="author, title, year")]
    where: Annotated[str, Field(title="位置", description="table, article or page in it")] = ""
    note: Annotated[
        str, Field(title="说明", description="what was assumed, or that it is an example")
    ] = ""


class Envelope(_Part):
    """The fields every entry has beside those of its kind."""

    title: Annotated[Text, Field(title="名称", description="in both languages")]
    source: Annotated[EntrySource, Field(title="来源", description="where its values come from")]
    in_force: Annotated[
        InForce, Field(title="有效期", description="days on which it holds, both ends inclusive")
    ] = InForce()


class Manifest(_Part):
    """`pack.toml`.

    Attributes
    ----------
    region : empty for everywhere, two letters for a country (ISO 3166), or a six-digit Chinese
        division code; a region lies over its nation, a nation over everywhere
    requires : ids of packs that must be loaded as well
    """

    format: Literal[1]
    id: PackId
    version: Annotated[str, Field(pattern=r"^\d+(\.\d+)*$")]
    title: Text
    description: Text
    region: Region = ""
    licence: Words
    requires: tuple[PackId, ...] = ()
    in_force: InForce = InForce()


def rank(region: str) -> int:
    """How narrow a region is: 0 everywhere, 1 a country, 2 to 4 province, city, district."""
    if not region.isdigit():
        return 1 if region else 0
    return 1 + sum(region[at : at + 2] != "00" for at in (0, 2, 4))


def holds_in(region: str, code: str) -> bool:
    """Whether content of a region holds in the place with that division code or country."""
    if not region.isdigit():
        return region in ("", code[:2]) or (region == "CN" and code.isdigit() and len(code) == 6)
    stem = region
    while stem.endswith("00"):
        stem = stem[:-2]
    return code.startswith(stem)
