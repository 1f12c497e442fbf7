"""Orders of repair that a city uses without an optimiser, and what following one brings."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from rencity.kit.draws import Purpose, uniform
from rencity.kit.errors import CityError
from rencity.kit.ids import keys_of
from rencity.sim.optimum.evaluate import FlowProgramme
from rencity.sim.optimum.network import Bools, Floats, FlowNetwork, Ids
from rencity.sim.optimum.plan import Books, Plan, crews_of

Worth = Callable[[Bools], Floats]


def follow(
    network: FlowNetwork,
    broken: Bools,
    order: Ids,
    crews: float | Sequence[float],
    *,
    periods: int | None = None,
) -> Plan:
    """Mend in this order, as many in each period as its crews can do.

    Parameters
    ----------
    order : int64, part rows; those that are not broken are passed over

    Raises
    ------
    CityError
        A broken part is missing in the order, or the input does not fit the network.
    """
    books = Books(network, broken)
    waiting = [int(part) for part in order if broken[part]]
    if sorted(waiting) != list(np.flatnonzero(broken)):
        absent = [network.part[row] for row in np.flatnonzero(broken) if row not in set(waiting)]
        raise CityError(
            f"the order leaves out or repeats broken parts: {', '.join(absent[:5]) or 'repeated'}",
            mend="name each broken part once",
        )
    for amount in crews_of(network, broken, crews, periods):
        books.mend(_fitting(network, waiting, float(amount)), "given")
    return books.plan()


def _fitting(network: FlowNetwork, waiting: list[int], crews: float) -> Ids:
    """Takes from the front what the crews can do."""
    taken = []
    while waiting and network.crew[waiting[0]] <= crews:
        crews -= float(network.crew[waiting[0]])
        taken.append(waiting.pop(0))
    return np.array(taken, np.int64)


def by_loss(network: FlowNetwork) -> Ids:
    """Greatest loss avoided per crew first: what each part's failure alone costs (N-1)."""
    flows, whole = FlowProgramme(network), np.ones(network.parts, bool)
    undamaged = flows.solve(whole).cost
    lost = np.zeros(network.parts)
    for part in range(network.parts):
        whole[part] = False
        lost[part] = flows.solve(whole).cost - undamaged
        whole[part] = True
    return _descending(lost / np.maximum(network.crew, 1e-9))


def by_facility(network: FlowNetwork) -> Ids:
    """Critical facilities first.

    Sources, the greatest first; then what others need, by how many need it; then nodes by demand.
    A link follows the more critical of its ends, before the next kind of facility.
    """
    n = len(network.node)
    used = np.bincount(network.need_provider, minlength=n)
    rank = np.zeros(network.parts)
    rank[:n] = 1 + network.demand / max(1.0, network.demand.max(initial=0))
    rank[:n] = np.where(used > 0, 3 + used / max(1, used.max(initial=0)), rank[:n])
    given = np.maximum(network.supply, 0) / max(1.0, network.supply.max(initial=0))
    rank[:n] = np.where(given > 0, 5 + given, rank[:n])
    ends = np.maximum(rank[network.arc_tail], rank[network.arc_head])
    np.maximum.at(rank[n:], network.arc_link, ends - 1)
    return _descending(rank)


def by_distance(x: Floats, y: Floats, depot: tuple[float, float]) -> Ids:
    """Nearest to the depot first; `x` and `y` are float64 (n + k,), in the depot's unit."""
    return np.argsort(np.hypot(x - depot[0], y - depot[1]), kind="stable")


def by_id(network: FlowNetwork) -> Ids:
    """As listed: in the order of their ids."""
    return np.array(sorted(range(network.parts), key=lambda row: network.part[row]), np.int64)


def at_random(network: FlowNetwork, seed: int) -> Ids:
    """Drawn; the place of a part depends on the seed and its own id."""
    keys = keys_of(network.part)
    drawn = [uniform(np.uint64(seed), Purpose.REPAIR, key, 1)[0] for key in keys]
    return np.argsort(np.array(drawn), kind="stable")


def by_gain(
    network: FlowNetwork,
    broken: Bools,
    crews: float | Sequence[float],
    order: Ids,
    *,
    periods: int | None = None,
) -> Plan:
    """Loss avoided per crew, asked again in each period: what mending one part alone brings now.

    Parameters
    ----------
    order : int64, part rows; in it follow parts that alone bring nothing, `by_loss` say
    """
    books, fallback = Books(network, broken), np.empty(network.parts, np.int64)
    fallback[order] = np.arange(network.parts)
    whole = books.cost_with(np.ones(network.parts, bool))
    for amount in crews_of(network, broken, crews, periods):
        waiting = np.flatnonzero(books.broken)
        rate = _gains(books, waiting, whole) / np.maximum(network.crew[waiting], 1e-9)
        first = waiting[np.lexsort((fallback[waiting], -rate))]
        books.mend(_fitting(network, [int(part) for part in first], float(amount)), "given")
    return books.plan()


def _gains(books: Books, parts: Ids, whole: float) -> Floats:
    """What mending each part alone takes off the cost; nothing where all is as if whole."""
    now, gain = books.cost_with(~books.broken), np.zeros(len(parts))
    if now - whole < 1e-9 * max(1.0, abs(whole)):
        return gain
    mended = ~books.broken
    for number, part in enumerate(parts):
        mended[part] = True
        gain[number] = now - books.cost_with(mended)
        mended[part] = False
    return np.round(gain, 3)


def _descending(worth: Floats) -> Ids:
    """Greatest first, ties by row; rounded so that the solver's last digits decide nothing."""
    return np.argsort(-np.round(worth, 3), kind="stable")
