"""The events of an earthquake: magnitudes and how likely each is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rencity.kit.errors import ScenarioError
from rencity.sim.hazard.earthquake.rupture import (
    Rupture,
    about_centre,
    on_trace,
    point,
    size_km,
)
from rencity.sim.hazard.earthquake.spec import EarthquakeHazard, PointSource, Recurrence, Trace

Array = npt.NDArray[np.float64]
SHORTEST_KM = 0.1


@dataclass(frozen=True)
class Shock:
    """One event.

    Attributes
    ----------
    name : by its magnitude where none is given
    weight : probability, all sum to 1
    """

    name: str
    weight: float
    magnitude: float
    rupture: Rupture


def shocks_of(hazard: EarthquakeHazard) -> tuple[Shock, ...]:
    """Every event of a hazard.

    Raises
    ------
    ScenarioError : a name twice, or a trace of no length
    """
    sizes = _sizes(hazard)
    total = sum(weight for _, weight, _ in sizes)
    names = [name for name, _, _ in sizes]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ScenarioError(
            f"two magnitudes are named {twice[0]!r}",
            place=f"hazard {hazard.name}.magnitudes",
            mend="give each a name, or put equal ones together",
        )
    return tuple(
        Shock(name, weight / total, magnitude, _rupture(hazard, magnitude))
        for name, weight, magnitude in sizes
    )


def gutenberg_richter(law: Recurrence) -> tuple[Array, Array]:
    """Middle of each bin and its probability, (bins,) each."""
    edges = np.linspace(law.least, law.most, law.bins + 1)
    larger = 10.0 ** (-law.b * (edges - law.least))
    weight = -np.diff(larger)
    return (edges[:-1] + edges[1:]) / 2, weight / weight.sum()


def _sizes(hazard: EarthquakeHazard) -> list[tuple[str, float, float]]:
    if hazard.magnitude is not None:
        return [(_named(hazard.magnitude), 1.0, hazard.magnitude)]
    if hazard.recurrence is not None:
        middles, weights = gutenberg_richter(hazard.recurrence)
        pairs = zip(middles.tolist(), weights.tolist(), strict=True)
        return [(_named(middle), weight, middle) for middle, weight in pairs]
    return [
        (one.name or _named(one.magnitude), one.weight, one.magnitude) for one in hazard.magnitudes
    ]


def _named(magnitude: float) -> str:
    short = f"{magnitude:.3f}".rstrip("0")
    return f"M{short}0" if short.endswith(".") else f"M{short}"


def _rupture(hazard: EarthquakeHazard, magnitude: float) -> Rupture:
    source = hazard.source
    if isinstance(source, PointSource):
        return point(source.lon, source.lat, source.depth_km)
    length_km, width_km = size_km(magnitude, hazard.mechanism)
    if isinstance(source, Trace):
        return _under_trace(source, source.width_km or width_km, hazard.name)
    return about_centre(
        (source.lon, source.lat),
        source.depth_km,
        strike_deg=source.strike_deg,
        dip_deg=source.dip_deg,
        length_km=source.length_km or length_km,
        width_km=source.width_km or width_km,
    )


def _under_trace(trace: Trace, width_km: float, name: str) -> Rupture:
    first, last = trace.ends
    made = on_trace((first, last), dip_deg=trace.dip_deg, top_km=trace.top_km, width_km=width_km)
    if made.length_km < SHORTEST_KM:
        raise ScenarioError(
            f"the trace is {made.length_km * 1000:.0f} m long",
            place=f"hazard {name}.trace.ends",
            mend="give ends at least 100 m apart, or a point",
        )
    return made
