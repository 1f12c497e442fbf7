"""N-1 of everything: what the city loses when one asset alone fails, and what a new link changes.

`study` is the door: it takes a city and gives a `Study` that writes its own folder.
"""

from rencity.sim.nminus1.added import Link, with_link
from rencity.sim.nminus1.whole import Study, study

__all__ = ["Link", "Study", "study", "with_link"]
