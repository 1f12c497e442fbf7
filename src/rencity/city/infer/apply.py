"""Rules applied to a city, in an order that the kinds of rules settle."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rencity.city.infer.areas import fill_areas
from rencity.city.infer.capacities import fill_capacities
from rencity.city.infer.cells import fill_cells
from rencity.city.infer.places import (
    BUILDING_RULE,
    HEIGHT_RULE,
    TERRAIN,
    ZONE_RULE,
    fill_heights,
    fill_zones,
)
from rencity.city.infer.supply import Filled, fill_needs, fill_serves
from rencity.city.model import City
from rencity.city.rules import AreaRule, CapacityRule, CellRule, NeedRule, Rule, ServeRule
from rencity.kit.findings import Finding

_FILL: dict[type, Callable[[City, str, Any], Filled]] = {
    CellRule: fill_cells,
    NeedRule: fill_needs,
    AreaRule: fill_areas,
    ServeRule: fill_serves,
    CapacityRule: fill_capacities,
}
"""Kinds of rules in the order they are applied: each may read what those before it made."""

_TOLD = {
    "person": "people that it serves",
    "demand": "use by those it serves",
    "area": "shape with an area",
    "voltage": "voltage_kv that the steps reach",
    "diameter": "diameter_mm that the steps reach",
    "flow": "diameter_mm",
    "each": "amount",
}


@dataclass(frozen=True)
class Inference:
    """A city with its gaps filled.

    Attributes
    ----------
    counts : rows or values filled, by rule; a rule that filled nothing counts 0
    unmet : what a rule asked for and nothing could give
    """

    city: City
    counts: Mapping[str, int]
    unmet: tuple[Finding, ...]


def infer(city: City, rules: Mapping[str, Rule]) -> Inference:
    """Fill what is missing by the rules, and mark it.

    Kinds of rules are applied in a settled order: cells, places (zone of each asset and building,
    height of the ground), needs, areas, serves, capacities. Among rules of one kind the order of
    `rules` counts: what an earlier one filled is not missing to a later one. Applied again to its
    own result it changes nothing.
    """
    counts: dict[str, int] = {}
    lacking: dict[str, list[str]] = {}
    ordered = [(n, r) for kind in _FILL for n, r in rules.items() if isinstance(r, kind)]
    cells = sum(isinstance(rule, CellRule) for _, rule in ordered)
    for number, (name, rule) in enumerate([*ordered, ("", None)]):
        if number == cells:
            city = _places(city, counts)
        if rule is not None:
            city, counts[name], lacking[name] = _FILL[type(rule)](city, name, rule)
    return Inference(city, counts, tuple(_unmet(city, dict(ordered), lacking)))


def _places(city: City, counts: dict[str, int]) -> City:
    """The built-in rules, counted where the city has what they read."""
    city, counts[ZONE_RULE] = fill_zones(city, "assets", ZONE_RULE)
    if len(city.buildings):
        city, counts[BUILDING_RULE] = fill_zones(city, "buildings", BUILDING_RULE)
    if city.has_raster(TERRAIN):
        city, counts[HEIGHT_RULE] = fill_heights(city)
    return city


def _unmet(
    city: City, rules: Mapping[str, Rule], lacking: Mapping[str, list[str]]
) -> list[Finding]:
    """What no rule met in the end, told once, under the last rule that tried.

    Zones are not told of a lifeline the city has no asset of: it is simply not modelled.
    """
    if not any(lacking.values()):
        return []
    open_ = _open(city)
    modelled = set(city.assets["lifeline"])
    told: set[tuple[str, str, str]] = set()
    found = []
    for name, rule in reversed(list(rules.items())):
        what, lifeline = _of(rule)
        ids = [
            i for i in lacking[name] if open_(what, i, lifeline) and (what, i, lifeline) not in told
        ]
        told.update((what, i, lifeline) for i in ids)
        if ids and (what != "serves" or lifeline in modelled):
            found.append(_finding(name, rule, ids))
    return found[::-1]


def _of(rule: Rule) -> tuple[str, str]:
    """What a rule fills, and for which lifeline where that counts."""
    if isinstance(rule, NeedRule):
        return "needs", rule.lifeline
    if isinstance(rule, AreaRule | ServeRule):
        return "serves", rule.lifeline
    return ("capacity", "") if isinstance(rule, CapacityRule) else ("cells", "")


def _open(city: City) -> Callable[[str, str, str], bool]:
    """Whether something is still missing."""
    groups, lifelines = city.need_groups, city.assets.set_index("id")["lifeline"]
    needs = set(zip(groups["asset"], groups["lifeline"], strict=True))
    serves = set(zip(city.serves["zone"], city.serves["asset"].map(lifelines), strict=True))
    bare = set(city.assets["id"][city.assets["capacity"].isna()])

    def still(what: str, name: str, lifeline: str) -> bool:
        if what == "capacity":
            return name in bare
        met = {"needs": needs, "serves": serves}.get(what, set())
        return (name, lifeline) not in met

    return still


def _finding(name: str, rule: Rule, lacking: list[str]) -> Finding:
    if isinstance(rule, CapacityRule):
        return _no_basis(name, rule, lacking)
    if isinstance(rule, CellRule):
        return Finding(
            rule="no-basis",
            severity="warning",
            what=f"rule {name}: {len(lacking)} zones have no area to cut into cells",
            mend="give the zones outlines",
            table="zones",
            field="geometry",
            ids=tuple(lacking),
        )
    needs = isinstance(rule, NeedRule)
    wanted = ", ".join(rule.providers if isinstance(rule, NeedRule) else rule.kinds)
    table = "assets" if needs else "zones"
    return Finding(
        rule="no-provider-near",
        severity="warning",
        what=f"rule {name}: {len(lacking)} {table} have too few of {wanted} within "
        f"{rule.within_m:g} m",
        mend="import what is missing, give the needs or serves by a mapping, or widen `within_m`",
        table="need_groups" if needs else "serves",
        ids=tuple(lacking),
    )


def _no_basis(name: str, rule: CapacityRule, lacking: list[str]) -> Finding:
    return Finding(
        rule="no-basis",
        severity="note",
        what=f"rule {name}: {len(lacking)} assets have no {_TOLD[rule.per]} to tell a capacity by",
        mend="give the capacity, or what the rule reads",
        table="assets",
        field="capacity",
        ids=tuple(lacking),
    )
