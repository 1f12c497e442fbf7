"""Components between localities: links, what they carry, and the bridges they ride on."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, NamedTuple

import shapely

from rencity.city.readers.pyrecodes.components import UNKNOWN
from rencity.city.readers.pyrecodes.draft import Draft, lifeline_sort
from rencity.city.readers.pyrecodes.files import Component

BRIDGES = "BridgeService"
SHARED_RULE = "pyrecodes-several-resources-on-one-link"


class Between(NamedTuple):
    """A component between two localities."""

    key: str
    name: str
    start: str
    end: str
    template: Component


def place_links(draft: Draft) -> None:
    """Add what joins localities; first the bridges, since links ride on them."""
    found = _between(draft)
    bridges: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in found:
        if BRIDGES in each.template.supply:
            bridges[each.start, each.end].append(_bridge(draft, each))
    for each in found:
        if BRIDGES not in each.template.supply:
            _link(draft, each, bridges[each.start, each.end])


def _between(draft: Draft) -> list[Between]:
    content, layer = draft.community.system.content, draft.layers["links"]
    made: list[Between] = []
    counts: dict[tuple[str, str, str], int] = defaultdict(int)
    for start, locality in content.items():
        for subsystem in locality.subsystems():
            for end, names in subsystem.parameters.between.items():
                for name in names:
                    layer.read += 1
                    counts[start, end, name] += 1
                    key = f"pyrecodes-{start}-{end}-{name}-{counts[start, end, name]}"
                    template = draft.community.library.get(name)
                    if template is None:
                        layer.refuse(UNKNOWN, key)
                    elif end not in content:
                        layer.refuse("leads to no locality of the file", key)
                    elif end == start:
                        layer.refuse("joins a locality to itself", key)
                    else:
                        made.append(Between(key, name, start, end, template))
    return made


def _bridge(draft: Draft, each: Between) -> str:
    draft.layers["links"].kept += 1
    _count_supply(draft, each, "made a bridge")
    draft.asset(each.key, "road", "bridge", each.name, _line(draft, each))
    start, end = draft.junction(each.start), draft.junction(each.end)
    draft.link(f"{each.key}-road", "road", start, end, each.key)
    return each.key


def _link(draft: Draft, each: Between, bridges: list[str]) -> None:
    """A link of each resource that needs the service this component gives."""
    carried = [
        (name, sort)
        for name, resource in draft.community.system.resources.items()
        if resource.model.parameters.transfer in each.template.supply
        and (sort := lifeline_sort(name))
    ]
    layer = draft.layers["links"]
    if not carried:
        layer.refuse("gives a service that no resource needs to flow", each.key)
        _count_supply(draft, each, "")
        _count_demands(draft, each, [], [])
        return
    layer.kept += 1
    _count_supply(draft, each, "made links")
    line, own = _line(draft, each), []
    shared = len(carried) > 1
    if shared:
        middle = (
            None if line is None else shapely.line_interpolate_point(line, 0.5, normalized=True)
        )
        draft.asset(each.key, "road", "utility_tunnel", each.name, middle)
    for name, sort in carried:
        key = f"{each.key}-{name}" if shared else each.key
        rule = {"origin": "inferred", "rule": SHARED_RULE} if shared else {}
        draft.asset(key, sort.lifeline, sort.link, each.name, line, **rule)
        start, end = draft.node(name, each.start), draft.node(name, each.end)
        draft.link(f"{key}-link", sort.lifeline, start, end, key)
        own.append(key)
        if shared:
            draft.rows["carriers"].append({"carrier": each.key, "asset": key, **rule})
    _count_demands(draft, each, own, bridges)


def _count_supply(draft: Draft, each: Between, reason: str) -> None:
    layer = draft.layers["supply"]
    for resource in each.template.supply:
        layer.read += 1
        place = f"{each.key} {resource}"
        if reason:
            layer.merge(reason, place)
        else:
            layer.refuse("of a link that is refused", place)


def _count_demands(draft: Draft, each: Between, own: list[str], bridges: list[str]) -> None:
    layer = draft.layers["operation demand"]
    for resource in each.template.demand:
        layer.read += 1
        place = f"{each.key} {resource}"
        if not own:
            layer.refuse("of a link that is refused", place)
        elif resource != BRIDGES:
            layer.refuse("of a link: left to the level of capacity", place)
        elif not bridges:
            layer.refuse("no bridge joins its localities in that direction", place)
        else:
            layer.kept += 1
            draft.rows["carriers"] += [
                {"carrier": bridge, "asset": asset} for bridge in bridges for asset in own
            ]


def _line(draft: Draft, each: Between) -> Any:
    ends = [draft.at(each.start), draft.at(each.end)]
    if None in ends or ends[0].equals(ends[1]):
        return None
    return shapely.LineString(ends)
