"""Rehearse a budget: which measures, taken together, save most in what may strike.

Examples
--------
>>> from rencity.rehearse import invest
>>> answer = invest("cities/block", ["typhoon.toml"], "measures.toml", 5e6)  # doctest: +SKIP
>>> answer.about["greedy"]["chosen"]  # doctest: +SKIP
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rencity.city.model import City
from rencity.city.network.cache import network_of
from rencity.content import classes_of, load_packs
from rencity.content.packs import Packs
from rencity.kit.errors import InputError, ScenarioError
from rencity.rehearse.investment import Answered, about_of, table_of
from rencity.rehearse.judge import Judge
from rencity.rehearse.sets import Told, told
from rencity.sim.answer import write_answer
from rencity.sim.clock import Progress
from rencity.sim.measures.check import assert_fits
from rencity.sim.measures.choice import (
    MOST_EXACT,
    Option,
    Options,
    bounds,
    curve,
    exact,
    greedy,
)
from rencity.sim.measures.reading import load_programme
from rencity.sim.measures.setting import Setting
from rencity.sim.measures.spec import Programme

MARK = "invest.json"
FEW_SETS = 512
"""Affordable sets up to which the best is searched exactly without being asked."""


@dataclass(frozen=True)
class Investment:
    """What a budget buys best.

    Attributes
    ----------
    about : the whole answer as plain values, as in `invest.json`
    measures : a row for each measure and scenario, and for each measure over all
    """

    about: Mapping[str, Any]
    measures: pd.DataFrame

    def write(self, folder: str | Path, *, replace: bool = False) -> Path:
        """Write `invest.json` and `invest.parquet`, whole or not at all.

        Raises
        ------
        StorageError : something else is there, or the disk refused it
        """
        tables = {"invest": self.measures}
        return write_answer(Path(folder), MARK, self.about, tables, replace=replace)


def invest(
    city: City | str | Path,
    scenarios: Sequence[str | Path],
    measures: Programme | str | Path,
    budget_yuan: float,
    *,
    exactly: bool | None = None,
    samples: int | None = None,
    seed: int | None = None,
    holdout: int | None = None,
    workers: int = 0,
    packs: Sequence[str | Path] = (),
    progress: Progress = lambda _stage, _share: None,
) -> Investment:
    """Choose measures under a budget and say what they save, on samples the choice never saw too.

    Parameters
    ----------
    scenarios : scenario files, or sets of them with annual rates; without rates each counts alike
    exactly : search every affordable set; None: where there are few
    samples, seed : instead of the scenarios'; the choice is made on these samples
    holdout : further samples for judging the choice; None: as many
    workers : threads, 0 for one each core; the result is the same for any number

    Raises
    ------
    InputError, CityError, PackError, ScenarioError : each says what, where and how to mend it
    """
    _check_budget(budget_yuan)
    opened = city if isinstance(city, City) else City.open(city)
    given = _runnable(told(scenarios))
    place = "measures" if isinstance(measures, Programme) else str(measures)
    programme = measures if isinstance(measures, Programme) else load_programme(measures)
    if exactly and len(programme.measures) > MOST_EXACT:
        raise InputError(
            f"{len(programme.measures)} measures are too many for an exact search",
            place=place,
            mend=f"give at most {MOST_EXACT}, or leave --exact out",
        )
    network_of(opened)  # says what is wrong with the city itself
    settings, versions = _settings(opened, given, packs)
    assert_fits(programme, settings, place=place)
    judge = Judge(
        given, settings, programme, samples, seed, holdout, workers or os.cpu_count() or 1, progress
    )
    answered = _answer(judge, programme, budget_yuan, exactly)
    return Investment(
        about_of(answered, judge, opened, programme, versions), table_of(answered, judge, programme)
    )


def _answer(judge: Judge, programme: Programme, budget: float, exactly: bool | None) -> Answered:
    options = Options(
        [
            Option(m.id, m.cost_yuan, _excluded(programme, m.id), frozenset(m.requires))
            for m in programme.measures
        ]
    )
    found = greedy(options, budget, judge.value)
    searched = exactly
    if exactly is None:
        few = len(programme.measures) <= MOST_EXACT
        searched = few and len(options.affordable(budget)) <= FEW_SETS
    best = exact(options, budget, judge.value) if searched else None
    return Answered(
        options=options,
        budget=budget,
        greedy=found,
        exact=best,
        bounds=bounds(options, budget, judge.value, judge.whole(), best),
        curve=tuple(curve(options, budget, judge.value)),
    )


def _excluded(programme: Programme, one: str) -> frozenset[str]:
    """Measures that cannot be taken with one, whichever of the two says so."""
    return frozenset(
        other.id
        for other in programme.measures
        if other.id != one
        and (
            one in other.excludes
            or any(other.id in m.excludes for m in programme.measures if m.id == one)
        )
    )


def _check_budget(budget: float) -> None:
    if not (np.isfinite(budget) and budget >= 0):
        raise InputError(f"{budget:g} yuan is no budget", place="--budget", mend="give 0 or more")


def _runnable(given: Sequence[Told]) -> tuple[Told, ...]:
    if not given:
        raise InputError("no scenario", place="scenarios", mend="give at least one")
    for each in given:
        if each.scenario is None:
            raise InputError(
                "a finished run cannot be struck again with measures",
                place=str(each.path),
                mend="name the scenario file in its place",
            )
    return tuple(given)


def _settings(
    city: City, given: Sequence[Told], packs: Sequence[str | Path]
) -> tuple[list[Setting], dict[str, str]]:
    settings: list[Setting] = []
    versions: dict[str, str] = {}
    read: dict[tuple[Path, ...], Packs] = {}
    for each in given:
        scenario = each.scenario
        if scenario is None:
            raise ScenarioError("no scenario", place=str(each.path), mend="give its file")
        inside = tuple(each.base / name for name in scenario.packs)
        if inside not in read:
            read[inside] = load_packs([*packs, *inside], region=city.identity.code or None)
        held = read[inside]
        settings.append(Setting.of(city, classes_of(held), scenario, each.base))
        versions |= held.versions
    return settings, versions
