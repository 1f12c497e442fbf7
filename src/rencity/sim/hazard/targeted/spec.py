"""What a scenario says of a targeted attack."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from rencity.sim.hazard.spec import HazardSpec, Hours, Selector


class TargetedHazard(HazardSpec, Selector):
    """The worst assets by a measure are out in every sample.

    Attributes
    ----------
    lifeline, kinds, ids : among which assets; nothing said: all
    worst : how many
    by : ``people`` who lose service when it fails alone (N-1), ``degree`` (links at it),
        ``capacity``, or ``downstream`` (assets whose shortest way from a source leads over it)
    hours : how long they are out
    """

    kind: Literal["targeted"]
    worst: Annotated[int, Field(ge=1, le=1_000_000)]
    by: Literal["people", "degree", "capacity", "downstream"] = "people"
    hours: Hours | Literal["never"]
