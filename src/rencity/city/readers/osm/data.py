"""Data files beside the readers, and tags as plain text."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any

from pydantic import BaseModel, ConfigDict

Tags = Mapping[str, str]


class Entry(BaseModel):
    """What every table in a data file is: frozen, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def load(name: str) -> dict[str, Any]:
    """The values of a data file of this folder."""
    path = resources.files("rencity.city.readers.osm").joinpath(name)
    return tomllib.loads(path.read_text(encoding="utf-8"))


def tag_dict(tags: Any) -> dict[str, str]:
    """An object's tags outside the reader's buffer."""
    return {tag.k: tag.v for tag in tags}
