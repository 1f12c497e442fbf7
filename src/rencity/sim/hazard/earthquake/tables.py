"""The figures of published models, read from the files beside this module."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """The contents of ``<name>.toml``."""
    path = files("rencity.sim.hazard.earthquake") / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
