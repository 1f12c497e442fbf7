"""The same cases drawn by whole runs: what the engine samples is what the formula says."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.special import ndtri

from rencity.city import City, Identity
from rencity.sim.classes import Lognormal, Repair, RepairRate
from rencity.sim.damage import Classes
from rencity.sim.run import Run, stress
from rencity.sim.scenario import load_scenario
from tests.figures import Tell

CASES = Path(__file__).parent
PER_CASE = 512
PIPES = 1024
PGA_G, BETA = 0.3, 0.5
ERRORS = 4
ROUNDING = 5e-7


def zones(ids: list[str], people: int) -> gpd.GeoDataFrame:
    """Districts, each with as many people as assets that serve it."""
    place = shapely.box(-91, 34, -89, 36)
    columns = {"id": ids, "level": "district", "people_night": float(people)}
    return gpd.GeoDataFrame(columns, geometry=[place] * len(ids), crs=4326)


def within(share: np.ndarray, expected: np.ndarray, draws: int) -> None:
    spread = np.sqrt(expected * (1 - expected) / draws)
    assert (np.abs(share - expected) <= ERRORS * spread + ROUNDING).all(), (share, expected)


def substations(cases: list[str]) -> City:
    """Substations that are their own source, one person on each; a district for each case."""
    assets = gpd.GeoDataFrame(
        [
            {"id": f"{case}-{i:04d}", "zone": case, "fragility": case}
            for case in cases
            for i in range(PER_CASE)
        ],
        geometry=[shapely.Point(-90, 34.5)] * (len(cases) * PER_CASE),
        crs=4326,
    ).assign(lifeline="power", kind="substation_low", repair="hazus", source=True)
    serves = pd.DataFrame({"asset": assets["id"], "zone": assets["zone"], "share": 1 / PER_CASE})
    tables = {"assets": assets, "serves": serves, "zones": zones(cases, PER_CASE)}
    return City.build(Identity(id="substations", name="变电站"), tables)


def with_probabilities(states: list[str], probability: np.ndarray) -> Lognormal:
    """Curves that give these probabilities (undamaged first) at `PGA_G`."""
    worse = 1 - np.cumsum(probability)[:-1]
    medians = PGA_G * np.exp(-BETA * ndtri(worse))
    curves = [
        {"state": state, "median": median, "beta": BETA}
        for state, median in zip(states, medians, strict=True)
    ]
    return Lognormal.model_validate({"form": "lognormal", "measure": "PGA", "states": curves})


def restored() -> tuple[Run, pd.DataFrame, np.ndarray]:
    """The run, the published shares by case, and the sampled ones on the same days."""
    folder = CASES / "restoration_substation"
    probability = pd.read_csv(folder / "probability.csv", index_col="case")
    expected = pd.read_csv(folder / "expected.csv", index_col="case")
    repair = Repair.model_validate_json((folder / "repair.json").read_text(encoding="utf-8"))
    states = list(probability.columns[1:])
    fragility = {
        case: with_probabilities(states, row.to_numpy()) for case, row in probability.iterrows()
    }
    cases = list(probability.index)
    classes = Classes(fragility, {"hazus": repair})
    run = stress(substations(cases), load_scenario(folder / "scenario.toml"), classes, base=folder)
    step = np.searchsorted(run.edge_min, expected.columns.to_numpy(float) * 1440)
    region = [run.network.region.index(case) for case in cases]
    served = run.served[0][region][:, step].mean(axis=2) / PER_CASE
    return run, expected, served


def test_sampled_restoration_of_substations(figure: Tell) -> None:
    run, expected, served = restored()
    days = expected.columns.to_numpy(int)
    assert set(days * 1440) <= set(run.edge_min.tolist())
    for case, told, found in zip(expected.index, expected.to_numpy(), served, strict=True):
        figure(f"substations {case}, drawn by a run", told, found)
    within(served, expected.to_numpy(), run.samples * PER_CASE)


def test_sampled_states_of_substations() -> None:
    """Just after the shock only the undamaged work, and those whose repair time was cut to zero."""
    run, _, _ = restored()
    folder = CASES / "restoration_substation"
    probability = pd.read_csv(folder / "probability.csv", index_col="case")
    region = [run.network.region.index(case) for case in probability.index]
    at_once = run.served[0][region][:, 0].mean(axis=1) / PER_CASE
    cut = 0.0227501319  # Φ(−2), as sd is half the mean in each state
    expected = probability["none"].to_numpy() + cut * (1 - probability["none"].to_numpy())
    within(at_once, expected, run.samples * PER_CASE)


def pipes(length_m: float) -> City:
    """Nodes with a person each, every one at the end of its own pipe."""
    name = [f"{i:04d}" for i in range(PIPES)]
    nodes = gpd.GeoDataFrame(
        {"id": ["works", *(f"n{i}" for i in name)], "kind": "junction"},
        geometry=[shapely.Point(-90, 35)] * (PIPES + 1),
        crs=4326,
    ).assign(source=lambda table: table["id"] == "works")
    lines = gpd.GeoDataFrame(
        {"id": [f"p{i}" for i in name], "kind": "pipe", "source": False, "length_m": length_m},
        geometry=[shapely.LineString([(-90, 35), (-90, 35.02)])] * PIPES,
        crs=4326,
    )
    assets = pd.concat([nodes, lines], ignore_index=True).assign(lifeline="water")
    links = pd.DataFrame(
        {
            "id": lines["id"],
            "start": "works",
            "end": nodes["id"][1:].to_numpy(),
            "asset": lines["id"],
        }
    ).assign(lifeline="water")
    serves = pd.DataFrame({"asset": links["end"], "zone": "all", "share": 1 / PIPES})
    tables = {"assets": assets, "links": links, "serves": serves, "zones": zones(["all"], PIPES)}
    return City.build(Identity(id="pipes", name="管道"), tables)


def broken() -> tuple[np.ndarray, Run]:
    folder = CASES / "pipe_break"
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    pipe = RepairRate.model_validate_json((folder / "fragility.json").read_text(encoding="utf-8"))
    repair = Repair.model_validate({"states": [{"state": "break", "mean_d": 1, "sd_d": 0}]})
    kind = "water.pipe"
    classes = Classes({"pipe": pipe}, {"pipe": repair}, {kind: ("pipe",)}, {kind: ("pipe",)})
    city = pipes(expected["length_m"])
    scenario = load_scenario(folder / "scenario.toml")
    run = stress(city, scenario, classes, base=folder, samples=1024)
    return np.array(expected["break"]), run


def test_sampled_breaks_of_a_pipe(figure: Tell) -> None:
    expected, run = broken()
    lost = 1 - run.served[0, 0, 0].mean() / PIPES
    figure("pipe, break, drawn by a run", expected, lost)
    within(np.array(lost), expected, run.samples * PIPES)
    hit = run.damaged[run.network.nodes + 1 :]
    assert len(hit) == PIPES
    assert hit.sum() == round(lost * run.samples * PIPES)
