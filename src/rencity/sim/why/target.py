"""What the user asks about: an asset, or the people of a zone on a lifeline."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from rencity.kit.errors import InputError
from rencity.kit.suggest import did_you_mean
from rencity.sim.why.lane import Ints
from rencity.sim.why.names import Names

ASSET, ZONE = "asset", "zone"


@dataclass(frozen=True)
class Target:
    """Nodes whose outage is asked about, and what weighs on each.

    Attributes
    ----------
    kind : ``asset`` or ``zone``
    id, name : of the asset or zone
    lifeline : of the asset, or the one the zone is asked about
    row : row of the asset, -1 for a zone
    nodes : int64 (m,), ascending; of a zone those that supply it
    weight : int64 (m,), people of the zone on each; 1 for an asset
    """

    kind: str
    id: str
    name: str
    lifeline: str
    row: int
    nodes: Ints
    weight: Ints


def target_of(names: Names, word: str, lifeline: str | None = None) -> Target:
    """The asset or zone of an id; ``asset:ID`` and ``zone:ID`` where both have it.

    Raises
    ------
    InputError : no such id, one that is both, an asset outside every network, a zone that nothing
        supplies, several lifelines to choose from
    """
    prefix, _, rest = word.partition(":")
    sort = prefix if prefix in (ASSET, ZONE) and rest else ""
    known = rest if sort else word
    assets, zones = names.assets, names.zones
    is_asset = sort != ZONE and known in assets
    is_zone = sort != ASSET and known in zones
    if is_asset and is_zone:
        raise InputError(
            f"{known!r} is an asset and a zone",
            place="ASSET|ZONE",
            mend=f"say asset:{known} or zone:{known}",
        )
    if is_asset:
        return _asset(names, assets.get_loc(known), lifeline)
    if is_zone:
        return _zone(names, known, lifeline)
    what = {ASSET: "asset", ZONE: "zone"}.get(sort, "asset or zone")
    ids = [] if sort == ZONE else list(assets)
    ids += [] if sort == ASSET else list(zones)
    raise InputError(
        f"no {what} {known!r} in this city",
        place="ASSET|ZONE",
        mend=did_you_mean(known, ids, what=what),
    )


def zone_target(names: Names, zone: str, lifeline: str) -> Target:
    """The nodes that supply a zone, its parts included, with one lifeline; may be none."""
    network = names.network
    line = network.lifelines.index(lifeline) if lifeline in network.lifelines else -1
    node, people = _supply(names, zone)
    mine = network.lifeline[node] == line
    weight = np.bincount(node[mine], people[mine], network.nodes).astype(np.int64)
    nodes = np.flatnonzero(weight)
    return Target(ZONE, zone, names.zone_name(zone), lifeline, -1, nodes, weight[nodes])


def _asset(names: Names, place: int, lifeline: str | None) -> Target:
    row = int(names.row_of_asset[place])
    asset = str(names.ids[place])
    if row < 0:
        raise InputError(
            f"{asset} is in no network: nothing leads to it, it needs nothing and serves nobody",
            place="ASSET",
            mend="ask about an asset that a link, a need or `serves` names",
        )
    own = str(names.lifeline[place])
    if lifeline is not None and lifeline != own:
        raise InputError(
            f"{asset} is of lifeline {own}, not {lifeline}",
            place="--lifeline",
            mend=f"leave it out, or say {own}",
        )
    shown = str(names.city.assets["name"].iloc[place] or "")
    nodes = np.array([row] if row < names.network.nodes else [], np.int64)
    return Target(ASSET, asset, shown, own, row, nodes, np.ones(len(nodes), np.int64))


def _zone(names: Names, zone: str, lifeline: str | None) -> Target:
    supplied = supplied_by(names, zone)
    if not supplied:
        raise InputError(
            f"nothing supplies zone {zone}, nor a zone inside it",
            place="ZONE",
            mend="ask about a zone that `serves` names, or one that holds such zones",
        )
    if lifeline is None and len(supplied) > 1:
        raise InputError(
            f"zone {zone} is supplied with {', '.join(supplied)}",
            place="--lifeline",
            mend="say which one, as --lifeline " + supplied[0],
        )
    chosen = lifeline or supplied[0]
    if chosen not in supplied:
        raise InputError(
            f"zone {zone} is not supplied with {chosen}",
            place="--lifeline",
            mend=did_you_mean(chosen, supplied, what="lifeline"),
        )
    return zone_target(names, zone, chosen)


def supplied_by(names: Names, zone: str) -> list[str]:
    """Lifelines whose assets supply a zone or a part of it, in the network's order."""
    network = names.network
    node, people = _supply(names, zone)
    lines = set(network.lifeline[node[people > 0]].tolist())
    return [line for number, line in enumerate(network.lifelines) if number in lines]


def _supply(names: Names, zone: str) -> tuple[Ints, Ints]:
    """Nodes that supply a zone or a part of it, and people of each such supply."""
    network = names.network
    mine = np.isin(network.zone, sorted(_parts(names, zone)))
    chosen = np.flatnonzero(mine[network.people_zone])
    node = np.searchsorted(network.people_ptr, chosen, side="right") - 1
    return node.astype(np.int64), network.people[chosen].astype(np.int64)


def _parts(names: Names, zone: str) -> Collection[str]:
    """A zone and every zone inside it."""
    found, queue = {zone}, [zone]
    while queue:
        for child in names.inside.get(queue.pop(), ()):
            if child not in found:
                found.add(child)
                queue.append(child)
    return found
