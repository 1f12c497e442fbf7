"""Assets and zones as every answer names them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Place = tuple[float, float]
Extent = tuple[float, float, float, float]
Table = Literal["assets", "zones"]
QUESTION = {"x-question": True}
"""Marks a POST that asks and changes nothing, so that it takes no Idempotency-Key."""


class Told(BaseModel):
    """A model that is read off an object's attributes."""

    model_config = ConfigDict(from_attributes=True)


class RefOut(Told):
    """An asset or a zone."""

    table: Table
    row: int = Field(description="in its table, `i` of the map's features")
    id: str
    name: str
    kind: str = Field(description="lifeline.kind of an asset, level of a zone")
    kind_zh: str
    kind_en: str
    lifeline: str = Field(description="empty for a zone")
    at: Place | None = Field(description="longitude, latitude of a point on it; null: no place")
