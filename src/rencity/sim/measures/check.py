"""Whether measures fit a city and its scenarios: every fault at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rencity.city.check import check as check_city
from rencity.city.model import City
from rencity.kit.errors import InputError, RencityError
from rencity.kit.faults import Fault, refused
from rencity.kit.suggest import did_you_mean
from rencity.sim.damage import named
from rencity.sim.measures.apply import REBUILDS, applied
from rencity.sim.measures.microgrid import charge_id
from rencity.sim.measures.setting import Setting
from rencity.sim.measures.spec import Measure, Microgrid, Programme


def assert_fits(programme: Programme, settings: Sequence[Setting], *, place: str) -> None:
    """Refuse measures that do not fit.

    Parameters
    ----------
    settings : today, one for each scenario, all of one city
    place : where the measures came from, for the message

    Raises
    ------
    InputError : a measure on what is not there, one that changes nothing in any scenario, one
        that leaves a city with errors, two microgrids on one asset, weights of no lifeline
    """
    faults = [*_weights(programme, settings[0]), *_overlaps(programme)]
    for number, measure in enumerate(programme.measures):
        faults += _faults(measure, f"measures[{number}]", settings)
    if faults:
        raise refused(faults, place, InputError)


def _faults(measure: Measure, key: str, settings: Sequence[Setting]) -> list[Fault]:
    faults: dict[Fault, None] = {}
    changes = False
    for setting in settings:
        try:
            made = applied([measure], setting)
            changes |= made is not setting
            first = setting is settings[0]
            if first and made is not setting and isinstance(measure, REBUILDS):
                faults |= dict.fromkeys(_broken(measure, key, made.city))
        except RencityError as exc:
            where = f"{exc.place}: " if exc.place else ""
            faults[key, f"{where}{exc.what}", exc.mend] = None
    if not faults and not changes:
        what = f"measure {measure.id} changes nothing: what it would do is already so"
        faults[key, what, "select assets that it changes, or leave it out"] = None
    return list(faults)


def _broken(measure: Measure, key: str, city: City) -> Iterator[Fault]:
    """Errors of the city that a measure leaves."""
    own = charge_id(measure) if isinstance(measure, Microgrid) else ""
    for finding in check_city(city):
        # a microgrid that lasts for hours is charged by its own lifeline, and nothing feeds back
        charged = finding.rule == "own-lifeline" and finding.ids == (own,)
        if finding.severity == "error" and not charged:
            ids = f": {named(finding.ids)}" if finding.ids else ""
            what = f"measure {measure.id} leaves a city with an error: {finding.what}{ids}"
            yield key, what, finding.mend


def _weights(programme: Programme, setting: Setting) -> Iterator[Fault]:
    present = sorted(set(setting.city.assets["lifeline"]))
    for lifeline in programme.loss.weights:
        if lifeline not in present:
            mend = did_you_mean(lifeline, present, what="lifeline")
            yield f"loss.weights.{lifeline}", f"the city has no lifeline {lifeline!r}", mend


def _overlaps(programme: Programme) -> Iterator[Fault]:
    """Two microgrids on one asset would each take its consumers from the other."""
    grids = [each for each in programme.measures if isinstance(each, Microgrid)]
    for i, one in enumerate(grids):
        for other in grids[i + 1 :]:
            both = sorted(set(one.feeds) & set(other.feeds))
            apart = other.id in one.excludes or one.id in other.excludes
            if both and not apart:
                yield (
                    "measures",
                    f"microgrids {one.id} and {other.id} both feed {both[0]}",
                    f'feed it from one, or give {other.id} excludes = ["{one.id}"]',
                )
