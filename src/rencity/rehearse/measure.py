"""Network measures of a city over a scenario's draws, or over a file of what failed.

Examples
--------
>>> from rencity.rehearse.measure import measure
>>> measure("cities/memphis", "earthquake.toml", events=100).events  # doctest: +SKIP
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rencity.city.model import City
from rencity.city.network import Network
from rencity.city.network.cache import network_of
from rencity.content import classes_of, load_packs
from rencity.kit.errors import InputError
from rencity.kit.suggest import did_you_mean
from rencity.rehearse.told import told_of
from rencity.sim.connectivity import study
from rencity.sim.connectivity.lifeline import assets_down, riders_too
from rencity.sim.connectivity.study import Events, Measures
from rencity.sim.prepare import prepare
from rencity.sim.reach.events import outages_of_block
from rencity.sim.reach.lanes import LANES
from rencity.sim.scenario import Scenario

EVENTS = 100
"""Events drawn where nobody says how many."""


def measure(
    city: City | str | Path,
    scenario: Scenario | str | Path | None = None,
    *,
    failed: str | Path | None = None,
    lifeline: str | None = None,
    events: int | None = None,
    years: float | None = None,
    seed: int | None = None,
    hops: bool = False,
    both: bool = False,
    workers: int = 0,
    packs: Sequence[str | Path] = (),
) -> Measures:
    """Measure what each event leaves of the networks.

    Parameters
    ----------
    scenario, failed : where events come from: draws of a scenario, or a CSV file with a column
        ``asset`` and, for several, ``event``; neither: nothing fails
    events : how many to draw, or of the file to take; None: `EVENTS`, or all of the file
    years : over which the events are spread; losses are then per year
    seed : instead of the scenario's
    workers : threads, 0 for one each core; the result is the same for any number

    Raises
    ------
    InputError, CityError, PackError, ScenarioError : each says what, where and how to mend it
    """
    if scenario is not None and failed is not None:
        raise InputError(
            "a scenario and a file of what failed", place="--failed", mend="give one of them"
        )
    opened = city if isinstance(city, City) else City.open(city)
    network = network_of(opened)
    if scenario is not None:
        made = _drawn(opened, network, scenario, events or EVENTS, seed, packs, years)
    elif failed is not None:
        made = read_events(opened, network, Path(failed), events, years)
    else:
        none = np.zeros((1, len(opened.assets)), bool)
        made = Events(("undamaged",), none, years, {"from": "nothing"})
    return study.measure(
        opened,
        network,
        made,
        lifeline=lifeline,
        hops=hops,
        both=both,
        seed=1 if seed is None else seed,
        workers=workers or os.cpu_count() or 1,
    )


def _drawn(
    city: City,
    network: Network,
    scenario: Scenario | str | Path,
    events: int,
    seed: int | None,
    packs: Sequence[str | Path],
    years: float | None,
) -> Events:
    """What is out at some time of each of the first samples of a scenario."""
    told = told_of(scenario, None)
    inside = (told.base / name for name in told.scenario.packs)
    held = load_packs([*packs, *inside], region=city.identity.code or None)
    prepared = prepare(
        city, told.scenario, classes_of(held), base=told.base, samples=events, seed=seed
    )
    plan = prepared.plan
    down = []
    for block in range(-(-events // LANES)):
        outages = outages_of_block(plan.draws, plan.seed, block, events)
        lanes = min(LANES, events - block * LANES)
        down.append(assets_down(network, outages, len(city.assets), lanes))
    names = tuple(f"sample {number}" for number in range(events))
    said: dict[str, Any] = {"from": "scenario", "scenario": told.scenario.name, "seed": plan.seed}
    return Events(names, np.concatenate(down), years, said, prepared.findings)


def read_events(
    city: City, network: Network, path: Path, events: int | None, years: float | None
) -> Events:
    """Events of a CSV file: columns ``asset`` and, for several events, ``event``.

    Raises
    ------
    InputError : the file is missing or broken, lacks the column, is empty, or names an asset that
        is not there
    """
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as exc:
        raise InputError(
            f"not a readable CSV file: {exc}",
            place=str(path),
            mend="write it again from its source",
        ) from exc
    if "asset" not in table.columns:
        raise InputError(
            f"no column asset among {', '.join(table.columns)}",
            place=str(path),
            mend="name the column of ids `asset`, and that of events `event`",
        )
    if table.empty:
        raise InputError("no rows", place=str(path), mend="list at least one failed asset")
    index = pd.Index(city.assets["id"])
    row = index.get_indexer(table["asset"])
    wrong = np.flatnonzero(row < 0)
    if len(wrong):
        name = table["asset"].iloc[wrong[0]]
        raise InputError(
            f"no asset {name!r}" + (f", nor {len(wrong) - 1:,} more" if len(wrong) > 1 else ""),
            place=f"{path} row {wrong[0] + 2}",
            mend=did_you_mean(name, index, what="asset"),
        )
    given = table["event"] if "event" in table.columns else pd.Series("1", index=table.index)
    number, names = pd.factorize(given)
    keep = number < (events or len(names))
    names = names[: events or len(names)]
    down = np.zeros((len(names), len(index)), bool)
    down[number[keep], row[keep]] = True
    said = {"from": "file", "file": path.name}
    return Events(tuple(map(str, names)), riders_too(network, down), years, said)
