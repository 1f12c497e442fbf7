"""From a ranking to certain outages."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rencity.kit.errors import ScenarioError
from rencity.sim.hazard.scene import Scene
from rencity.sim.hazard.strikes import minutes_of, outages, selected
from rencity.sim.hazard.targeted import rank
from rencity.sim.hazard.targeted.spec import TargetedHazard
from rencity.sim.strike import Strike

_BY = {
    "people": rank.people,
    "degree": rank.degree,
    "capacity": rank.capacity,
    "downstream": rank.downstream,
}
TOLD = 10


def targeted_strikes(hazard: TargetedHazard, scene: Scene) -> list[Strike]:
    """Outages of the worst `hazard.worst` assets; equal ones in order of their ids.

    Raises
    ------
    ScenarioError : unknown names, or nothing that fits has a value above zero
    """
    city, place = scene.city, f"hazard {hazard.name}"
    fits = np.flatnonzero(selected(city, hazard, place=place))
    value = _BY[hazard.by](city, scene.network)[fits]
    order = np.lexsort((fits, -value))  # assets are kept in order of their ids
    chosen = fits[order[: hazard.worst]]
    worth = value[order[: hazard.worst]]
    chosen, worth = chosen[worth > 0], worth[worth > 0]
    if not len(chosen):
        raise ScenarioError(
            f"no asset that fits has a {hazard.by} above zero",
            place=place,
            mend="widen lifeline, kinds or ids, or rank by another measure",
        )
    made = outages(hazard.name, chosen, np.full(len(chosen), minutes_of(hazard.hours), np.int64))
    ids = city.assets["id"].to_numpy(object)[chosen[:TOLD]]
    facts = {"struck": len(chosen), "by": hazard.by, "first": ", ".join(ids)}
    return [replace(made, facts=facts)]
