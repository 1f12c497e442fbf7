"""A command that is killed while it writes a city leaves the old city, whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from rasterio.transform import Affine

from rencity.city import City
from rencity.city.demo.build import make_demo
from rencity.city.rasters import Grid, geotiff

ROOT = Path(__file__).resolve().parents[2]
# the process ends itself, as by kill -9, when it begins to write part number N of the new folder
KILLED = """
import os, signal, sys
import pandas as pd
from pathlib import Path
left = [int(sys.argv.pop(1))]

def dying(write):
    def one(self, *args, **kwargs):
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return write(self, *args, **kwargs)
    return one

pd.DataFrame.to_parquet = dying(pd.DataFrame.to_parquet)
Path.write_bytes = dying(Path.write_bytes)
Path.write_text = dying(Path.write_text)
import geopandas as gpd
gpd.GeoDataFrame.to_parquet = dying(gpd.GeoDataFrame.to_parquet)
from rencity.cli import main
main()
"""


def run(*words: object, dies_at: int) -> int:
    env = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-c", KILLED, str(dies_at), *map(str, words)]
    return subprocess.run(command, env=env, capture_output=True, check=False).returncode


@pytest.fixture
def city(tmp_path: Path) -> Path:
    made = make_demo("block", 1).city
    made.write(tmp_path / "city")
    return tmp_path / "city"


@pytest.fixture
def height(tmp_path: Path, city: Path) -> Path:
    """Another terrain over the city, as a file to import."""
    west, south, east, north = City.open(city).assets.total_bounds
    step = max(east - west, north - south) / 20
    place = Affine(step, 0, west - 2 * step, 0, -step, north + 2 * step)
    ramp = np.add.outer(np.arange(25), np.arange(25)).astype(np.float32) / 10
    path = tmp_path / "height.tif"
    path.write_bytes(geotiff(Grid(ramp, place, "EPSG:4326", "m")))
    return path


@pytest.mark.parametrize("part", [1, 3, 8, 13])
def test_an_import_killed_while_it_writes(city: Path, height: Path, part: int) -> None:
    before = City.open(city).hash
    words = ("city", "import", "dem", height, "--into", city)
    assert run(*words, dies_at=part) == -signal.SIGKILL
    again = City.open(city)
    assert again.hash == before
    shape = again.raster("terrain").values.shape  # its bytes are those that city.toml names
    assert run(*words, dies_at=10_000) == 0
    done = City.open(city)
    assert done.hash != before
    assert done.raster("terrain").values.shape != shape
    assert [path.name for path in city.parent.iterdir() if path.is_dir()] == ["city"]


def test_a_demo_killed_while_it_replaces(city: Path) -> None:
    before = City.open(city).hash
    words = ("demo", city, "--scale", "block", "--seed", 2, "--replace")
    assert run(*words, dies_at=5) == -signal.SIGKILL
    assert City.open(city).hash == before
    assert run(*words, dies_at=10_000) == 0
    assert City.open(city).hash == make_demo("block", 2).city.hash
