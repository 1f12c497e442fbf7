"""From intensity to damage: which class an asset has, how likely each state is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr

from rencity.kit.errors import ScenarioError
from rencity.kit.suggest import did_you_mean
from rencity.sim.classes import Fragility, Lognormal, Repair, RepairRate, measures_of
from rencity.sim.crews.work import WORK, Work, as_repair
from rencity.sim.flood.content import Closure, Ground, StormFormula
from rencity.sim.restoration import repair_table
from rencity.sim.scenario import ClassNames
from rencity.sim.strike import TABLE_SIZE

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]

LEAK, BREAK = "leak", "break"
SHOWN_IDS = 5
M_PER_KM = 1000.0


@dataclass(frozen=True)
class Classes:
    """Every class a run may use, and the class of each kind.

    Attributes
    ----------
    fragility, repair : class by id
    applies_fragility, applies_repair : class ids by ``lifeline.kind``, one for each measure
    storms, grounds : rainstorm formulas and kinds of ground by id
    closures : what standing water closes, by ``lifeline.kind``
    sets : names an asset may give for several fragility classes, one for each measure
    eased : what the probability of any damage of an asset is multiplied with, by its id
    work : classes of crew work by id; of two for a kind the last holds
    """

    fragility: Mapping[str, Fragility] = field(default_factory=dict)
    repair: Mapping[str, Repair] = field(default_factory=dict)
    applies_fragility: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    applies_repair: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    storms: Mapping[str, StormFormula] = field(default_factory=dict)
    grounds: Mapping[str, Ground] = field(default_factory=dict)
    closures: Mapping[str, Closure] = field(default_factory=dict)
    sets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    eased: Mapping[str, float] = field(default_factory=dict)
    work: Mapping[str, Work] = field(default_factory=dict)

    def overlaid(self, overrides: Mapping[str, ClassNames], kinds: Collection[str]) -> Classes:
        """These classes with a scenario's choice by kind laid over those of the same measure.

        Raises
        ------
        ScenarioError : a kind that is not in `kinds`, or a class that is not here
        """
        for kind, chosen in overrides.items():
            place = f'classes."{kind}"'
            if kind not in kinds:
                raise ScenarioError(
                    f"unknown kind {kind!r}", place=place, mend=did_you_mean(kind, kinds)
                )
            _check_known("fragility", chosen.fragility, self.fragility, place)
            _check_known("repair", chosen.repair, self.repair, place)
        fragility = {k: c.fragility for k, c in overrides.items() if c.fragility}
        repair = {k: c.repair for k, c in overrides.items() if c.repair}
        return replace(
            self,
            applies_fragility=_laid_over(self.applies_fragility, fragility, self.fragility),
            applies_repair=_laid_over(self.applies_repair, repair, self.repair),
        )

    def with_work(
        self, skills: Collection[str], overrides: Mapping[str, ClassNames] | None = None
    ) -> Classes:
        """These classes where crews of some skills mend: hours of work in place of repair days.

        A kind that a scenario's `overrides` give a repair class, or without a class of work for
        these skills, keeps its repair class.
        """
        kept = {kind for kind, names in (overrides or {}).items() if names.repair}
        mine = {name: work for name, work in self.work.items() if work.skill in skills}
        kinds = {
            kind: (WORK + name,)
            for name, work in mine.items()
            for kind in work.applies
            if kind not in kept
        }
        made = {WORK + name: as_repair(work) for name, work in mine.items()}
        named = {old: as_repair(work) for work in mine.values() for old in work.replaces}
        return replace(
            self,
            repair={**self.repair, **made, **named},
            applies_repair={**self.applies_repair, **kinds},
        )


@dataclass(frozen=True)
class Assigned:
    """The classes of each asset, by row of ``city.assets``.

    Attributes
    ----------
    kind : category (n,), ``lifeline.kind``
    fragility, repair : category (n,), class id; missing where no class covers the asset
    """

    kind: pd.Categorical
    fragility: pd.Categorical
    repair: pd.Categorical


def assign(
    assets: pd.DataFrame, classes: Classes, measures: Sequence[str] | None = None
) -> Assigned:
    """The fragility and repair class of each asset: its own, else that of its kind.

    Parameters
    ----------
    measures : those a hazard has; a class of another is passed over, and of several the first
        measured wins. A repair class of the very measure goes before one of any. None: whatever
        the measure, and repair classes of any measure first.

    Raises
    ------
    ScenarioError : an asset or a kind names a class that is not there
    """
    kind = kinds_of(assets)
    wanted = ("",) if measures is None else tuple(measures)
    some = None if measures is None else wanted
    curves, applies = classes.fragility, classes.applies_fragility
    fragility = _Choice("fragility", curves, applies, kind, assets, classes.sets).of(some)
    repair = _Choice("repair", classes.repair, classes.applies_repair, kind, assets)
    return Assigned(kind, fragility, repair.of(None if measures is None else (*wanted, "")))


def kinds_of(assets: pd.DataFrame) -> pd.Categorical:
    """``lifeline.kind`` of each asset, shape (n,)."""
    lifeline, kind = pd.Categorical(assets["lifeline"]), pd.Categorical(assets["kind"])
    pair = lifeline.codes.astype(np.int64) * len(kind.categories) + kind.codes
    seen, code = np.unique(pair, return_inverse=True)
    first, second = np.divmod(seen, max(len(kind.categories), 1))
    names = [
        f"{lifeline.categories[a]}.{kind.categories[b]}" for a, b in zip(first, second, strict=True)
    ]
    return pd.Categorical.from_codes(code, categories=names)


def states_of(fragility: Fragility) -> tuple[str, ...]:
    """Names of the damage states, light to grave."""
    if isinstance(fragility, RepairRate):
        return LEAK, BREAK
    return tuple(state.state for state in fragility.states)


def exceedance(
    fragility: Fragility, intensity: npt.ArrayLike, length_m: npt.ArrayLike | None = None
) -> Array:
    """P(state k or worse), shape (k, m), falling along k.

    Lognormal curves of unequal spread cross far out in the tails; there the lighter state takes
    the probability of the graver one, which it includes.

    Parameters
    ----------
    intensity : (m,), in the unit of the measure, not negative
    length_m : (m,), needed by a repair rate

    Raises
    ------
    ValueError : a repair rate without lengths
    """
    strength = np.asarray(intensity, np.float64)
    if isinstance(fragility, Lognormal):
        return _lognormal(fragility, strength)
    if length_m is None:
        raise ValueError("a repair rate needs the length of each asset")
    repairs = fragility.factor * strength**fragility.exponent
    repairs = repairs * (np.asarray(length_m, np.float64) / M_PER_KM)
    return -np.expm1(-np.stack([repairs, repairs * fragility.break_share]))


def state_probability(exceed: npt.ArrayLike) -> Array:
    """P(exactly each state), undamaged first, shape (1 + k, m), from `exceedance` (k, m)."""
    worse = np.asarray(exceed, np.float64)
    ones, zeros = np.ones_like(worse[:1]), np.zeros_like(worse[:1])
    return -np.diff(np.concatenate([ones, worse, zeros]), axis=0)


def repair_tables(
    assigned: Assigned, rows: Index, classes: Classes, ids: pd.Series, depth: int
) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.int32]]:
    """Repair tables of the pairs of classes at `rows`, and the table of each row.

    Returns
    -------
    int16 (m,) and int32 (n, depth, TABLE_SIZE), as in `rencity.sim.strike.Strike`

    Raises
    ------
    ScenarioError : a damaged asset has no repair class, or its class lacks a state
    """
    fragility, repair = assigned.fragility[rows], assigned.repair[rows]
    bare = np.flatnonzero(repair.codes < 0)
    if len(bare):
        raise ScenarioError(
            f"{len(bare)} assets have a fragility class but no repair class: "
            f"{named(ids.to_numpy()[rows[bare]])}",
            place=f"kind {assigned.kind[rows[bare[0]]]}",
            mend='name one in the asset, or in the scenario\'s [classes]: "kind" = {repair = "…"}',
        )
    pair = fragility.codes.astype(np.int64) * max(len(repair.categories), 1) + repair.codes
    seen, table = np.unique(pair, return_inverse=True)
    tables = np.zeros((max(len(seen), 1), depth, TABLE_SIZE), np.int32)
    for row, code in enumerate(seen):
        first, second = divmod(int(code), len(repair.categories))
        one, two = fragility.categories[first], repair.categories[second]
        made = _table(one, two, classes)
        tables[row, : len(made)] = made
    return table.astype(np.int16), tables


def named(ids: Sequence[str] | npt.NDArray[np.object_]) -> str:
    """A few ids and how many more there are."""
    more = len(ids) - SHOWN_IDS
    return ", ".join(str(i) for i in ids[:SHOWN_IDS]) + (f" and {more} more" if more > 0 else "")


def _table(fragility: str, repair: str, classes: Classes) -> npt.NDArray[np.int32]:
    curve = classes.fragility[fragility]
    works = (LEAK,) if isinstance(curve, RepairRate) else ()
    try:
        return repair_table(states_of(curve), classes.repair[repair], name=repair, works=works)
    except ScenarioError as exc:
        raise ScenarioError(
            exc.what, place=f"fragility class {fragility!r}", mend=exc.mend
        ) from exc


def _lognormal(fragility: Lognormal, strength: Array) -> Array:
    with np.errstate(divide="ignore"):  # log 0 is −∞, whose probability is 0
        log = np.log(strength)
    worse = np.empty((len(fragility.states), *strength.shape))
    for row, state in enumerate(fragility.states):
        worse[row] = ndtr((log - np.log(state.median)) / state.beta)
    return np.maximum.accumulate(worse[::-1])[::-1]


@dataclass(frozen=True)
class _Choice:
    """Which class of one sort each asset has."""

    what: str
    known: Mapping[str, Fragility] | Mapping[str, Repair]
    applies: Mapping[str, tuple[str, ...]]
    kind: pd.Categorical
    assets: pd.DataFrame
    sets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, measures: tuple[str, ...] | None) -> pd.Categorical:
        """Class of each asset; of the first of `measures` that it or its kind has one for."""
        names = sorted(self.known)
        own = pd.Categorical(self.assets[self.what])
        for one in self.kind.categories:
            for name in self.applies.get(one, ()):
                _check_known(self.what, name, self.known, f"kind {one}")
        _check_own(self.what, own, [*names, *self.sets], self.assets["id"])
        codes = np.full(len(self.assets), -1, np.int64)
        by_kind = [self.applies.get(one, ()) for one in self.kind.categories]
        by_name = [self.sets.get(str(one), (str(one),)) for one in own.categories]
        for measure in measures or (None,):
            for here, choices in ((own, by_name), (self.kind, by_kind)):
                fitting = [_code(names, self._fit(measure, choice)) for choice in choices]
                if fitting:
                    codes = np.where(codes < 0, np.array(fitting, np.int64)[here.codes], codes)
        return pd.Categorical.from_codes(codes, categories=names)

    def _fit(self, measure: str | None, names: tuple[str, ...]) -> str:
        """The first of `names` that is for the measure; for None, one of any goes first."""
        known = [name for name in names if name in self.known]
        if measure is None:
            known.sort(key=lambda name: "" not in measures_of(self.known[name]))
            return next(iter(known), "")
        return next((name for name in known if measure in measures_of(self.known[name])), "")


def _laid_over(
    applies: Mapping[str, tuple[str, ...]],
    chosen: Mapping[str, str],
    known: Mapping[str, Fragility] | Mapping[str, Repair],
) -> dict[str, tuple[str, ...]]:
    """With a chosen class in place of those of its measures."""
    made = dict(applies)
    for kind, name in chosen.items():
        mine = set(measures_of(known[name]))
        others = [o for o in applies.get(kind, ()) if not mine & set(measures_of(known[o]))]
        made[kind] = (name, *others)
    return made


def _code(names: list[str], name: str) -> int:
    return names.index(name) if name in names else -1


def _check_own(what: str, own: pd.Categorical, names: list[str], ids: pd.Series) -> None:
    for code, name in enumerate(own.categories):
        if name and name not in names:
            who = ids.to_numpy()[own.codes == code]
            raise ScenarioError(
                f"unknown {what} class {name!r} of {len(who)} assets: {named(who)}",
                place=f"assets.{what}",
                mend=did_you_mean(str(name), names, what="class"),
            )


def _check_known(what: str, name: str | None, known: Mapping[str, object], place: str) -> None:
    if name and name not in known:
        raise ScenarioError(
            f"unknown {what} class {name!r}",
            place=place,
            mend=did_you_mean(name, known, what="class"),
        )
