"""A scenario as it was handed in: checked, with its text and the folder its paths start from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rencity.sim.scenario import Scenario, load_scenario, parse_scenario
from rencity.sim.scenario_text import read_text, scenario_toml


@dataclass(frozen=True)
class Told:
    """A scenario with its text and the folder its paths start from."""

    scenario: Scenario
    text: str
    base: Path


def told_of(scenario: Scenario | str | Path, base: str | Path | None) -> Told:
    """Read a scenario from a file, its text or itself.

    Parameters
    ----------
    base : folder that paths in it start from; None: the file's own, else the current one

    Raises
    ------
    ScenarioError : as `rencity.sim.scenario.load_scenario`
    """
    here = Path.cwd() if base is None else Path(base)
    if isinstance(scenario, Scenario):  # read again: a copy with changes was never checked
        scenario = scenario_toml(scenario)
    if isinstance(scenario, str) and "\n" in scenario:
        return Told(parse_scenario(scenario, place="scenario"), scenario, here)
    path = Path(scenario)
    beside = path.resolve().parent if base is None else here
    return Told(load_scenario(path), read_text(path), beside)
