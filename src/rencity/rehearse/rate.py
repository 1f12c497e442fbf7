"""Rehearse a year: what a set of scenarios costs on average, and how often it costs how much.

Examples
--------
>>> from rencity.rehearse import rate
>>> answer = rate("cities/block", "set.toml")  # doctest: +SKIP
>>> answer.about["aal"]["total"]  # doctest: +SKIP
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rencity.city.model import City
from rencity.city.network.cache import network_of
from rencity.content import classes_of, load_packs
from rencity.kit.errors import RunError
from rencity.rehearse.rated import Rated, Struck, rated
from rencity.rehearse.sets import Told, load_set, told
from rencity.sim.clock import Progress
from rencity.sim.measures.setting import Setting
from rencity.sim.measures.trial import Trial
from rencity.sim.result import Result

MIN_PER_H = 60.0


def rate(
    city: City | str | Path,
    scenarios: str | Path,
    *,
    samples: int | None = None,
    seed: int | None = None,
    workers: int = 0,
    packs: Sequence[str | Path] = (),
    progress: Progress = lambda _stage, _share: None,
) -> Rated:
    """Strike a city with each scenario of a set and add up what it costs in a year.

    Parameters
    ----------
    scenarios : file of a set; a member may be the folder of a finished run of this city
    samples, seed : instead of the scenarios'; finished runs keep theirs
    workers : threads, 0 for one each core; the result is the same for any number

    Raises
    ------
    InputError, CityError, PackError, ScenarioError : each says what, where and how to mend it
    RunError : a run folder that is broken, or of another city
    """
    opened = city if isinstance(city, City) else City.open(city)
    whole, members = load_set(scenarios), told([scenarios])
    network = network_of(opened)
    struck = []
    for number, each in enumerate(members):
        progress("scenarios", number / len(members))
        if each.run is not None:
            struck.append(_of_run(each, each.run, opened, network.lifelines, network.region))
        else:
            struck.append(
                _of_scenario(each, opened, packs, samples, seed, workers or os.cpu_count() or 1)
            )
    progress("scenarios", 1.0)
    return rated(opened, whole, struck, network.lifelines, network.region, network.unit)


def losses(
    city: City,
    given: Told,
    *,
    packs: Sequence[str | Path] = (),
    samples: int | None = None,
    seed: int | None = None,
    workers: int = 1,
) -> npt.NDArray[np.int64]:
    """Person-minutes lost in every sample of a scenario, int64 (lifelines, regions, samples)."""
    scenario = given.scenario
    if scenario is None:
        raise RunError("a run folder, not a scenario", place=str(given.path), mend="give its file")
    inside = (given.base / name for name in scenario.packs)
    held = load_packs([*packs, *inside], region=city.identity.code or None)
    setting = Setting.of(city, classes_of(held), scenario, given.base)
    count = samples or scenario.samples
    number = scenario.seed if seed is None else seed
    trial = Trial(setting, given.base, (), count, number, workers=workers)
    return trial.losses(frozenset(), 0, count)


def _of_scenario(
    each: Told,
    city: City,
    packs: Sequence[str | Path],
    samples: int | None,
    seed: int | None,
    workers: int,
) -> Struck:
    lost = losses(city, each, packs=packs, samples=samples, seed=seed, workers=workers)
    if each.scenario is None:
        raise RunError("no scenario", place=str(each.path), mend="give its file")
    number = each.scenario.seed if seed is None else seed
    return Struck(each, lost / MIN_PER_H, number, each.scenario.horizon_h)


def _of_run(
    each: Told, folder: Path, city: City, lifelines: tuple[str, ...], regions: tuple[str, ...]
) -> Struck:
    """Losses of a finished run, from its curves."""
    result = Result.open(folder)
    if result.about["city"]["hash"] != city.hash:
        raise RunError(
            f"the run is of another city or version ({result.about['city']['id']}, hash "
            f"{result.about['city']['hash'][:16]})",
            place=str(folder),
            mend="strike this city, or name the scenario file in its place",
        )
    curves = result.curves.sel(lifeline=list(lifelines), region=list(regions))
    horizon_h = float(result.about["horizon_h"])
    edge_min = np.rint(np.append(curves["step_start_h"].to_numpy(), horizon_h) * MIN_PER_H)
    without = curves["people"].to_numpy()[:, :, None, None] - curves["served"].to_numpy()
    lost = np.einsum("lrts,t->lrs", without.astype(np.float64), np.diff(edge_min))
    return Struck(each, lost / MIN_PER_H, int(result.about["seed"]), horizon_h)
