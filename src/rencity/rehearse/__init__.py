"""Questions put to a city from outside: city, scenario and packs in, an answer out."""

from rencity.rehearse.stress import stress

__all__ = ["stress"]
