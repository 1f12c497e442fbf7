"""A river's stage on a small city: over the levee or not, when, for how long; what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rencity.city.model import City
from rencity.kit.errors import InputError, ScenarioError
from rencity.sim.hazard.scene import Scene
from rencity.sim.hazard.specs import Hazard
from rencity.sim.hazard.striking import strikes_of, unhit
from rencity.sim.strike import NEVER, Strike
from tests.sim.hazard.toy import city_of
from tests.sim.hazard.wet_city import at, classes, ids_of, wet_city

Parse = Callable[[str], Hazard]
POINTS = [list(at(0, 0)), list(at(0, 8))]


def river(stage: str, reach: str = f"points = {POINTS}") -> str:
    return f'kind = "river"\nreach = {{{reach}}}\n{stage}\n'


def scene_of(city: City, base: Path = Path(), horizon_min: int = 6000) -> Scene:
    return Scene(city, classes(), base, 10, 1, horizon_min)


def risen(hazard: Parse, text: str, base: Path = Path(), city: City | None = None) -> list[Strike]:
    return strikes_of(hazard(text), scene_of(city or wet_city(), base))


def graph(tmp_path: Path, *rows: tuple[object, object]) -> str:
    text = "time_h,stage_m\n" + "".join(f"{hour},{stage}\n" for hour, stage in rows)
    (tmp_path / "stage.csv").write_text(text, encoding="utf-8")
    return river('hydrograph = {path = "stage.csv"}\nstep_min = 10')


@pytest.mark.parametrize("stage", [-1, 3, 6])
def test_the_bowl_is_dry_while_the_levee_holds(hazard: Parse, stage: float) -> None:
    (strike,) = risen(hazard, river(f"stage_m = {stage}"))
    assert len(strike.asset) == len(strike.out_asset) == 0
    if stage > 2:  # the bowl lies below the stage, but apart from the river
        assert strike.facts["low_but_apart_km2"] == pytest.approx((21 + 7 * (stage > 5)) * 1e-4)
        assert strike.facts["water_m3"] == pytest.approx(18 * 100 * stage)
    else:
        assert strike.facts["water_m3"] == 0


def test_a_stage_over_the_levee_floods_the_bowl_to_the_end(hazard: Parse) -> None:
    damage, closed = risen(hazard, river("stage_m = 6.5"))
    city = wet_city()
    assert ids_of(city, damage.asset) == ["pump", "raised"]
    assert ids_of(city, closed.out_asset) == ["pump", "raised", "road"]
    assert (closed.out_min == NEVER).all()
    layer = damage.layers["depth"].values
    np.testing.assert_allclose(layer[4], [6.5, 6.5, 0.5, 4.5, 4.5, 4.5, 1.5, 0, 0, 0])
    assert damage.facts["deepest_m"] == pytest.approx(6.5)


def test_a_flood_wave_comes_and_drains(hazard: Parse, tmp_path: Path) -> None:
    text = graph(tmp_path, (0, 2), (10, 7), (20, 2)) + "drainage_mm_h = 100\n"
    damage, closed = risen(hazard, text, tmp_path)
    # above the levee's 6 m from 8 h to 12 h; 3.7 m above the road's limit drain in 37 h
    assert ids_of(wet_city(), closed.out_asset) == ["pump", "raised", "road"]
    assert closed.out_onset_min is not None
    road = 2
    assert closed.out_onset_min[road] == pytest.approx(8 * 60, abs=10)
    end = closed.out_onset_min[road] + closed.out_min[road]
    assert end == pytest.approx((12 + 37) * 60, abs=20)
    assert damage.onset_min is not None
    assert (damage.onset_min > closed.out_onset_min[:2]).all()


def test_a_stage_that_stands_some_hours(hazard: Parse) -> None:
    text = river("stage_m = 6.5\nstands_h = 10\ndrainage_mm_h = 1000\nstep_min = 10")
    _, closed = risen(hazard, text)
    # 3.7 m above the road's limit at a metre an hour
    assert closed.out_min[2] == pytest.approx((10 + 3.7) * 60, abs=11)


@pytest.mark.parametrize("how", ["geojson", "csv", "ids"])
def test_a_reach_may_be_a_file_or_assets(hazard: Parse, tmp_path: Path, how: str) -> None:
    line = {"type": "LineString", "coordinates": POINTS}
    shape = {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": line}]}
    (tmp_path / "reach.geojson").write_text(json.dumps(shape), encoding="utf-8")
    rows = "".join(f"{x!r},{y!r}\n" for x, y in POINTS)
    (tmp_path / "reach.csv").write_text("lon,lat\n" + rows, encoding="utf-8")
    said = 'ids = ["road"]' if how == "ids" else f'path = "reach.{how}"'
    damage = risen(hazard, river("stage_m = 6.5", said), tmp_path)[0]
    assert damage.facts["lowest_bed_m"] == (2 if how == "ids" else 0)
    assert damage.facts["deepest_m"] == pytest.approx(6.5)


def test_a_stage_below_the_bed_is_a_finding(hazard: Parse) -> None:
    text = river("stage_m = -0.5")
    (finding,) = unhit(hazard(text), scene_of(wet_city()))
    assert "not above the lowest bed 0 m" in finding.what
    assert unhit(hazard(river("stage_m = 1.0")), scene_of(wet_city())) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (river("stage_m = 3\nhydrograph = {path = 'a.csv'}"), "either stage_m or hydrograph"),
        (river(""), "either stage_m or hydrograph"),
        (river("stage_m = 12000"), "stage_m"),
        (river("hydrograph = {path = 'a.csv'}\nstands_h = 3"), "leave stands_h out"),
        (river("stage_m = 3", ""), "one of path, ids and points"),
        (river("stage_m = 3", 'path = "a.csv", ids = ["x"]'), "one of path, ids and points"),
        (river("stage_m = 3\ndrainage_mm_h = -1"), "drainage_mm_h"),
    ],
)
def test_a_wrong_river_is_refused(hazard: Parse, text: str, what: str) -> None:
    with pytest.raises(ScenarioError) as told:
        hazard(text)
    assert what in str(told.value)


def test_a_reach_off_the_terrain_or_unknown(hazard: Parse) -> None:
    with pytest.raises(ScenarioError, match="touches no cell") as told:
        risen(hazard, river("stage_m = 3", "points = [[31.5, 120.3], [31.6, 120.3]]"))
    assert "longitude first" in told.value.mend
    with pytest.raises(ScenarioError, match="no such asset: pumpe"):
        risen(hazard, river("stage_m = 3", 'ids = ["pumpe"]'))
    bare = city_of([("pump", "water.pump", at(4))])
    with pytest.raises(ScenarioError, match="no terrain"):
        risen(hazard, river("stage_m = 3"), city=bare)


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ([(0, 2), (0, 3)], "row 3, column time_h: '0' does not come after"),
        ([(2, 2), (1, 3)], "row 3, column time_h: '1' does not come after"),
        ([(-1, 2), (1, 3)], "row 2, column time_h: '-1' is before the hazard's start"),
        ([(0, "high")], "row 2, column stage_m: 'high' is not a finite number"),
        ([(0, 2), (1, 250_000)], "is it in cm or mm"),
    ],
)
def test_a_broken_hydrograph_is_named(
    hazard: Parse, tmp_path: Path, rows: list[tuple[object, object]], what: str
) -> None:
    with pytest.raises(InputError) as told:
        risen(hazard, graph(tmp_path, *rows), tmp_path)
    assert what in str(told.value)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"{", "not GeoJSON"),
        (b'{"type": "Nothing"}', "not GeoJSON"),
        (b'{"type": "FeatureCollection", "features": []}', "no geometry"),
        ("河".encode("gbk"), "not UTF-8"),
        (None, "No such file"),
    ],
)
def test_a_broken_reach_is_named(
    hazard: Parse, tmp_path: Path, content: bytes | None, what: str
) -> None:
    if content is not None:
        (tmp_path / "reach.geojson").write_bytes(content)
    with pytest.raises(InputError, match=what) as told:
        risen(hazard, river("stage_m = 3", 'path = "reach.geojson"'), tmp_path)
    assert "reach.geojson" in told.value.place
