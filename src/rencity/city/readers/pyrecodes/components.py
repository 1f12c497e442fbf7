"""Components within localities: what makes resources, and what only uses them."""

from __future__ import annotations

from collections import defaultdict

from rencity.city.readers.pyrecodes.draft import Draft, lifeline_sort
from rencity.city.readers.pyrecodes.files import Component, Sort, sort_of

PEOPLE_RULE = "pyrecodes-people-by-shelter"
OWN_USE = "what it makes itself: amounts are left to the level of capacity"
NO_LIFELINE = "a resource of no lifeline"
HOUSES = "houses its own people: counted as people of the zone"
UNTOUCHED = "its supply does not change where this is unmet"
SECOND = "a second input of its own lifeline"
UNKNOWN = "no template of that name in the component library"


def place_components(draft: Draft, locality: str) -> None:
    """Add the components of a locality, its people and what it uses."""
    counts: dict[str, int] = defaultdict(int)
    for subsystem in draft.community.system.content[locality].subsystems():
        for name, n in subsystem.parameters.inside.items():
            counts[name] += n
    used: dict[str, float] = defaultdict(float)
    people = 0.0
    layer = draft.layers["components"]
    for component, n in counts.items():
        layer.read += n
        template = draft.community.library.get(component)
        if template is None:
            layer.refuse(UNKNOWN, f"{locality} {component}", n)
            continue
        made = [
            (resource, sort) for resource in template.supply if (sort := lifeline_sort(resource))
        ]
        for i in range(1, n + 1):
            layer.kept += 1
            key = f"pyrecodes-{locality}-{component}-{i}"
            if made:
                _maker(draft, locality, key, (component, template), made)
            else:
                people += _user(draft, locality, key, (component, template), used)
    _zone(draft, locality, people)
    _uses(draft, locality, used)


def _maker(
    draft: Draft,
    locality: str,
    key: str,
    named: tuple[str, Component],
    made: list[tuple[str, Sort]],
) -> None:
    """A component that makes resources: an asset that feeds where they flow together."""
    name, template = named
    sort = made[0][1]
    inputs = [
        resource
        for resource in template.demand
        if (its := lifeline_sort(resource)) and its.lifeline == sort.lifeline
        and resource not in template.supply
    ]  # fmt: skip
    draft.asset(
        key, sort.lifeline, sort.maker, name, draft.at(locality),
        source=not inputs, capacity=template.supply[made[0][0]].amount,
    )  # fmt: skip
    supply = draft.layers["supply"]
    for resource in template.supply:
        supply.read += 1
        its = lifeline_sort(resource)
        if its is None or its.lifeline != sort.lifeline:
            supply.refuse("of another lifeline than its first", f"{key} {resource}")
        else:
            draft.link(f"{key}-{resource}", sort.lifeline, key, draft.node(resource, locality))
            supply.merge("made the asset's capacity and a link", f"{key} {resource}")
    for resource in template.demand:
        _input(draft, locality, key, resource, template, sort, inputs)


def _input(
    draft: Draft, locality: str, key: str, resource: str, template: Component, sort: Sort,
    inputs: list[str],
) -> None:  # fmt: skip
    layer = draft.layers["operation demand"]
    layer.read += 1
    place = f"{key} {resource}"
    its = lifeline_sort(resource)
    if its is None:
        layer.refuse(NO_LIFELINE, place)
    elif resource in template.supply:
        layer.refuse(OWN_USE, place)
    elif all(flow.unmet == "Constant" for flow in template.supply.values()):
        layer.refuse(UNTOUCHED, place)
    elif resource in inputs[1:]:
        layer.refuse(SECOND, place)
    elif resource in inputs:
        draft.link(f"{key}-from-{resource}", sort.lifeline, draft.node(resource, locality), key)
        layer.merge("made a link that feeds it", place)
    else:
        group = f"need-{key}-{resource}"
        draft.rows["need_groups"].append({"id": group, "asset": key, "lifeline": its.lifeline})
        draft.rows["needs"].append({"group": group, "provider": draft.node(resource, locality)})
        layer.kept += 1


def _user(
    draft: Draft, locality: str, key: str, named: tuple[str, Component], used: dict[str, float]
) -> float:
    """A component that only uses resources: a building; how many people it houses."""
    name, template = named
    layer, supply = draft.layers["operation demand"], draft.layers["supply"]
    housed = 0.0
    for resource in template.supply:
        supply.read += 1
        sort = sort_of(resource)
        supply.refuse(HOUSES if sort and sort.people else NO_LIFELINE, f"{key} {resource}")
    for resource, flow in template.demand.items():
        layer.read += 1
        sort = sort_of(resource)
        if sort is None:
            layer.refuse(NO_LIFELINE, f"{key} {resource}")
        elif sort.people:
            housed = max(housed, flow.amount)
            layer.merge("told how many people it houses", f"{key} {resource}")
        else:
            used[resource] += flow.amount
            layer.merge("added to the zone's demand", f"{key} {resource}")
    draft.rows["buildings"].append(
        {
            "id": key,
            "zone": _zone_id(locality),
            "name": name,
            "use": "residential" if housed or "building" in name.lower() else "other",
            "people_night": housed if housed else float("nan"),
            "origin": "inferred",
            "rule": PEOPLE_RULE,
            "geometry": draft.at(locality),
        }
    )
    return housed


def _zone_id(locality: str) -> str:
    return f"pyrecodes-{locality}"


def _zone(draft: Draft, locality: str, people: float) -> None:
    draft.layers["localities"].read += 1
    draft.layers["localities"].kept += 1
    draft.rows["zones"].append(
        {
            "id": _zone_id(locality),
            "level": "community",
            "name": locality,
            "people_night": people,
            "origin": "inferred" if people else "measured",
            "rule": PEOPLE_RULE if people else "",
            "geometry": draft.shapes[locality],
        }
    )


def _uses(draft: Draft, locality: str, used: dict[str, float]) -> None:
    """What a locality's buildings use: demands of the zone, served from where it flows together."""
    amounts: dict[str, float] = defaultdict(float)
    nodes: dict[str, list[str]] = defaultdict(list)
    for resource, amount in used.items():
        sort = lifeline_sort(resource)
        if sort is not None:
            amounts[sort.lifeline] += amount
            nodes[sort.lifeline].append(draft.node(resource, locality))
    zone = _zone_id(locality)
    for lifeline, amount in amounts.items():
        draft.rows["demands"].append({"zone": zone, "lifeline": lifeline, "amount": amount})
        share = 1.0 / len(nodes[lifeline])
        draft.rows["serves"] += [
            {"asset": node, "zone": zone, "share": share} for node in nodes[lifeline]
        ]
