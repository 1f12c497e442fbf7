"""Priorities of repair against the optimum, and INDP's published means, on Shelby County.

    python -m bench.optimum [draws [magnitude [links|nodes|both]]]
    python -m bench.optimum published [draws [links|nodes|both]]

The data are those of INDP (González and others, 2015), looked for in
``../shared/data/interdependent/shelby_indp`` or in the folder that RENCITY_SHELBY names.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from rencity.sim.optimum import FlowNetwork, Limits, Plan, bound, follow, restore
from rencity.sim.optimum import priorities as order
from rencity.sim.optimum.shelby import Draw, Shelby, load_shelby

HERE = Path(__file__).resolve().parents[2] / "shared/data/interdependent/shelby_indp"
CREWS, SEED, HORIZON = 3.0, 1, 3
PUBLISHED = {6: (1.139e8, 1.705e7, 2.790e6), 9: (4.431e9, 2.990e9, 2.072e9)}
WHOLE_S = 20.0
"""Seconds that HiGHS may take over the whole horizon of a draw."""

Floats = npt.NDArray[np.float64]


def shelby() -> Shelby:
    """The data, from where they lie."""
    folder = Path(os.environ.get("RENCITY_SHELBY", HERE))
    inside = folder / "INDP_7-20-2015"
    return load_shelby(inside if inside.is_dir() else folder)


def priorities(draws: int = 50, magnitude: int = 7, breaks: Draw = "links") -> None:
    """Gap of each priority to the optimum, over draws of damage."""
    began, worked, data = time.perf_counter(), time.process_time(), shelby()
    network = data.network
    ways = _ways(network)
    cost: dict[str, list[float]] = {name: [] for name in ways}
    unmet: dict[str, list[float]] = {name: [] for name in ways}
    best, whole = [], 0
    damage = data.damage(magnitude, draws, SEED, breaks)
    for number, broken in enumerate(damage):
        plans = {name: way(broken, number) for name, way in ways.items()}
        floor, proved = _floor(network, broken, breaks)
        whole += proved
        best.append(floor)
        for name, plan in plans.items():
            cost[name].append(plan.cost)
            unmet[name].append(plan.unmet)
    print(
        f"Shelby County, M{magnitude}, {draws} draws, {breaks} break: "
        f"{damage.sum(axis=1).mean():.1f} parts broken in the mean, {CREWS:g} repairs a period"
    )
    print(f"whole horizon proved optimal in {whole} draws, else the bound of each period")
    print(f"{'':34} {'cost over bound':>38}   {'unmet unit-periods':>24}")
    print(
        f"{'':34} {'together':>9} {'mean':>9} {'5 %':>8} {'95 %':>9}   "
        f"{'mean':>7} {'5 %':>7} {'95 %':>8}"
    )
    for name in ways:
        over = np.array(cost[name]) / np.array(best) - 1
        together = sum(cost[name]) / sum(best) - 1
        lost = np.array(unmet[name])
        print(
            f"{name:34} {together:9.2%} {over.mean():9.2%} {np.quantile(over, 0.05):8.2%} "
            f"{np.quantile(over, 0.95):9.2%}   {lost.mean():7.0f} "
            f"{np.quantile(lost, 0.05):7.0f} {np.quantile(lost, 0.95):8.0f}"
        )
    took, used = time.perf_counter() - began, time.process_time() - worked
    print(f"took {took:.0f} s ({used:.0f} s of processor)")


Way = Callable[[npt.NDArray[np.bool_], int], Plan]


def _ways(network: FlowNetwork) -> dict[str, Way]:
    by_loss, by_facility = order.by_loss(network), order.by_facility(network)
    by_id, by_distance = order.by_id(network), _from_depot(network)

    def at_random(broken: npt.NDArray[np.bool_], number: int) -> Plan:
        return follow(network, broken, order.at_random(network, SEED + number), CREWS)

    return {
        "optimum, period by period (INDP)": lambda broken, _: restore(network, broken, CREWS),
        "gain of the next repair per crew": lambda broken, _: order.by_gain(
            network, broken, CREWS, by_loss
        ),
        "loss avoided per crew (N-1)": lambda broken, _: follow(network, broken, by_loss, CREWS),
        "critical facilities first": lambda broken, _: follow(network, broken, by_facility, CREWS),
        "nearest first, in links": lambda broken, _: follow(network, broken, by_distance, CREWS),
        "as listed": lambda broken, _: follow(network, broken, by_id, CREWS),
        "drawn": at_random,
    }


def _from_depot(network: FlowNetwork) -> npt.NDArray[np.int64]:
    """Nearest first, by flow cost along links from the greatest source of each lifeline.

    The data have no coordinates; the flow cost of a link grows with its length.
    """
    n = len(network.node)
    length = coo_array((network.flow_cost, (network.arc_tail, network.arc_head)), shape=(n, n))
    depots = [
        int(
            np.flatnonzero(network.lifeline == line)[
                np.argmax(network.supply[network.lifeline == line])
            ]
        )
        for line in range(len(network.lifelines))
    ]
    far = dijkstra(length.tocsr(), indices=depots).min(axis=0)
    of_link = np.full(len(network.link), np.inf)
    np.minimum.at(of_link, network.arc_link, far[network.arc_tail])
    return np.argsort(np.concatenate([far, of_link]), kind="stable")


def _floor(network: FlowNetwork, broken: npt.NDArray[np.bool_], breaks: Draw) -> tuple[float, bool]:
    """A cost that no plan goes below, and whether a plan that reaches it was found."""
    each = bound(network, broken, CREWS)
    if breaks != "links":  # the whole horizon is out of reach once nodes break too
        return each, False
    plan = restore(network, broken, CREWS, look_ahead=10**6, limits=Limits(time_s=WHOLE_S))
    return max(each, plan.bound or 0.0), plan.status == "optimal"


def published(draws: int = 40, breaks: Draw = "links") -> None:
    """Mean objective of the first three periods beside INDP's published ones."""
    data = shelby()
    print(f"Shelby County, {draws} draws, {breaks} break, {CREWS:g} repairs a period")
    for magnitude, told in PUBLISHED.items():
        began = time.perf_counter()
        made = np.array(
            [
                [
                    period.cost
                    for period in restore(data.network, broken, CREWS, periods=HORIZON).periods
                ]
                for broken in data.damage(magnitude, draws, SEED, breaks)
            ]
        )
        _beside(magnitude, made, told)
        print(f"   took {time.perf_counter() - began:.0f} s")


def _beside(magnitude: int, made: Floats, told: tuple[float, ...]) -> None:
    error = made.std(axis=0, ddof=1) / np.sqrt(len(made))
    for number, figure in enumerate(told):
        low, middle, high = np.quantile(made[:, number], [0.05, 0.5, 0.95])
        print(
            f"M{magnitude} period {number + 1}: mean {made[:, number].mean():.3e} "
            f"± {error[number]:.1e} published {figure:.3e} "
            f"ratio {made[:, number].mean() / figure:.2f} | "
            f"5 % {low:.3e} median {middle:.3e} 95 % {high:.3e}"
        )


if __name__ == "__main__":
    words = sys.argv[1:]
    if words[:1] == ["published"]:
        published(*(int(word) for word in words[1:2]), *words[2:])  # type: ignore[arg-type]
    else:
        priorities(*(int(word) for word in words[:2]), *words[2:])  # type: ignore[arg-type]
