"""From absence by week to outages of what people keep running."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from rencity.kit.draws import Purpose, draw, stream
from rencity.kit.errors import ScenarioError
from rencity.kit.ids import key_of, keys_of
from rencity.sim.hazard.outbreak.epidemic import by_week, course, staying
from rencity.sim.hazard.outbreak.spec import OutbreakHazard, Staff
from rencity.sim.hazard.scene import Scene
from rencity.sim.hazard.strikes import outages, selected
from rencity.sim.strike import Strike

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
WEEK_MIN = 7 * 24 * 60
U = np.uint64


def outbreak_strikes(hazard: OutbreakHazard, scene: Scene) -> list[Strike]:
    """Outages of staffed assets, whole weeks; an asset keeps its luck through all weeks.

    An asset stands still in a week with the probability that of its staff, absent independently,
    fewer than the needed share come. One draw an asset and sample decides all weeks, so that a
    place that is short stays short while absence lasts.

    Raises
    ------
    ScenarioError : unknown names, or nothing is staffed
    """
    absent, daily_beds = absence(hazard, scene)
    rows, which = _staffed(hazard, scene)
    stands_still = np.stack([standstill(staff, absent) for staff in hazard.staff])
    ids = scene.city.assets["id"].to_numpy(object)[rows]
    keys = keys_of(ids) ^ U(key_of(hazard.name))
    asset, sample, first, weeks = _runs(
        stands_still[which], keys, U(scene.seed), U(Purpose.HAZARD), scene.samples
    )
    made = outages(hazard.name, rows[asset], weeks * WEEK_MIN, sample, onset_min=first * WEEK_MIN)
    return [replace(made, facts=_facts(absent, daily_beds, len(rows), scene))]


def absence(hazard: OutbreakHazard, scene: Scene) -> tuple[Array, Array]:
    """Share of staff away by week, and share of people who need a bed by day (empty if unknown)."""
    if hazard.epidemic is None:
        return np.array(hazard.absent_share), np.empty(0)
    left_min = scene.horizon_min - round(hazard.start_h * 60)
    days = max(1, -(-left_min // 1440))
    ill = course(hazard.epidemic, days).ill
    beds = staying(ill, hazard.epidemic.hospital_d) * hazard.epidemic.hospital_share
    return by_week(staying(ill, hazard.epidemic.absent_d)), beds


def standstill(staff: Staff, absent: Array) -> Array:
    """P(too few of the staff come) by week."""
    from scipy.stats import binom  # noqa: PLC0415 - heavy: a third of a second at every start

    needed = int(np.ceil(staff.needed_share * staff.people - 1e-9))
    return np.asarray(binom.cdf(needed - 1, staff.people, 1 - absent), np.float64)


def _staffed(hazard: OutbreakHazard, scene: Scene) -> tuple[Index, Index]:
    """Rows of staffed assets and which entry of `staff` each goes by."""
    which = np.full(len(scene.city.assets), -1, np.int64)
    for number, staff in enumerate(hazard.staff):
        which[selected(scene.city, staff, place=f"hazard {hazard.name}.staff[{number}]")] = number
    rows = np.flatnonzero(which >= 0)
    if not len(rows):
        raise ScenarioError(
            "no asset of this city is staffed",
            place=f"hazard {hazard.name}.staff",
            mend="widen lifeline, kinds or ids",
        )
    return rows, which[rows]


def _facts(absent: Array, beds: Array, staffed: int, scene: Scene) -> dict[str, float | int | str]:
    facts: dict[str, float | int | str] = {
        "staffed_assets": staffed,
        "absent_share_most": round(float(absent.max()), 6),
        "absent_share_by_week": ", ".join(f"{share:.4f}" for share in absent),
    }
    zones = scene.city.zones
    people = float(zones.loc[~zones["id"].isin(zones["parent"]), "people_night"].sum())
    if len(beds) and people > 0:
        hospital = scene.city.assets["lifeline"].eq("health")
        facts["beds_needed_most"] = round(float(beds.max()) * people)
        facts["beds_needed_day"] = int(beds.argmax()) + 1
        facts["beds_there"] = round(float(scene.city.assets["capacity"][hospital].sum()))
    return facts


def _runs(chance: Array, keys: Any, seed: Any, purpose: Any, samples: int) -> tuple[Index, ...]:
    count = int(_standing(chance, keys, seed, purpose, samples, np.empty((4, 0), np.int64)))
    found = np.empty((4, count), np.int64)
    _standing(chance, keys, seed, purpose, samples, found)
    return tuple(found)


@njit(cache=True)
def _standing(chance: Any, keys: Any, seed: Any, purpose: Any, samples: Any, found: Any) -> Any:
    """Asset, sample, first week and number of weeks of each standstill; only counted if no room."""
    room = found.shape[1] > 0
    count = 0
    for i in range(len(keys)):
        start = stream(seed, purpose, keys[i])
        most = chance[i].max()
        for s in range(samples):
            u = np.float64(draw(start, s) >> U(11)) / 9007199254740992.0
            if u >= most:
                continue
            week = 0
            while week < chance.shape[1]:
                if u < chance[i, week]:
                    end = week
                    while end < chance.shape[1] and u < chance[i, end]:
                        end += 1
                    if room:
                        found[0, count], found[1, count] = i, s
                        found[2, count], found[3, count] = week, end - week
                    count += 1
                    week = end
                else:
                    week += 1
    return count
