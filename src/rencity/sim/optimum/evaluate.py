"""What flows once it is settled which parts are whole."""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from rencity.kit.errors import RencityError
from rencity.sim.optimum.flow import Flow, balance, ceilings, inflow, priced, prices
from rencity.sim.optimum.network import Bools, Floats, FlowNetwork
from rencity.sim.optimum.programme import programme


class FlowProgramme:
    """The cheapest flow of one network for any state of its parts.

    One linear programme, made once; where a need asks whether its provider is served, which nodes
    work depends on the flow and the programme has integers.
    """

    def __init__(self, network: FlowNetwork) -> None:
        self.network = network
        into, most = inflow(network)
        self._rules = [LinearConstraint(balance(network), network.supply, network.supply)]
        if len(most):
            self._rules.append(LinearConstraint(into, -np.inf, most))
        self._price, self._ceiling = prices(network), ceilings(network)

    def solve(self, mended: Bools) -> Flow:
        """The cheapest flow with these parts whole; `mended` is bool (n + k,)."""
        network = self.network
        by_service = network.need_served and len(network.need_node) > 0
        x = np.maximum(self._with_needs(mended) if by_service else self._linear(mended), 0)
        n, m = len(network.node), len(network.arc_tail)
        return priced(network, x[:m], x[m : m + n], x[m + n : m + 2 * n])

    def _linear(self, mended: Bools) -> Floats:
        network = self.network
        up = network.working(mended)
        whole = mended[len(network.node) :][network.arc_link]
        upper = self._ceiling.copy()
        upper[: len(whole)] *= whole & up[network.arc_tail] & up[network.arc_head]
        return _solved(self._price, Bounds(0, upper), self._rules)

    def _with_needs(self, mended: Bools) -> Floats:
        found = programme(self.network, ~mended, np.zeros(1))
        upper = found.ceiling.copy()
        upper[found.flows + found.works :] = 0  # nothing is mended
        rules = [LinearConstraint(found.matrix, found.low, found.high)]
        return _solved(found.cost, Bounds(0, upper), rules, found.integral)


def _solved(
    price: Floats, bounds: Bounds, rules: list[LinearConstraint], integral: object = None
) -> Floats:
    found = milp(price, bounds=bounds, constraints=rules, integrality=integral)
    if found.x is None:  # shortage and surplus take up everything, so only a fault leads here
        raise RencityError(f"no flow was found: {found.message}", mend="report it")
    return np.asarray(found.x)
