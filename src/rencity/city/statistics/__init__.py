"""A city in figures that can be held against public ones: roads, networks, people, services."""

from rencity.city.statistics.measure import statistics
from rencity.city.statistics.stated import against_stated
from rencity.city.statistics.text import lines_of

__all__ = ["against_stated", "lines_of", "statistics"]
