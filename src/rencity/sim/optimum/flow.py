"""The flow of a period: its balances, limits and prices, as columns that programmes share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csc_array

from rencity.sim.optimum.network import Bools, Floats, FlowNetwork


@dataclass(frozen=True, eq=False)
class Flow:
    """The cheapest flow of one period.

    Attributes
    ----------
    arc : float64 (m,), flow on each arc
    shortage : float64 (n,), what each node lacks
    surplus : float64 (n,), what each source cannot deliver
    flow_cost, shortage_cost, surplus_cost : their cost
    priced : bool (n,), where a shortage costs anything
    """

    arc: Floats
    shortage: Floats
    surplus: Floats
    flow_cost: float
    shortage_cost: float
    surplus_cost: float
    priced: Bools

    @property
    def unmet(self) -> float:
        """Units of demand not met, where that costs anything."""
        return float(self.shortage[self.priced].sum())

    @property
    def cost(self) -> float:
        """Flow, shortage and surplus together."""
        return self.flow_cost + self.shortage_cost + self.surplus_cost


def priced(network: FlowNetwork, arc: Floats, shortage: Floats, surplus: Floats) -> Flow:
    """A flow with its costs."""
    return Flow(
        arc,
        shortage,
        surplus,
        float(network.flow_cost @ arc),
        float(network.shortage_cost @ shortage),
        float(network.surplus_cost @ surplus),
        network.shortage_cost > 0,
    )


def balance(network: FlowNetwork) -> csc_array:
    """Out less in, less shortage, plus surplus, of each node; sparse (n, m + 2n)."""
    n, m = len(network.node), len(network.arc_tail)
    arcs, nodes, one = np.arange(m), np.arange(n), np.ones(n)
    rows = np.concatenate([network.arc_tail, network.arc_head, nodes, nodes])
    columns = np.concatenate([arcs, arcs, m + nodes, m + n + nodes])
    values = np.concatenate([np.ones(m), -np.ones(m), -one, one])
    return csc_array(coo_array((values, (rows, columns)), shape=(n, m + 2 * n)))


def inflow(network: FlowNetwork) -> tuple[csc_array, Floats]:
    """What flows into the nodes whose throughput is limited, and the limit; sparse (_, m + 2n)."""
    n, m = len(network.node), len(network.arc_tail)
    limited = np.flatnonzero(np.isfinite(network.throughput))
    arc = np.flatnonzero(np.isin(network.arc_head, limited))
    row = np.searchsorted(limited, network.arc_head[arc])
    made = coo_array((np.ones(len(arc)), (row, arc)), shape=(len(limited), m + 2 * n))
    return csc_array(made), network.throughput[limited]


def prices(network: FlowNetwork) -> Floats:
    """Cost of a unit in each column of `balance`, float64 (m + 2n,)."""
    return np.concatenate([network.flow_cost, network.shortage_cost, network.surplus_cost])


def ceilings(network: FlowNetwork) -> Floats:
    """Most that each column of `balance` can take, float64 (m + 2n,).

    A node lacks no more than it takes and a source spares no more than it gives; INDP leaves both
    free, and no optimum uses that where every unit of one lifeline is missed alike. Nor does an arc
    carry more than its lifeline gives or takes.
    """
    lines = len(network.lifelines)
    given = np.bincount(network.lifeline, np.maximum(network.supply, 0), minlength=lines)
    taken = np.bincount(network.lifeline, network.demand, minlength=lines)
    most = np.minimum(given, taken)
    carried = np.minimum(network.capacity, most[network.lifeline[network.arc_tail]])
    return np.concatenate([carried, network.demand, np.maximum(network.supply, 0)])
