"""A community's own files as arrays: pyrecodes' library, configuration, paths and damage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from rencity.city.readers.pyrecodes.files import (
    Community,
    Component,
    Flow,
    beside,
    read_community,
)
from rencity.kit.errors import InputError
from rencity.sim.balance.exchange.model import RELATIONS, Exchange, Floats, Ints
from rencity.sim.balance.exchange.orders import orders_of
from rencity.sim.balance.exchange.paths import paths_of
from rencity.sim.balance.exchange.placed import Placed

MEND = "docs/balance.md says which parts of such files are followed"
BRIDGES = "R2DBridge"
SHARED_OUT = ("UtilityDistributionModel",)


def read_exchange(src: str | Path) -> Exchange:
    """Read a community as an exchange of resources.

    Parameters
    ----------
    src : its main file, or the folder that holds it

    Raises
    ------
    InputError : a missing or broken file, or a part that is not followed: repair that itself needs
        resources or other works, durations that are drawn, stocks that are used up
    """
    community = read_community(Path(src))
    placed, localities = _placed(community)
    names = tuple(community.system.resources)
    column = {name: i for i, name in enumerate(names)}
    where = str(community.files[-1])
    shape = (len(placed), len(names))
    supply, demand, surges = np.zeros(shape), np.zeros(shape), np.zeros(shape, bool)
    follows = np.zeros((3, *shape), np.int8)
    for row, each in enumerate(placed):
        for name, flow in each.template.supply.items():
            at = row, _column(column, name, each.name, where)
            _known(flow, each.name, where)
            supply[at] = flow.amount
            follows[0][at] = _relation(flow.follows, each.name, where)
            follows[1][at] = _relation(flow.unmet, each.name, where)
        for name, flow in each.template.demand.items():
            at = row, _column(column, name, each.name, where)
            _known(flow, each.name, where)
            demand[at] = flow.amount
            follows[2][at] = _relation(flow.follows, each.name, where)
            surges[at] = flow.surge == "True"
    bridge, ride_link, ride_bridge = _rides(community, placed, column)
    constants = community.system.constants
    return Exchange(
        name=tuple(each.name for each in placed),
        resource=names,
        supply=supply,
        demand=demand,
        supply_follows=follows[0],
        demand_follows=follows[2],
        supply_unmet=follows[1],
        works_by=np.array([_works_by(e, where) for e in placed], np.int8),
        repair_steps=np.array([_repair_steps(e, where) for e in placed]),
        surges=surges,
        place=np.array([(e.start, e.end) for e in placed], np.int32).reshape(-1, 2),
        ride_link=ride_link,
        ride_bridge=ride_bridge,
        bridge=bridge,
        shock_step=int(constants.get("DISASTER_TIME_STEP", 0)),
        last_step=int(constants.get("MAX_TIME_STEP", 1)),
        **orders_of(community, placed, localities, supply, demand, follows[1]),
        **paths_of(community, placed, localities),
    )


def damage_of(src: str | Path) -> Floats:
    """Damage that a community's files name for each component, float64 (c,), 0 to 1.

    Raises
    ------
    InputError : as `read_exchange`; or damage that is no list of shares, one a component
    """
    community = read_community(Path(src))
    said = community.system.damage.get("Parameters")
    where = community.files[-1]
    if isinstance(said, str):
        where = beside(community.main, said)
        said = [part for part in where.read_text("utf-8").replace("\n", "").split(",") if part]
    try:
        damage = np.array(said, np.float64).reshape(-1)
    except (TypeError, ValueError) as exc:
        raise InputError(
            "damage is no list of numbers", place=str(where), mend="give one share a component"
        ) from exc
    count = len(_placed(community)[0])
    if len(damage) < count or not ((damage >= 0) & (damage <= 1)).all():
        raise InputError(
            f"{len(damage)} damages for {count} components, or one outside 0 to 1",
            place=str(where),
            mend="give one share from 0 to 1 a component, in their order",
        )
    return damage[:count]


def _placed(community: Community) -> tuple[list[Placed], dict[str, int]]:
    """Components in the order of the files: those inside each locality, then its links."""
    content = community.system.content
    number = {name: i for i, name in enumerate(content)}
    made: list[Placed] = []
    for locality, each in content.items():
        here = number[locality]
        parts = [subsystem.parameters for subsystem in each.subsystems()]
        for part in parts:
            for name, count in part.inside.items():
                made += [Placed(name, here, here, _template(community, name))] * count
        for part in parts:
            for end, names in part.between.items():
                if end not in number:
                    raise InputError(
                        f"{locality} has links to {end}, which is no locality",
                        place=str(community.files[-1]),
                        mend="name a locality of the file",
                    )
                made += [Placed(n, here, number[end], _template(community, n)) for n in names]
    return made, number


def _template(community: Community, name: str) -> Component:
    template = community.library.get(name)
    if template is None:
        raise InputError(
            f"no component {name} in the library", place=str(community.files[1]), mend="add it"
        )
    return template


def _rides(
    community: Community, placed: list[Placed], column: dict[str, int]
) -> tuple[int, Ints, Ints]:
    """The resource of bridges, and which links ride on which."""
    groups = community.system.resources.items()
    bridge = next((column[name] for name, each in groups if each.group == "BridgeService"), -1)
    pairs = [
        (row, on)
        for on, under in enumerate(placed)
        if bridge >= 0 and under.template.sort.get("ClassName") == BRIDGES
        for row, each in enumerate(placed)
        if each.template.sort.get("ClassName") != BRIDGES
        and (each.start, each.end) == (under.start, under.end)
    ]
    array = np.array(pairs, np.int32).reshape(-1, 2)
    return bridge, array[:, 0].copy(), array[:, 1].copy()


def _column(column: dict[str, int], name: str, component: str, where: str) -> int:
    if name not in column:
        raise InputError(
            f"{component} names the resource {name}, which is not described",
            place=where,
            mend="describe it under Resources",
        )
    return column[name]


def _known(flow: Flow, component: str, where: str) -> None:
    if flow.made_by.get("ClassName", "ConcreteResource") != "ConcreteResource":
        raise _not_followed(f"{component} has a stock that is used up", where)


def _relation(name: str, component: str, where: str) -> int:
    if name not in RELATIONS:
        raise _not_followed(f"{component} has a relation {name}", where)
    return RELATIONS[name]


def _works_by(each: Placed, where: str) -> int:
    said = each.template.recovery.get("DamageFunctionalityRelation", {})
    return _relation(str(said.get("Type", "Constant")), each.name, where)


def _repair_steps(each: Placed, where: str) -> float:
    works: dict[str, Any] = each.template.recovery.get("Parameters", {})
    repair = works.get("Repair", {})
    steps = repair.get("Duration", {}).get("Deterministic", {}).get("Value")
    if set(works) != {"Repair"} or repair.get("Demand") or repair.get("PrecedingActivities"):
        raise _not_followed(f"{each.name} is mended by more than one plain repair", where)
    if not isinstance(steps, (int, float)) or steps <= 0:
        raise _not_followed(f"{each.name} has no plain repair time above 0", where)
    return float(steps)


def _not_followed(what: str, where: str) -> InputError:
    return InputError(f"{what}, which is not followed", place=where, mend=MEND)
