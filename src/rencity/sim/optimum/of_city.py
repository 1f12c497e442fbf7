"""A city as flow networks: sources by capacity, demand by zone, needs as they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rencity.city.model import City
from rencity.city.network import NOT_OPEN, Network
from rencity.kit.errors import CityError
from rencity.sim.optimum.network import Bools, Floats, FlowNetwork, Ids

NEVER_FAILS = "(a link that cannot fail)"
TOKEN = 0.01
"""What a provider without a demand draws, as a share of the mean demand of its lifeline."""
LITTLE = 1e-3
"""Cost of a repair, in people without a lifeline for a period: of two plans that serve alike, the
one that mends less."""


@dataclass(frozen=True)
class CityFlows:
    """What was taken from a city.

    Attributes
    ----------
    network : its parts are assets; costs are people without a lifeline
    left_out : why each other lifeline is not in it
    needs_dropped : needs of its nodes that a lifeline outside would meet, taken as met
    """

    network: FlowNetwork
    left_out: dict[str, str]
    needs_dropped: int


def flows_of(city: City, arrays: Network, lifelines: Sequence[str] = ()) -> CityFlows:
    """Take the lifelines whose capacity and demand are known.

    Parameters
    ----------
    arrays : of the city, from `network_of`
    lifelines : these and no others; by default each that has what it takes

    Raises
    ------
    CityError
        A lifeline that was named lacks what it takes, or none has it.

    Notes
    -----
    Demand is the asset's own; where no asset of the lifeline has one, that of zones by `serves`.
    A source gives up to its capacity, less what it takes itself. A node that neither gives nor
    takes lets no more through than its capacity; the capacity of one that takes is for its own
    customers, and what passes it on the way to others is not limited. Links without a capacity
    carry all their lifeline gives. Backups, manual starts, switches that are normally open and
    carriers are left out: a need that is not met stops an asset at once. A need is met while
    enough of its providers work and get what they draw. Assets that need each other in a circle
    start together, which the engine's level `reach` does not let them.
    """
    supply = {name: _supply(city, arrays, name) for name in arrays.lifelines}
    lacks = {name: made for name, made in supply.items() if isinstance(made, str)}
    for name in lifelines:
        if name not in supply:
            raise CityError(
                f"lifeline {name} is not in the city",
                mend=f"name one of {', '.join(arrays.lifelines)}",
            )
        if name in lacks:
            raise CityError(lacks[name], place=name, mend=_MEND)
    chosen = [name for name in lifelines or arrays.lifelines if name not in lacks]
    if not chosen:
        said = "; ".join(f"{name}: {why}" for name, why in lacks.items())
        raise CityError(f"no lifeline has capacity and demand ({said})", mend=_MEND)
    amounts = {name: made for name, made in supply.items() if not isinstance(made, str)}
    return _taken(city, arrays, sorted(chosen, key=arrays.lifelines.index), amounts, lacks)


_MEND = (
    "give the sources a capacity and assets or zones a demand, or let `rencity city infer` do it; "
    "or leave the lifeline out"
)


def _supply(city: City, arrays: Network, name: str) -> Floats | str:
    """What each node of the lifeline gives or takes, (nodes of it,); else what is missing."""
    nodes = _nodes(arrays, name)
    assets = city.assets.iloc[arrays.asset[nodes]]
    source = arrays.source[nodes].astype(bool)
    if not source.any():
        return "it has no source"
    capacity = assets["capacity"].to_numpy(dtype=float)
    bare = assets["id"].to_numpy()[source & np.isnan(capacity)]
    if len(bare):
        return f"{len(bare)} sources have no capacity: {', '.join(bare[:5])}"
    own = np.nan_to_num(assets["demand"].to_numpy(dtype=float))
    demand = own if (own > 0).any() else own + _zone_demand(city, assets["id"], name)
    if not (demand > 0).any():
        return "no asset has a demand and no zone that is served has one"
    # more than everyone takes is of no use, and great figures blur the solver's
    most = demand.sum() * (1 + TOKEN * len(demand))
    return np.asarray(np.where(source, np.minimum(capacity, most), 0.0) - demand)


def _nodes(arrays: Network, name: str) -> Ids:
    row = arrays.lifelines.index(name)
    return np.arange(arrays.first[row], arrays.first[row + 1])


def _zone_demand(city: City, ids: pd.Series, name: str) -> Floats:
    rows = city.demands[city.demands["lifeline"].eq(name)].set_index("zone")["amount"]
    serves = city.serves[city.serves["asset"].isin(ids)]
    amount = serves["share"] * serves["zone"].map(rows).fillna(0.0)
    total = amount.groupby(serves["asset"]).sum()
    return ids.map(total).fillna(0.0).to_numpy(dtype=float)


def _taken(
    city: City,
    arrays: Network,
    chosen: list[str],
    amounts: dict[str, Floats],
    lacks: dict[str, str],
) -> CityFlows:
    nodes = np.concatenate([_nodes(arrays, name) for name in chosen])
    supply = np.concatenate([amounts[name] for name in chosen])
    lifeline = np.repeat(np.arange(len(chosen)), [len(amounts[name]) for name in chosen])
    place = np.full(arrays.nodes, -1)
    place[nodes] = np.arange(len(nodes))
    assets = city.assets
    ids, capacity = assets["id"].to_numpy(), assets["capacity"].to_numpy(dtype=float)
    tail, head, row = _edges(arrays, place)
    rows, link = np.unique(row, return_inverse=True)
    own = arrays.link_asset[rows]
    of_link = np.where(own >= 0, capacity[own], np.nan)[link]
    given = np.bincount(lifeline, np.maximum(supply, 0), minlength=len(chosen))[lifeline]
    at = capacity[arrays.asset[nodes]]
    limited = ~np.isnan(at) & (supply == 0)
    needs, dropped = _needs(arrays, place)
    people = _people_a_unit(arrays, nodes, supply, lifeline)
    drawn = _with_tokens(supply, lifeline, needs["need_provider"])
    parts = len(nodes) + len(rows)
    names = [ids[asset] if asset >= 0 else f"{NEVER_FAILS} {n}" for n, asset in enumerate(own)]
    network = FlowNetwork(
        node=tuple(ids[arrays.asset[nodes]]),
        link=tuple(names),
        lifelines=tuple(chosen),
        lifeline=lifeline,
        supply=drawn,
        shortage_cost=np.where(supply < 0, people, 0.0),
        surplus_cost=np.zeros(len(nodes)),
        throughput=np.where(limited, at, np.inf),
        arc_tail=tail,
        arc_head=head,
        arc_link=link,
        capacity=np.where(np.isnan(of_link), given[tail], of_link),
        flow_cost=np.zeros(len(tail)),
        repair_cost=np.full(parts, LITTLE),
        crew=np.ones(parts),
        **needs,
        site_cost=np.zeros(0),
        site_part=np.zeros(0, np.int64),
        site=np.zeros(0, np.int64),
        need_served=True,
    )
    left_out = {name: lacks.get(name, "not asked for") for name in arrays.lifelines}
    return CityFlows(network, {k: v for k, v in left_out.items() if k not in chosen}, dropped)


def _edges(arrays: Network, place: Ids) -> tuple[Ids, Ids, Ids]:
    """Closed edges among these nodes: tail, head, link row."""
    tail = np.repeat(np.arange(arrays.nodes), np.diff(arrays.out_ptr))
    inside = (place[tail] >= 0) & (arrays.link_open_min[arrays.out_link] == NOT_OPEN)
    head, row = arrays.out_node[inside], arrays.out_link[inside]
    return place[tail[inside]], place[head], row.astype(np.int64)


def _people_a_unit(arrays: Network, nodes: Ids, supply: Floats, lifeline: Ids) -> Floats:
    """People without the lifeline for each unit of its demand that is not met."""
    on_node = np.add.reduceat(np.append(arrays.people, 0), arrays.people_ptr[:-1])
    on_node[np.diff(arrays.people_ptr) == 0] = 0
    people = np.bincount(lifeline, on_node[nodes])
    demand = np.bincount(lifeline, np.maximum(-supply, 0))
    return np.asarray((np.maximum(people, 1) / demand)[lifeline])


def _with_tokens(supply: Floats, lifeline: Ids, providers: Ids) -> Floats:
    """A provider that takes nothing draws a little, so that it shows whether it is reached."""
    demand = np.maximum(-supply, 0)
    takers = np.bincount(lifeline, demand > 0)
    each = TOKEN * np.bincount(lifeline, demand) / np.maximum(takers, 1)
    asked = np.zeros(len(supply), bool)
    asked[providers] = True
    return np.asarray(np.where(asked & (supply == 0), -each[lifeline], supply))


def _needs(arrays: Network, place: Ids) -> tuple[dict[str, Ids], int]:
    """Needs among these nodes; the number of those met from outside."""
    count = np.diff(arrays.group_ptr)
    group = np.repeat(np.arange(len(count)), count)
    provider = place[arrays.group_provider]
    needing = place[arrays.group_node] >= 0
    outside = np.zeros(len(count), bool)
    outside[group[provider < 0]] = True
    kept = needing & ~outside
    mine = kept[group]
    return {
        "need_node": place[arrays.group_node[kept]],
        "need_quorum": arrays.group_quorum[kept].astype(np.int64),
        "need_ptr": np.concatenate([[0], np.cumsum(count[kept])]),
        "need_provider": provider[mine],
    }, int((needing & outside).sum())


def broken_of(city: City, network: FlowNetwork, ids: Sequence[str]) -> Bools:
    """Mark broken assets, bool (n + k,).

    Raises
    ------
    CityError
        An id is no asset, or the asset is in none of the lifelines taken.
    """
    known = set(city.assets["id"])
    absent = sorted(set(ids) - known)
    if absent:
        raise CityError(
            f"{len(absent)} broken assets are not in the city: {', '.join(absent[:5])}",
            mend="name assets of the city",
        )
    outside = sorted(set(ids) - set(network.part))
    if outside:
        raise CityError(
            f"{len(outside)} broken assets are in none of the lifelines taken "
            f"({', '.join(network.lifelines)}): {', '.join(outside[:5])}",
            mend="leave them out, or name their lifeline",
        )
    return network.rows(ids)
