"""What a city is: its tables, its folder, and the arrays the engine reads."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rencity.city.coordinates import from_wgs84, to_wgs84
    from rencity.city.identity import Identity
    from rencity.city.model import City

# loaded when first named: a command line that lists the readers starts at once
_DOORS = {
    "City": "rencity.city.model",
    "Identity": "rencity.city.identity",
    "from_wgs84": "rencity.city.coordinates",
    "to_wgs84": "rencity.city.coordinates",
}
__all__ = ["City", "Identity", "from_wgs84", "to_wgs84"]


def __getattr__(name: str) -> object:
    if name not in _DOORS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_DOORS[name]), name)
