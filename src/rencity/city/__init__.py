"""What a city is: its tables, its folder, and the arrays the engine reads."""

from rencity.city.coordinates import from_wgs84, to_wgs84
from rencity.city.identity import Identity
from rencity.city.model import City

__all__ = ["City", "Identity", "from_wgs84", "to_wgs84"]
