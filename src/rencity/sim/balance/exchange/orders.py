"""Who is served first of each resource, and which resources hang together."""

from __future__ import annotations

from typing import Any

import numpy as np

from rencity.city.network.rows import pointers
from rencity.city.readers.pyrecodes.files import Community
from rencity.kit.errors import InputError
from rencity.sim.balance.exchange.model import CONSTANT, Codes, Floats
from rencity.sim.balance.exchange.placed import Placed

OPERATION = "OperationDemand"
BY_TYPE, BY_COMPONENT = "ComponentTypePriority", "ComponentBasedPriority"
MEND = f"give {BY_TYPE} or {BY_COMPONENT} with {OPERATION} only"


def orders_of(
    community: Community,
    placed: list[Placed],
    localities: dict[str, int],
    supply: Floats,
    demand: Floats,
    unmet: Codes,
) -> dict[str, Any]:
    """Fields of `Exchange` on orders and on which resources are shared out when.

    A resource hangs together with others where a component that gives it also needs something and
    gives less when it goes without.
    """
    names = list(community.system.resources)
    shared = [n for n in names if not community.system.resources[n].group.endswith("Service")]
    needy = np.asarray((demand > 0).any(axis=1))
    gives = np.zeros(supply.shape, bool)
    for row, each in enumerate(placed):
        gives[row, [names.index(name) for name in each.template.supply]] = True
    swayed = (gives & (unmet != CONSTANT) & needy[:, None]).any(axis=0)
    column = {name: i for i, name in enumerate(names)}
    orders = [_order(community, n, placed, localities) if n in shared else [] for n in names]
    return {
        "alone": np.array([column[n] for n in shared if not swayed[column[n]]], np.int32),
        "together": np.array([column[n] for n in shared if swayed[column[n]]], np.int32),
        "order_ptr": pointers(np.array([len(each) for each in orders])).astype(np.int32),
        "order": np.array([row for each in orders for row in each], np.int32),
    }


def _order(
    community: Community, resource: str, placed: list[Placed], localities: dict[str, int]
) -> list[int]:
    said = community.system.resources[resource].model
    sort, entries = (said.parameters.priority.get(k) for k in ("ClassName", "Parameters"))
    plain = said.name == "UtilityDistributionModel" and not said.parameters.at
    if not plain or sort not in (BY_TYPE, BY_COMPONENT) or not isinstance(entries, list):
        raise _unknown(community, f"{resource} is shared out by {said.name}, {sort}")
    made: list[int] = []
    free = dict.fromkeys(range(len(placed)))
    for entry in entries:
        if not isinstance(entry, list) or entry[-1] != OPERATION:
            raise _unknown(community, f"{resource} has the priority {entry}")
        found = [row for row in free if placed[row].name == entry[0]]
        if sort == BY_COMPONENT:
            ends = [localities.get(str(name), -1) for name in entry[1]]
            found = [r for r in found if (placed[r].start, placed[r].end) == (ends[0], ends[-1])][
                :1
            ]
        if not found and sort == BY_COMPONENT:
            raise _unknown(community, f"{resource} serves {entry[0]} where there is none")
        made += found
        for row in found:
            del free[row]
    return made


def _unknown(community: Community, what: str) -> InputError:
    return InputError(f"{what}, which is not followed", place=str(community.files[-1]), mend=MEND)
