"""Rules on zones and on who serves them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from rencity.city.check.facts import ABSENT, Facts, Mask
from rencity.city.check.geometry import usable
from rencity.city.schema import LEVELS
from rencity.kit.findings import Finding

PEOPLE_TOLERANCE = 0.01
SHARE_TOLERANCE = 1e-6


def zone_cycle(facts: Facts) -> list[Finding]:
    """No zone contains itself, by way of its parents."""
    around = (facts.depth == ABSENT) & (facts.parent >= 0)
    on = around.copy()
    while True:  # take away what merely hangs below a cycle
        holds = np.zeros(len(on), dtype=bool)
        holds[facts.parent[on]] = True
        if not (on & ~holds).any():
            break
        on &= holds
    return facts.found(
        "zones",
        "zone-cycle",
        "parent",
        on,
        "zones contain themselves by way of their parents",
        "leave parent empty for the zone at the top",
    )


def zone_level(facts: Facts) -> list[Finding]:
    """A zone's level is below its parent's."""
    rank = pd.Index(LEVELS).get_indexer(pd.Index(facts.column("zones", "level")))
    child = np.flatnonzero(facts.parent >= 0)
    over = facts.parent[child]
    wrong = np.zeros(len(rank), dtype=bool)
    known = (rank[child] >= 0) & (rank[over] >= 0)
    wrong[child[known & (rank[child] <= rank[over])]] = True
    return facts.found(
        "zones",
        "zone-level",
        "level",
        wrong,
        "zones are not of a lower level than their parent",
        f"order levels as {' > '.join(LEVELS)}, or correct the parent",
    )


def zone_outside_parent(facts: Facts) -> list[Finding]:
    """A zone lies within its parent."""
    shapes = facts.city.zones.geometry.to_numpy()
    fine = usable(shapes)
    child = np.flatnonzero(facts.parent >= 0)
    child = child[fine[child] & fine[facts.parent[child]]]
    over = shapes[facts.parent[child]]
    area = shapely.get_dimensions(over) == 2
    child, over = child[area], over[area]
    shapely.prepare(over)
    outside = ~shapely.intersects(over, shapely.point_on_surface(shapes[child]))
    wrong = np.zeros(len(shapes), dtype=bool)
    wrong[child[outside]] = True
    return facts.found(
        "zones",
        "zone-outside-parent",
        "geometry",
        wrong,
        "zones lie outside their parent",
        "correct the parent or the outline; both layers may be in different coordinate systems",
        "warning",
    )


def zone_people(facts: Facts) -> list[Finding]:
    """The people of a zone are those of its parts, to 1 %."""
    people = facts.number("zones", "people_night")
    inside = facts.parent >= 0
    total = np.bincount(facts.parent[inside], people[inside], minlength=len(people))
    apart = np.abs(total - people) > PEOPLE_TOLERANCE * np.maximum(total, people)
    wrong = ~facts.is_leaf & apart
    return facts.found(
        "zones",
        "zone-people",
        "people_night",
        wrong,
        "zones count other people than the sum of their parts (a run counts the lowest zones)",
        "correct the count or add the missing parts",
        "warning",
    )


def share_sum(facts: Facts) -> list[Finding]:
    """The shares of a zone's people in one lifeline sum to at most 1."""
    there = (facts.serve_asset >= 0) & (facts.serve_zone >= 0)
    codes, names = facts.lifelines
    zones = len(facts.city.zones)
    slot = facts.serve_zone[there] * len(names) + codes[facts.serve_asset[there]]
    total = np.bincount(
        slot, facts.number("serves", "share")[there], minlength=zones * len(names)
    ).reshape(zones, len(names))
    found = []
    for code, name in enumerate(names):
        over = total[:, code] > 1 + SHARE_TOLERANCE
        if over.any():
            found.append(
                Finding(
                    "share-sum",
                    "error",
                    f"{int(over.sum())} zones have {name} shares that sum to more than 1, "
                    f"up to {total[:, code].max():g}",
                    "lower the shares of the zone",
                    table="serves",
                    field="share",
                    ids=facts.ids("zones", over),
                )
            )
    return found


def served_twice(facts: Facts) -> list[Finding]:
    """No lifeline serves both a zone and one that contains it."""
    found = []
    for code, name in enumerate(facts.lifelines[1]):
        own, inherited = _served(facts, code)
        twice = own & inherited
        if twice.any():
            found.append(
                Finding(
                    "served-twice",
                    "error",
                    f"{name} serves {int(twice.sum())} zones and a zone above each: "
                    "their people would count twice",
                    "serve the lower zones or the upper one, not both",
                    table="serves",
                    field="zone",
                    ids=facts.ids("zones", twice),
                )
            )
    return found


def unserved_zone(facts: Facts) -> list[Finding]:
    """Every lifeline serves every zone where people live, itself or through a parent.

    One that serves less than half of the people, as a metro does, is taken as meant so.
    """
    people = facts.number("zones", "people_night")
    lived = facts.is_leaf & (people > 0)
    if not lived.any():
        return []
    found = []
    for code, name in enumerate(facts.lifelines[1]):
        own, inherited = _served(facts, code)
        bare = lived & ~own & ~inherited
        if bare.any():
            found.append(
                Finding(
                    "unserved-zone",
                    "warning" if people[bare].sum() <= people[lived].sum() / 2 else "note",
                    f"{name} serves none of {int(bare.sum())} zones with "
                    f"{people[bare].sum():,.0f} people: its outage costs them nothing",
                    "add rows to serves, or import with rules that infer them",
                    table="serves",
                    field="zone",
                    ids=facts.ids("zones", bare),
                )
            )
    return found


def _served(facts: Facts, lifeline: int) -> tuple[Mask, Mask]:
    """Zones that a lifeline serves themselves, and zones served through one above them."""
    codes, _ = facts.lifelines
    there = (facts.serve_asset >= 0) & (facts.serve_zone >= 0)
    there[there] = codes[facts.serve_asset[there]] == lifeline
    own = np.zeros(len(facts.city.zones), dtype=bool)
    own[facts.serve_zone[there]] = True
    inherited = np.zeros(len(own), dtype=bool)
    for depth in range(1, int(facts.depth.max(initial=0)) + 1):
        below = np.flatnonzero(facts.depth == depth)
        inherited[below] = (own | inherited)[facts.parent[below]]
    return own, inherited
