"""The storms that a spread makes of one track, as weighted events."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from rencity.sim.hazard.typhoon.passage import Passage
from rencity.sim.hazard.typhoon.spec import Spread

CENTRE = "track"


@dataclass(frozen=True)
class Member:
    """One storm of the set."""

    name: str
    weight: float
    passage: Passage


def members_of(passage: Passage, spread: Spread | None) -> list[Member]:
    """Storms side by side and stronger and weaker, the likeliest first; weights sum to 1."""
    if spread is None:
        return [Member(CENTRE, 1.0, passage)]
    sideways = _nodes(spread.tracks if spread.cross_track_km else 1)
    stronger = _nodes(spread.winds if spread.wind else 1)
    made = [
        Member(
            _name(aside * spread.cross_track_km, math.exp(wind * spread.wind)),
            first * second,
            passage.aside(aside * spread.cross_track_km * 1000).stronger(
                math.exp(wind * spread.wind)
            ),
        )
        for aside, first in sideways
        for wind, second in stronger
    ]
    return sorted(made, key=lambda member: (-member.weight, member.name))


def _nodes(count: int) -> list[tuple[float, float]]:
    """Standard normal nodes and weights of Gauss-Hermite quadrature."""
    node, weight = np.polynomial.hermite_e.hermegauss(count)
    node = np.where(np.abs(node) < 1e-9, 0.0, node)
    return list(zip(node.tolist(), (weight / weight.sum()).tolist(), strict=True))


def _name(right_km: float, wind: float) -> str:
    side = f"{'right' if right_km > 0 else 'left'}-{abs(right_km):.0f}km" if right_km else CENTRE
    return side if wind == 1 else f"{side}-wind-{wind:.2f}"
