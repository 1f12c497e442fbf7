"""What a city is: its tables, its folder, and the arrays the engine reads."""

from rencity.city.model import City, Identity

__all__ = ["City", "Identity"]
