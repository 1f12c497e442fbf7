"""Cutoff: sources lost for some hours, in every sample."""

from __future__ import annotations

import numpy as np

from rencity.kit.errors import ScenarioError
from rencity.sim.damage import named
from rencity.sim.hazard.scene import Scene
from rencity.sim.hazard.spec import CutoffHazard
from rencity.sim.hazard.strikes import minutes_of, outages, selected
from rencity.sim.strike import Strike


def cutoff_strikes(hazard: CutoffHazard, scene: Scene) -> list[Strike]:
    """Certain outages of the sources a cutoff names.

    Raises
    ------
    ScenarioError : an id that is no source, or no source at all
    """
    city, place = scene.city, f"hazard {hazard.name}"
    source = city.assets["source"].to_numpy(bool)
    fits = selected(city, hazard, place=place)
    if hazard.ids and (fits & ~source).any():
        raise ScenarioError(
            f"not a source: {named(city.assets['id'].to_numpy()[fits & ~source])}",
            place=f"{place}.ids",
            mend="name sources only; kind = given takes out any asset",
        )
    rows = np.flatnonzero(fits & source)
    if not len(rows):
        raise ScenarioError(
            "no source of this city fits",
            place=place,
            mend="widen lifeline, kinds or ids; rencity city info lists the sources",
        )
    return [outages(hazard.name, rows, np.full(len(rows), minutes_of(hazard.hours), np.int64))]
