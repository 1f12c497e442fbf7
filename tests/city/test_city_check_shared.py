"""Rules on what layers share and on versions: each has a city that breaks it and nothing else."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from rasterio.transform import Affine
from shapely.geometry import box

from rencity.city import City
from rencity.city.check import RULES, check
from rencity.city.rasters import Grid

SQUARE = box(120.302, 31.555, 120.3025, 31.5555)  # about 47 m by 55 m
GHOST = {"name": "terrain", "path": "rasters/terrain.tif", "sha256": "0" * 64}


def rows(*said: dict[str, Any]) -> Callable[[Any], pd.DataFrame]:
    """A table of these rows in place of its own."""

    def edit(frame: Any) -> pd.DataFrame:
        made = pd.DataFrame(list(said))
        if "geometry" in frame:
            return gpd.GeoDataFrame(made, geometry="geometry", crs="EPSG:4326")
        return made

    return edit


def put(key: str, **values: object) -> Callable[[Any], pd.DataFrame]:
    def edit(frame: Any) -> pd.DataFrame:
        at = frame.index[frame["id"] == key][0]
        for column, value in values.items():
            frame[column] = frame[column].astype(object)
            frame.loc[at, column] = value
        return frame

    return edit


def block(**values: object) -> dict[str, Any]:
    return {"id": "b", "zone": "g1", "geometry": SQUARE, **values}


def became(old: str, new: str, change: str, version: int = 2, table: str = "assets") -> dict:
    return {"version": version, "table": table, "old": old, "new": new, "change": change}


SECOND = {"version": 2, "parent": "a" * 64}
BREAKS: list[tuple[str, dict[str, Any], set[str]]] = [
    ("version", {"identity": {"version": 2}}, set()),
    ("version", {"identity": {"parent": "a" * 64}}, set()),
    ("raster-file", {"identity": {"rasters": [GHOST]}}, {"terrain"}),
    ("broken-mark", {"assets": put("mast", inferred="capacity=some.rule")}, {"mast"}),
    ("broken-mark", {"assets": put("mast", inferred="colour=some.rule")}, {"mast"}),
    ("broken-mark", {"assets": put("mast", inferred="a guess")}, {"mast"}),
    ("building-people", {"buildings": rows(block(people_night=150.0))}, {"g1"}),
    ("building-people", {"buildings": rows(block(people_night=350.0, zone="d1"))}, {"d1", "city"}),
    ("building-size", {"buildings": rows(block(storeys=2.0, floor_area_m2=26_000.0))}, {"b"}),
    ("building-size", {"buildings": rows(block(storeys=30.0, floor_area_m2=2600.0))}, {"b"}),
    ("building-size", {"buildings": rows(block(floor_area_m2=2600.0, people_night=0.0),
        block(id="c", floor_area_m2=100.0, people_night=60.0,
              geometry=SQUARE.centroid))}, {"c"}),
    ("switching", {"links": put("l2", switching_min=30.0)}, {"l2"}),
    ("switching", {"links": put("l4", switching_min=60_000.0)}, {"l4"}),
    ("entrance-height", {"assets": put("pump", entrance_m=31.5)}, {"pump"}),
    ("carrier-loop", {"carriers": rows({"carrier": "mast", "asset": "mast"})}, {"mast/mast"}),
    ("carrier-loop", {"carriers": rows({"carrier": "pipe", "asset": "main"},
        {"carrier": "main", "asset": "pipe"})}, {"pipe/main", "main/pipe"}),
    ("carrier-far", {"carriers": rows({"carrier": "plant", "asset": "mast"})}, {"plant/mast"}),
    ("lineage-version", {"identity": SECOND,
        "lineage": rows(became("gone", "", "retired", version=3))}, {"3/assets/gone/"}),
    ("lineage-open", {"identity": SECOND,
        "lineage": rows(became("gone", "nowhere", "replaced"))}, {"2/assets/gone/nowhere"}),
    ("lineage-reused", {"identity": SECOND,
        "lineage": rows(became("mast", "", "retired"))}, {"2/assets/mast/"}),
    ("lineage-reused", {"identity": {"version": 3, "parent": "a" * 64},
        "lineage": rows(became("gone", "", "retired"), became("gone", "mast", "replaced", 3))},
        {"2/assets/gone/", "3/assets/gone/mast"}),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "edits", "ids"), BREAKS)
def test_a_broken_rule_of_shared_things_is_found_and_no_other(
    tiny_city: Callable[..., City], rule: str, edits: dict[str, Any], ids: set[str]
) -> None:
    findings = check(tiny_city(**edits))
    assert {finding.rule for finding in findings} == {rule}
    assert ids <= {str(i) for finding in findings for i in finding.ids}
    assert all(finding.mend and str(finding) for finding in findings)


def test_what_is_sound_has_no_finding(tiny_city: Callable[..., City]) -> None:
    city = tiny_city(
        identity={"version": 3, "parent": "a" * 64},
        buildings=rows(
            block(people_night=90.0, storeys=6.0, floor_area_m2=14_000.0),
            block(id="c", zone="", geometry=SQUARE.centroid),
        ),
        carriers=rows({"carrier": "junction", "asset": "pipe"}),
        assets=put("mast", entrance_m=1.2, capacity=5.0, inferred="capacity=some.rule"),
        links=put("l4", switching_min=90.0),
        lineage=rows(
            became("a", "b", "replaced", 2),
            became("b", "mast", "replaced", 3),
            became("d1", "d1", "split", 3, "zones"),
            became("d1", "g1", "split", 3, "zones"),
            became("old", "", "retired", 2, "links"),
        ),
    )
    assert check(city) == []


def terrain(west: float, north: float, values: np.ndarray) -> Grid:
    return Grid(values.astype(np.float32), Affine(0.01, 0, west, 0, -0.01, north), "EPSG:4326", "m")


def test_a_raster_covers_the_city_or_says_how_much_not(
    tiny_city: Callable[..., City], tmp_path: Path
) -> None:
    whole = tiny_city().with_raster("terrain", terrain(120.2, 31.7, np.ones((20, 20))))
    assert check(whole) == []
    values = np.ones((20, 20))
    values[13, 10] = math.nan  # 120.30-120.31 E, 31.56-31.57 N: eight of thirteen
    holed = tiny_city().with_raster("terrain", terrain(120.2, 31.7, values))
    (finding,) = check(holed)
    assert (finding.rule, finding.severity) == ("raster-cover", "warning")
    away = tiny_city().with_raster("terrain", terrain(121.2, 31.7, np.ones((3, 3))))
    (finding,) = check(away)
    assert "under 13 of 13 assets" in finding.what
    folder = whole.write(tmp_path / "city").folder
    assert folder is not None
    path = folder / "rasters/terrain.tif"
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    (finding,) = check(City.open(folder))
    assert finding.rule == "raster-file"
    path.unlink()
    assert [f.rule for f in check(City.open(folder))] == ["raster-file"]


def test_the_rules_here_and_no_others_are_broken_here() -> None:
    assert {rule for rule, *_ in BREAKS} | {"raster-cover"} <= set(RULES)


def test_distances_need_no_metric_system_to_be_told(tiny_city: Callable[..., City]) -> None:
    city = tiny_city(
        identity={"metric_crs": "EPSG:999999"},
        carriers=rows({"carrier": "plant", "asset": "mast"}),
        buildings=rows(block(floor_area_m2=10.0)),
    )
    assert {f.rule for f in check(city)} == {"metric-crs"}
