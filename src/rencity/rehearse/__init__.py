"""Questions put to a city from outside: city, scenario and packs in, an answer out."""

from rencity.rehearse.invest import invest
from rencity.rehearse.rate import rate
from rencity.rehearse.stress import stress

__all__ = ["invest", "rate", "stress"]
