"""The mixed-integer programme of restoration over some periods, as sparse matrices.

The interdependent network design problem of González, Dueñas-Osorio, Sánchez-Silva and Medaglia,
*Computer-Aided Civil and Infrastructure Engineering* 31:334-350 (2016); over several periods its
time-dependent form. Columns of a period: flow on arcs, shortage and surplus of nodes, which nodes
work, which broken parts are whole by then, which sites are prepared.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import block_array, block_diag, coo_array, csc_array, eye_array, kron

from rencity.sim.optimum.flow import balance, ceilings, inflow, prices
from rencity.sim.optimum.network import Bools, Floats, FlowNetwork, Ids, provided


@dataclass(frozen=True, eq=False)
class Programme:
    """Minimise ``cost @ x`` with ``low <= matrix @ x <= high`` and ``0 <= x <= ceiling``.

    Attributes
    ----------
    integral : int64 (columns,), 1 where x must be whole
    flows, works, whole, sites : columns of a period in each of the four groups
    broken : int64, part of each column of the third group
    fallible : int64, node of each column of the second group
    """

    cost: Floats
    matrix: csc_array
    low: Floats
    high: Floats
    ceiling: Floats
    integral: Ids
    periods: int
    flows: int
    works: int
    whole: int
    sites: int
    broken: Ids
    fallible: Ids

    @property
    def width(self) -> int:
        """Columns of a period."""
        return self.flows + self.works + self.whole + self.sites


def fallible(network: FlowNetwork, broken: Bools) -> Ids:
    """Nodes that may fail to work: broken, or in need of some that may; ascending rows."""
    may = broken[: len(network.node)].copy()
    if network.need_served:  # whom the flow does not reach is not known beforehand
        may[network.need_node] = True
    while True:
        sure = provided(network, ~may)
        more = network.need_node[sure < network.need_quorum]
        if may[more].all():
            return np.flatnonzero(may)
        may[more] = True


def programme(network: FlowNetwork, broken: Bools, crews: Floats) -> Programme:
    """The programme for these broken parts; `crews` is float64 (periods,)."""
    periods = len(crews)
    part, node = np.flatnonzero(broken), fallible(network, broken)
    n, m = len(network.node), len(network.arc_tail)
    at = np.isin(network.site_part, part)
    site, column_of_site = np.unique(network.site[at], return_inverse=True)
    groups = (m + 2 * n, len(node), len(part), len(site))
    blocks = [
        _balance(network, groups),
        _inflow(network, groups),
        _carried(network, groups, node, part),
    ]
    blocks += [_own(network, groups, node), _works(network, groups, node, part)]
    one = block_array([[matrix] for matrix, _, _ in blocks])
    column = np.searchsorted(part, network.site_part[at])
    across, high = _mending(network, groups, part, (column, column_of_site), crews)
    lows = np.tile(np.concatenate([low for _, low, _ in blocks]), periods)
    highs = np.tile(np.concatenate([top for _, _, top in blocks]), periods)
    ones = np.ones(sum(groups[1:]))
    return Programme(
        _costs(network, groups, part, site, periods),
        csc_array(block_array([[block_diag([one] * periods)], [across]])),
        np.concatenate([lows, np.full(len(high), -np.inf)]),
        np.concatenate([highs, high]),
        np.tile(np.concatenate([ceilings(network), ones]), periods),
        np.tile(_integral(network, groups, node), periods),
        periods,
        *groups,
        part,
        node,
    )


def _integral(network: FlowNetwork, groups: Groups, node: Ids) -> Ids:
    """Which columns must be whole, int64 (width,): the repairs, and what follows from them not.

    Given the repairs, a node that works more fully only allows more flow, so it works wholly in
    some optimum, unless its needs can be met in part. A site is prepared as far as a repair is.
    """
    partly = network.need_node[(network.need_quorum > 1) | network.need_served]
    works = np.isin(node, partly).astype(np.int64)
    return np.concatenate([np.repeat(0, groups[0]), works, np.ones(groups[2]), np.zeros(groups[3])])


Rows = tuple[coo_array, Floats, Floats]
Groups = tuple[int, int, int, int]


def _at_most(width: int, entries: list[tuple[Ids, Ids, Floats]], high: Floats) -> Rows:
    """Rows ``sum of entries <= high``."""
    row, column, value = (np.concatenate(list(each)) for each in zip(*entries, strict=True))
    shape = (len(high), width)
    return coo_array((value, (row, column)), shape=shape), np.full(len(high), -np.inf), high


def _balance(network: FlowNetwork, groups: Groups) -> Rows:
    matrix = coo_array(balance(network))
    matrix.resize(len(network.node), sum(groups))
    return matrix, network.supply, network.supply


def _inflow(network: FlowNetwork, groups: Groups) -> Rows:
    into, most = inflow(network)
    matrix = coo_array(into)
    matrix.resize(len(most), sum(groups))
    return matrix, np.full(len(most), -np.inf), most


def _carried(network: FlowNetwork, groups: Groups, node: Ids, part: Ids) -> Rows:
    """An arc carries nothing while an end does not work or its link is broken."""
    top = ceilings(network)
    arcs, columns = [], []
    for end in (network.arc_tail, network.arc_head):
        arc = np.flatnonzero(np.isin(end, node))
        arcs.append(arc)
        columns.append(groups[0] + np.searchsorted(node, end[arc]))
    of_link = len(network.node) + network.arc_link
    arc = np.flatnonzero(np.isin(of_link, part))
    arcs.append(arc)
    columns.append(groups[0] + groups[1] + np.searchsorted(part, of_link[arc]))
    arc, column = np.concatenate(arcs), np.concatenate(columns)
    row = np.arange(len(arc))
    entries = [(row, arc, np.ones(len(arc))), (row, column, -top[arc])]
    return _at_most(sum(groups), entries, np.zeros(len(arc)))


def _own(network: FlowNetwork, groups: Groups, node: Ids) -> Rows:
    """A node that does not work lacks all it takes or delivers nothing.

    Follows from the flows; told outright, the relaxation is tight.
    """
    n, m = len(network.node), len(network.arc_tail)
    size = np.abs(network.supply[node])
    own = np.where(network.supply[node] < 0, m + node, m + n + node)
    row = np.arange(len(node))
    entries = [(row, own, -np.ones(len(node))), (row, groups[0] + row, -size)]
    return _at_most(sum(groups), entries, -size)


def _works(network: FlowNetwork, groups: Groups, node: Ids, part: Ids) -> Rows:
    """A node works only when it is whole and enough of its providers work."""
    broken = np.flatnonzero(np.isin(node, part))
    whole = groups[0] + groups[1] + np.searchsorted(part, node[broken])
    row = np.arange(len(broken))
    entries = [(row, groups[0] + broken, np.ones(len(row))), (row, whole, -np.ones(len(row)))]
    needs, high = _met(network, groups, node, len(broken))
    return _at_most(sum(groups), entries + needs, np.concatenate([np.zeros(len(broken)), high]))


def _met(
    network: FlowNetwork, groups: Groups, node: Ids, first: int
) -> tuple[list[tuple[Ids, Ids, Floats]], Floats]:
    """Rows from `first` on: quorum times the node that needs, less its providers, at most the sure.

    A provider counts by whether it works or, where it must be served, by the share it is not short
    of; two that are half served count as one.
    """
    demand = network.demand * network.need_served
    may, count = np.isin(np.arange(len(network.node)), node), np.diff(network.need_ptr)
    kept = np.flatnonzero(may[network.need_node])
    needing = groups[0] + np.searchsorted(node, network.need_node[kept])
    entries = [(first + np.arange(len(kept)), needing, network.need_quorum[kept].astype(float))]
    group = np.repeat(np.arange(len(count)), count)
    short = demand[network.need_provider] > 0
    asks = np.isin(group, kept) & (short | may[network.need_provider])
    row, provider = first + np.searchsorted(kept, group[asks]), network.need_provider[asks]
    by = short[asks]
    works = groups[0] + np.searchsorted(node, provider[~by])
    entries.append((row[~by], works, -np.ones(len(works))))
    shortage = len(network.arc_tail) + provider[by]
    entries.append((row[by], shortage, 1 / demand[provider[by]]))
    return entries, provided(network, ~may | (demand > 0))[kept].astype(float)


def _mending(
    network: FlowNetwork, groups: Groups, part: Ids, sites: tuple[Ids, Ids], crews: Floats
) -> tuple[csc_array, Floats]:
    """Across periods: what is whole stays so, crews suffice, a site is prepared where one mends."""
    periods, column, site = len(crews), *sites
    later = eye_array(periods) - eye_array(periods, k=-1)
    select = _columns(groups, 2)
    stays = kron(-later, select)
    crew = kron(later, csc_array(network.crew[part][None, :]) @ select)
    row, one = np.arange(len(column)), np.ones(len(column))
    mended = csc_array(coo_array((one, (row, column)), shape=(len(row), groups[2]))) @ select
    site_of = csc_array(coo_array((one, (row, site)), shape=(len(row), groups[3])))
    prepared = kron(later, mended) - kron(eye_array(periods), site_of @ _columns(groups, 3))
    high = np.concatenate([np.zeros(stays.shape[0]), crews, np.zeros(prepared.shape[0])])
    return csc_array(block_array([[stays], [crew], [prepared]])), high


def _columns(groups: Groups, number: int) -> csc_array:
    """Picks the columns of a group out of a period's."""
    before = sum(groups[:number])
    return csc_array(eye_array(groups[number], sum(groups), k=before))


def _costs(network: FlowNetwork, groups: Groups, part: Ids, site: Ids, periods: int) -> Floats:
    """Flow, shortage and surplus in each period, each repair and each prepared site once.

    What is whole in the last period has been mended in one of them, so the repairs stand there.
    """
    works, whole = np.zeros(groups[1]), network.repair_cost[part]
    period = np.concatenate([prices(network), works, 0 * whole, network.site_cost[site]])
    cost = np.tile(period, periods)
    last = (periods - 1) * sum(groups) + groups[0] + groups[1]
    cost[last : last + groups[2]] = whole
    return cost
