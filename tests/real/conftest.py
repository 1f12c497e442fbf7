"""Real input brought in once by the command itself, as a user would."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from typer.testing import CliRunner

from rencity.city import City
from rencity.cli import app
from rencity.rehearse import stress

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
MAPS = {name: str(EXAMPLES / name / "map.toml") for name in ("memphis", "wuxi-admin")}
SAMPLES = 24
"""Of the run of Memphis."""
CHICAGO = ("--code", "47157", "--time-zone", "America/Chicago")
SOURCES = {
    "memphis": ("tables", "interdependent", "--map", MAPS["memphis"], *CHICAGO, "--no-infer"),
    "helsinki": ("osm", "osm/helsinki_centre.osm.pbf"),
    "helsinki-as-told": ("osm", "osm/helsinki_centre.osm.pbf", "--no-infer"),
    "shanghai": ("osm", "osm/shanghai_centre_west.osm.pbf", "--code", "310000"),
    "sao-paulo": ("osm", "osm/sao_paulo_centre.osm.pbf", "--time-zone", "America/Sao_Paulo"),
    "ky4": ("epanet", "water/ky4.inp", "--crs", "EPSG:3089"),
    "net3": ("epanet", "water/Net3.inp", "--crs", "local"),
    "wuxi": ("tables", "admin", "--map", MAPS["wuxi-admin"], "--code", "320200"),
}


class Brought(NamedTuple):
    """A city folder, and what the import said of it as JSON."""

    folder: Path
    said: dict[str, Any]

    @property
    def city(self) -> City:
        return City.open(self.folder)


def rencity(*words: object) -> tuple[int, str]:
    """Exit status and output of a command."""
    done = CliRunner().invoke(app, [str(word) for word in words])
    return done.exit_code, done.output


@pytest.fixture(scope="session")
def brought(
    shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Brought]:
    """Import a source by its name, once a session."""

    @cache
    def bring(name: str) -> Brought:
        kind, source, *options = SOURCES[name]
        folder = tmp_path_factory.mktemp("cities") / name
        status, output = rencity(
            "city", "import", kind, shared_data / source, "--into", folder, "--json", *options
        )
        assert status == 0, output
        return Brought(folder, json.loads(output))

    return bring


@pytest.fixture(scope="session")
def shaken_memphis(
    brought: Callable[[str], Brought], shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A run of the earthquake of the example, of few samples."""
    text = (EXAMPLES / "memphis" / "earthquake.toml").read_text(encoding="utf-8")
    told = text.replace('"data/', f'"{shared_data}/interdependent/')
    run = stress(brought("memphis").folder, told, samples=SAMPLES)
    return run.write(tmp_path_factory.mktemp("shaken") / "memphis")
