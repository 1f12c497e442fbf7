"""Real roads, brought in once a session by the command itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rencity.city import City
from rencity.cli import app

SOURCES = {
    "helsinki": ("osm", "osm/helsinki_centre.osm.pbf"),
    "shanghai": ("osm", "osm/shanghai_centre_west.osm.pbf", "--code", "310000"),
    "sao-paulo": ("osm", "osm/sao_paulo_centre.osm.pbf", "--time-zone", "America/Sao_Paulo"),
    "sioux-falls": ("tntp", "roads_tntp/SiouxFalls"),
    "friedrichshain": ("tntp", "roads_tntp/Berlin-Friedrichshain", "--crs", "local"),
    "memphis": (
        "tables", "interdependent", "--map", "examples/memphis/map.toml",
        "--code", "47157", "--time-zone", "America/Chicago",
    ),
}  # fmt: skip
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def real_city(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], City]:
    """A real city by its name."""

    @cache
    def bring(name: str) -> City:
        kind, source, *options = SOURCES[name]
        folder = tmp_path_factory.mktemp("cities") / name
        words = ["city", "import", kind, str(shared_data / source), "--into", str(folder)]
        words += [str(ROOT / each) if each.startswith("examples/") else each for each in options]
        done = CliRunner().invoke(app, [*words, "--no-infer"])
        assert done.exit_code == 0, done.output
        return City.open(folder)

    return bring
