"""The best order of repairs, period by period or over all periods at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from rencity.kit.errors import CityError
from rencity.sim.optimum.network import Bools, Floats, FlowNetwork
from rencity.sim.optimum.plan import Books, Plan, crews_of
from rencity.sim.optimum.programme import Programme, programme
from rencity.sim.optimum.solve import Limits, solve

MOST_COLUMNS = 200_000
"""Unknowns that one programme may hold."""
LITTLE = 1e-6
"""Rounding that the solver allows itself in what crews can do."""
MOST_BROKEN = 500
"""Broken parts that one programme may choose among."""


def restore(
    network: FlowNetwork,
    broken: Bools,
    crews: float | Sequence[float],
    *,
    periods: int | None = None,
    look_ahead: int = 1,
    limits: Limits | None = None,
) -> Plan:
    """Mend what is broken in the best order.

    Parameters
    ----------
    network : the lifelines
    broken : bool (n + k,), nodes then links
    crews : of each period, one figure for all or one for each
    periods : how many to look at; by default enough to mend everything
    look_ahead : periods in each programme, of which the first is carried out. 1 is iterative INDP;
        `periods` or more is time-dependent INDP, solved once, with a bound for the whole
    limits : when HiGHS may stop

    Raises
    ------
    CityError
        The input does not fit the network, or the programme would be too large.
    RencityError
        HiGHS found no plan in its time.

    Notes
    -----
    A programme of one period mends nothing where several periods' crews are needed before anything
    comes back. It is then asked again with the crews of 2, 4, … periods at once, and what fits into
    this period is mended of what it chose.
    """
    limits = limits or Limits()
    if look_ahead < 1:
        raise CityError(f"look_ahead {look_ahead}", mend="look at one period at least")
    books = Books(network, broken)
    amounts = crews_of(network, broken, crews, periods)
    refuse_size(network, broken, min(look_ahead, len(amounts)))
    if look_ahead >= len(amounts):
        return _at_once(books, amounts, limits)
    over = False
    for number in range(len(amounts)):
        over = over or not books.broken.any()
        if over:
            books.mend(np.zeros(0, np.int64), "optimal")
        else:
            over = _next(books, amounts[number:], look_ahead, limits)
    return books.plan()


def refuse_size(network: FlowNetwork, broken: Bools, periods: int) -> None:
    """Refuse a programme that HiGHS would not get through.

    Raises
    ------
    CityError
        It has more than `MOST_COLUMNS` unknowns or `MOST_BROKEN` choices.
    """
    choices = int(broken.sum())
    if choices > MOST_BROKEN:
        raise CityError(
            f"{choices:,} broken parts are more than the {MOST_BROKEN} that are optimised",
            mend="restore one lifeline or district at a time, or follow a priority",
        )
    columns = (len(network.arc_tail) + 2 * len(network.node) + 2 * int(broken.sum())) * periods
    if columns > MOST_COLUMNS:
        raise CityError(
            f"{columns:,} unknowns ({int(broken.sum()):,} broken parts, {periods} periods at once) "
            f"are more than the {MOST_COLUMNS:,} that are solved",
            mend="restore one lifeline or district, or look fewer periods ahead",
        )


def _at_once(books: Books, crews: Floats, limits: Limits) -> Plan:
    found = programme(books.network, books.broken, crews)
    answer = solve(found, limits)
    before = np.zeros(len(found.broken), bool)
    for whole in answer.whole:
        books.mend(found.broken[whole & ~before], answer.status, answer.gap)
        before = whole
    return books.plan(answer.bound)


def _next(books: Books, crews: Floats, look_ahead: int, limits: Limits) -> bool:
    """One period: the first of a programme over the next few; whether no repair pays any more."""
    found = programme(books.network, books.broken, crews[:look_ahead])
    answer = solve(found, limits)
    chosen, ahead = found.broken[answer.whole[0]], look_ahead
    while not len(chosen) and ahead < len(crews):
        ahead = min(2 * ahead, len(crews))
        answer = solve(_pooled(books, crews, ahead), limits)
        chosen = found.broken[answer.whole[0]]
    fits = np.cumsum(books.network.crew[chosen]) <= crews[0] + LITTLE
    books.mend(chosen[fits], answer.status, answer.gap)
    return not len(chosen)


def _pooled(books: Books, crews: Floats, ahead: int) -> Programme:
    """One period with the crews of the next few, for parts that one period's crews can mend."""
    network = books.network
    found = programme(network, books.broken, crews[:ahead].sum(keepdims=True))
    too_much = np.flatnonzero(network.crew[found.broken] > crews.max())
    ceiling = found.ceiling.copy()
    ceiling[found.flows + found.works + too_much] = 0
    return replace(found, ceiling=ceiling)


def bound(
    network: FlowNetwork,
    broken: Bools,
    crews: float | Sequence[float],
    *,
    periods: int | None = None,
    limits: Limits | None = None,
) -> float:
    """No plan over these periods costs less than this.

    By the end of a period no more is mended than all crews until then can do, so each period costs
    at least what the best state within their reach costs. The best states of different periods need
    not follow from each other, so the bound may lie below every plan. Repairs count in the last
    period alone, sites not at all.
    """
    limits = limits or Limits()
    books = Books(network, broken)
    amounts = np.cumsum(crews_of(network, broken, crews, periods))
    refuse_size(network, broken, 1)
    no_sites = replace(network, site_cost=0 * network.site_cost)
    free = replace(no_sites, repair_cost=0 * network.repair_cost)
    if not broken.any():
        return books.before.cost * len(amounts)
    last = solve(programme(no_sites, broken, amounts[-1:]), limits).bound
    enough, total = float(network.crew[broken].sum()), last
    known: dict[float, float] = {}
    for amount in np.minimum(amounts[:-1], enough):
        if amount not in known:
            one = programme(free, broken, np.array([amount]))
            known[amount] = solve(one, limits).bound
        total += known[amount]
    return total
