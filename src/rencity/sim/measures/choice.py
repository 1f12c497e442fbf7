"""The best set of measures for a budget: greedy, exactly where few, and how far off at most.

Every candidate set is simulated, never added up: two measures may do each other's work, or one may
be worth nothing without the other. The greedy rules are those of Khuller, Moss and Naor (Inf.
Process. Lett. 70:39, 1999): by saving per yuan, by saving, and the best single measure; the best of
the three counts.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rencity.kit.errors import InputError

Chosen = frozenset[str]
Value = Callable[[Chosen], float]
MOST_EXACT = 12
"""Measures of an exact search: 4,096 sets."""
NOTHING: Chosen = frozenset()
SHARES = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0)
"""Of a budget, for the curve of what others would buy."""


@dataclass(frozen=True)
class Option:
    """A measure as the choice sees it."""

    id: str
    cost: float
    excludes: frozenset[str] = frozenset()
    requires: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Step:
    """One step of a greedy path: what was added, and what the set then costs and saves."""

    added: tuple[str, ...]
    cost: float
    saved: float


@dataclass(frozen=True)
class Greedy:
    """A set found by a greedy rule and the path to it."""

    rule: str
    chosen: Chosen
    cost: float
    saved: float
    path: tuple[Step, ...]


@dataclass(frozen=True)
class Bound:
    """What no affordable set can save more than.

    Attributes
    ----------
    kind : ``exact``: the best set was enumerated; ``whole loss``: nothing can save more than is
        lost; ``knapsack``: stand-alone savings added up, which holds only where no measure makes
        another worth more, so it is no proof
    proven : whether it holds for any measures
    """

    value: float
    kind: str
    proven: bool


class Options:
    """Measures with their costs and what goes together.

    Parameters
    ----------
    options : in the order of their file, which breaks ties
    """

    def __init__(self, options: Sequence[Option]) -> None:
        self.by_id: Mapping[str, Option] = {option.id: option for option in options}
        self._rank = {option.id: rank for rank, option in enumerate(options)}

    def cost(self, chosen: Iterable[str]) -> float:
        """Of a set, summed in the order of the file."""
        return sum(self.by_id[one].cost for one in self.ordered(chosen))

    def ordered(self, chosen: Iterable[str]) -> tuple[str, ...]:
        """In the order of the file."""
        return tuple(sorted(chosen, key=self._rank.__getitem__))

    def ranks(self, chosen: Iterable[str]) -> tuple[int, ...]:
        """Places in the file, ascending."""
        return tuple(sorted(self._rank[one] for one in chosen))

    def fits(self, chosen: Chosen) -> bool:
        """Whether nothing in a set excludes another or lacks what it requires."""
        return all(
            not self.by_id[one].excludes & chosen and self.by_id[one].requires <= chosen
            for one in chosen
        )

    def bundle(self, one: str) -> Chosen:
        """A measure with all it requires."""
        found, todo = {one}, [one]
        while todo:
            new = self.by_id[todo.pop()].requires - found
            found |= new
            todo += sorted(new)
        return frozenset(found)

    def additions(self, chosen: Chosen, budget: float) -> Iterator[tuple[str, Chosen]]:
        """Affordable larger sets by one measure and what it requires, in the order of the file."""
        for one in self.by_id:
            larger = chosen | self.bundle(one)
            if one not in chosen and self.fits(larger) and self.cost(larger) <= budget:
                yield one, larger

    def affordable(self, budget: float) -> list[Chosen]:
        """Every affordable set that fits, smaller ones first.

        Raises
        ------
        InputError : more than `MOST_EXACT` measures
        """
        ids = list(self.by_id)
        if len(ids) > MOST_EXACT:
            raise InputError(
                f"{len(ids)} measures have {2 ** len(ids):,} sets",
                place="--exact",
                mend=f"give at most {MOST_EXACT} measures, or leave --exact out",
            )
        sets = (frozenset(c) for n in range(len(ids) + 1) for c in itertools.combinations(ids, n))
        return [each for each in sets if self.fits(each) and self.cost(each) <= budget]


def greedy(options: Options, budget: float, value: Value) -> tuple[Greedy, ...]:
    """The sets of the three greedy rules, best first."""
    found = [
        _climb(options, budget, value, rule="saving per yuan", per_yuan=True),
        _climb(options, budget, value, rule="saving", per_yuan=False),
        _best_single(options, budget, value),
    ]
    return tuple(sorted(found, key=lambda each: (-each.saved, each.cost)))


def exact(options: Options, budget: float, value: Value) -> Chosen:
    """The affordable set that saves most; of equal ones the cheapest, then the first.

    Raises
    ------
    InputError : more than `MOST_EXACT` measures
    """
    sets = options.affordable(budget)
    return min(sets, key=lambda each: (-value(each), options.cost(each), options.ranks(each)))


def bounds(
    options: Options, budget: float, value: Value, whole: float, best: Chosen | None
) -> tuple[Bound, ...]:
    """What no affordable set can pass, the tightest proven one first.

    Parameters
    ----------
    whole : everything lost today
    best : the set of `exact`, where it was searched
    """
    made = [Bound(whole, "whole loss", proven=True), knapsack(options, budget, value)]
    if best is not None:
        made.insert(0, Bound(value(best), "exact", proven=True))
    return tuple(made)


def knapsack(options: Options, budget: float, value: Value) -> Bound:
    """Stand-alone savings of affordable measures, the dearest taken in part (Dantzig 1957)."""
    singles = []
    for one in options.by_id:
        bundle = options.bundle(one)
        if options.fits(bundle) and options.cost(bundle) <= budget:
            singles.append((max(value(bundle), 0.0), options.by_id[one].cost))
    left, total = budget, 0.0
    for saved, cost in sorted(singles, key=lambda each: each[1] / each[0] if each[0] else 1e300):
        share = 1.0 if cost <= left else left / cost
        total += share * saved
        left -= share * cost
    return Bound(total, "knapsack", proven=False)


def budgets(options: Options, budget: float) -> list[float]:
    """Budgets for a curve: nothing, shares and multiples of the given one, and all measures."""
    every = options.cost(options.by_id)
    unit = budget or every
    steps = (share * unit for share in SHARES)
    return sorted({0.0, budget, every, *(step for step in steps if step < every)})


def curve(options: Options, budget: float, value: Value) -> list[tuple[float, Greedy]]:
    """The best greedy set for each of `budgets`; what a smaller one buys, a larger one buys too."""
    made: list[tuple[float, Greedy]] = []
    for each in budgets(options, budget):
        found = greedy(options, each, value)[0]
        if made and made[-1][1].saved >= found.saved:
            found = made[-1][1]
        made.append((each, found))
    return made


def _climb(options: Options, budget: float, value: Value, *, rule: str, per_yuan: bool) -> Greedy:
    """Add what saves most (per yuan) until nothing affordable saves more."""
    chosen, saved = NOTHING, value(NOTHING)
    path: list[Step] = []
    while True:
        best: tuple[float, float, Chosen] | None = None
        for _, larger in options.additions(chosen, budget):
            gain, more = value(larger) - saved, options.cost(larger - chosen)
            worth = gain / more if per_yuan and more > 0 else gain
            free = per_yuan and more == 0
            rank = float("inf") if free else worth
            if gain > 0 and (best is None or (rank, gain) > best[:2]):
                best = (rank, gain, larger)
        if best is None:
            return Greedy(rule, chosen, options.cost(chosen), saved, tuple(path))
        larger = best[2]
        added = options.ordered(larger - chosen)
        chosen, saved = larger, value(larger)
        path.append(Step(added, options.cost(chosen), saved))


def _best_single(options: Options, budget: float, value: Value) -> Greedy:
    best, saved = NOTHING, value(NOTHING)
    for _, each in options.additions(NOTHING, budget):
        if value(each) > saved:
            best, saved = each, value(each)
    cost = options.cost(best)
    path = (Step(options.ordered(best), cost, saved),) if best else ()
    return Greedy("best single", best, cost, saved, path)
