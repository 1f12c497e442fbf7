"""Rehearse a strike: open city, scenario and packs, run, and make the result.

Examples
--------
>>> from rencity import stress
>>> result = stress("cities/memphis", "earthquake.toml", samples=1000)  # doctest: +SKIP
>>> result.plot_recovery()  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rencity.city.model import City
from rencity.content import classes_of, load_packs
from rencity.rehearse.explain import explained
from rencity.rehearse.told import told_of
from rencity.sim import run
from rencity.sim.clock import Progress
from rencity.sim.executors import Workers
from rencity.sim.result import Result
from rencity.sim.scenario import Scenario


def stress(
    city: City | str | Path,
    scenario: Scenario | str | Path,
    *,
    samples: int | None = None,
    seed: int | None = None,
    workers: int = 0,
    dask: str = "",
    event: str | None = None,
    packs: Sequence[str | Path] = (),
    base: str | Path | None = None,
    keep_beside: str | Path | None = None,
    explain: int | None = None,
    progress: Progress = lambda _stage, _share: None,
) -> Result:
    """Strike a city, follow it to the horizon, rank what is to blame.

    Parameters
    ----------
    city : a city, or the folder of one
    scenario : a file, its text (TOML of several lines), or a scenario
    samples, seed : instead of the scenario's
    workers : 0: threads, one for each core; else processes; the result is the same for any number
    dask : address of a Dask scheduler whose workers do the blocks instead
    event : only this event of the scenario's fields
    packs : more pack folders, laid over the shipped ones and under the scenario's own
    base : folder that paths in the scenario start from; None: the file's own, else the current one
    keep_beside : run folder that the result will be written to: finished blocks stay beside it
        when the run is stopped, and the next call goes on from them
    explain : worst places and assets whose causes are told with the result; None: 6, and none
        above 200,000 assets, where each takes seconds
    progress : called with a stage and its share done, 0 to 1

    Raises
    ------
    RencityError : of any kind; each says what, where and how to mend it
    """
    opened = city if isinstance(city, City) else City.open(city)
    told = told_of(scenario, base)
    inside = (told.base / name for name in told.scenario.packs)
    held = load_packs([*packs, *inside], region=opened.identity.code or None)
    made = run.stress(
        opened,
        told.scenario,
        classes_of(held),
        base=told.base,
        samples=samples,
        seed=seed,
        workers=Workers(workers, dask),
        event=event,
        keep_beside=None if keep_beside is None else Path(keep_beside),
        progress=progress,
    )
    result = Result.of(made, opened, scenario_toml=told.text, packs=held.versions)
    progress("why", 0.0)
    made_clear = explained(result, opened, explain)
    progress("why", 1.0)
    return made_clear
