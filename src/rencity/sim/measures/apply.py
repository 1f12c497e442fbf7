"""Measures applied to a setting, and what each may touch."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from rencity.sim.hazard.cyber.spec import CyberHazard
from rencity.sim.hazard.outbreak.spec import OutbreakHazard
from rencity.sim.hazard.rain.spec import RainHazard
from rencity.sim.hazard.specs import Hazard
from rencity.sim.hazard.strikes import selected
from rencity.sim.hazard.targeted.spec import TargetedHazard
from rencity.sim.measures.crewing import more_crews, new_skill, stock
from rencity.sim.measures.drain import drain
from rencity.sim.measures.harden import harden
from rencity.sim.measures.microgrid import microgrid, twin_id
from rencity.sim.measures.place import move
from rencity.sim.measures.setting import Setting
from rencity.sim.measures.spec import (
    Backup,
    Crews,
    Drain,
    Harden,
    Link,
    Measure,
    Microgrid,
    Move,
    Stock,
)
from rencity.sim.measures.supply import backup, link

EFFECTS: dict[type, Callable[[Any, Setting], Setting]] = {
    Harden: harden,
    Backup: backup,
    Link: link,
    Move: move,
    Microgrid: microgrid,
    Drain: drain,
    Crews: more_crews,
    Stock: stock,
}
LOOK_ROUND = (TargetedHazard, CyberHazard, OutbreakHazard)
REBUILDS = (Backup, Link, Microgrid)
"""Kinds that change the network: who feeds whom, or for how long a need may wait."""

SENDS = (*REBUILDS, Move, Crews, Stock)
"""Kinds that change what crews do: who goes, how far, or what comes first."""

BUILDS = (Link, Microgrid)


def applied(measures: Iterable[Measure], setting: Setting) -> Setting:
    """The setting after measures.

    Those that build come last, so that a selection by kind or lifeline means what stands today.

    Raises
    ------
    InputError, ScenarioError : a measure does not fit the city
    """
    for measure in sorted(measures, key=lambda each: isinstance(each, BUILDS)):
        setting = EFFECTS[type(measure)](measure, setting)
    return setting


def touched(measure: Measure, setting: Setting, hazard: Hazard) -> frozenset[str] | None:
    """Assets whose damage by a hazard a measure may change, new ones included; None: any asset's.

    A hazard that looks at the whole network to choose whom it strikes may choose others.
    """
    if isinstance(hazard, LOOK_ROUND):
        return None
    match measure:
        case Harden():
            return frozenset(setting.city.assets["id"][_chosen(measure, setting)])
        case Move():
            return frozenset((measure.asset,))
        case Link():
            return frozenset((measure.id,) if measure.asset_kind else ())
        case Microgrid():
            return frozenset((measure.id, *(twin_id(measure, one) for one in measure.feeds)))
        case Drain():
            return None if isinstance(hazard, RainHazard) else frozenset()
        case Crews():
            return None if new_skill(measure, setting) else frozenset()
    return frozenset()


def _chosen(measure: Harden, setting: Setting) -> Any:
    return selected(setting.city, measure, place=f"measure {measure.id}")
