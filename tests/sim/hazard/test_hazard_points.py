"""Fields of points, through the door a scenario uses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely

from rencity.city.model import City
from rencity.kit.errors import CityError, InputError, ScenarioError
from rencity.sim.damage import Classes, exceedance
from rencity.sim.hazard.scene import Scene
from rencity.sim.hazard.specs import Hazard
from rencity.sim.hazard.striking import restrict, strikes_of, unhit
from rencity.sim.restoration import quantiles_min
from rencity.sim.strike import TABLE_SIZE, Strike
from tests.sim.hazard.toy import FLOODED, PIPE, SUBSTATION, city_of

Make = Callable[..., Strike]

PGA = 'kind = "field"\nmeasure = "PGA"\nunit = "g"\n'
ONE = '[[hazards.events]]\npath = "a.csv"\n'
SQUARE = "x,y,PGA\n0,0,0.1\n1,0,0.2\n0,1,0.3\n1,1,0.4\n"


def put(folder: Path, text: str, name: str = "a.csv") -> None:
    (folder / name).write_text(text, encoding="utf-8")


def substations(*places: object) -> City:
    return city_of([(f"s{i}", "power.substation_low", place) for i, place in enumerate(places)])


def felt(strike: Strike, event: int = 0) -> np.ndarray:
    """The intensity that explains the probability of the first state."""
    from scipy.special import ndtri

    first = SUBSTATION.states[0]
    return first.median * np.exp(first.beta * ndtri(strike.exceed[event, 0]))


def test_a_plane_is_read_exactly_and_in_asset_order(strike: Make, tmp_path: Path) -> None:
    put(tmp_path, SQUARE)
    made = strike(PGA + ONE, substations((0.25, 0.5), (0, 0), (1, 1)))
    assert felt(made) == pytest.approx([0.225, 0.1, 0.4], rel=1e-9)
    assert made.exceed[0] == pytest.approx(exceedance(SUBSTATION, [0.225, 0.1, 0.4]), rel=1e-9)
    assert made.asset.tolist() == [0, 1, 2]
    assert made.asset.dtype == np.int32
    assert made.weight.tolist() == [1]
    assert made.event == ("a",)
    assert len(made.out_asset) == 0


def test_repair_tables_follow_the_states_of_each_class(strike: Make, tmp_path: Path) -> None:
    put(tmp_path, "x,y,PGA,PGV\n0,0,1,50\n1,0,1,50\n0,1,1,50\n")
    rows = [
        ("a", "power.substation_low", (0.2, 0.2)),
        ("b", "water.pipe", shapely.LineString([(0.1, 0.1), (0.2, 0.1)])),
        ("c", "power.substation_low", (0.1, 0.2)),
    ]
    both = 'kind = "field"\nmeasures = [{measure="PGA",unit="g"},{measure="PGV",unit="cm/s"}]\n'
    made = strike(both + ONE, city_of(rows))
    assert made.exceed.shape == (1, 2, 3)
    assert made.table[0] == made.table[2] != made.table[1]
    assert made.repair_min.shape == (2, 2, TABLE_SIZE)
    sub, pipe = made.repair_min[made.table[0]], made.repair_min[made.table[1]]
    assert (sub[1] == quantiles_min(10, 4)).all()
    assert (pipe[0] == 0).all()  # a leak leaves it working
    assert (pipe[1] == quantiles_min(2, 1)).all()


def test_a_field_touches_only_fragility_of_its_measure(
    strike: Make, tmp_path: Path, classes: Classes, hazard: Callable[[str], Hazard]
) -> None:
    put(tmp_path, SQUARE)
    city = city_of(
        [
            ("a", "water.pump", (0.5, 0.5)),
            ("b", "power.substation_low", (0.5, 0.5)),
            ("c", "power.node", (0.5, 0.5)),
            ("d", "power.node", (9, 9)),
        ]
    )
    made = strike(PGA + ONE, city)
    assert made.asset.tolist() == [1]
    notes = unhit(hazard(PGA + ONE), Scene(city, classes, Path()))
    assert [(n.rule, n.ids) for n in notes] == [
        ("field-no-fragility", ("c", "d")),
        ("field-other-measure", ("a",)),
    ]
    assert "2 power.node" in notes[0].what
    assert all(note.severity == "note" and note.mend for note in notes)


def test_a_city_without_such_assets_is_struck_by_nothing(strike: Make, tmp_path: Path) -> None:
    put(tmp_path, SQUARE)
    made = strike(PGA + ONE, city_of([("c", "power.node", (9, 9))]))
    assert made.asset.shape == (0,)
    assert made.exceed.shape == (1, 1, 0)
    assert made.repair_min.shape[2] == TABLE_SIZE
    assert strike(PGA + ONE, city_of([])).exceed.shape == (1, 1, 0)


@pytest.mark.parametrize(
    ("measure", "unit", "per_kept"),
    [
        ("PGA", "m/s2", 9.80665),
        ("PGA", "gal", 980.665),
        ("PGA", "cm/s2", 980.665),
        ("PGA", "%g", 100),
        ("PGV", "m/s", 0.01),
        ("PGV", "mm/s", 10),
        ("depth", "cm", 100),
        ("depth", "mm", 1000),
    ],
)
def test_units_are_turned_into_those_of_the_measure(
    measure: str, unit: str, per_kept: float, strike: Make, tmp_path: Path
) -> None:
    kept = 0.7
    put(tmp_path, "x,y,v\n" + "".join(f"{xy},{kept * per_kept}\n" for xy in ("0,0", "1,0", "0,1")))
    line = shapely.LineString([(0.1, 0.1), (0.2, 0.1)])
    rows = [
        ("a", "power.substation_low", (0.2, 0.2)),
        ("b", "water.pump", (0.2, 0.2)),
        ("c", "water.pipe", line),
    ]
    city = city_of(rows, length_m=[np.nan, np.nan, 1e5])
    text = f'kind = "field"\nmeasure = "{measure}"\nunit = "{unit}"\ncolumn = "v"\n{ONE}'
    made = strike(text, city)
    curve = {"PGA": SUBSTATION, "depth": FLOODED, "PGV": PIPE}[measure]
    assert made.exceed[0] == pytest.approx(exceedance(curve, [kept], [1e5]), rel=1e-9)


def test_outside_the_hull_is_refused_reached_or_zero(strike: Make, tmp_path: Path) -> None:
    put(tmp_path, SQUARE)
    city = substations((0.5, 0.5), (1.01, 1), (1.5, 1.5))
    with pytest.raises(
        ScenarioError, match=r"2 of 3 assets lie outside .*s1, s2.*within_m above 7"
    ):
        strike(PGA + ONE, city)
    with pytest.raises(ScenarioError, match=r"1 of 3 assets lie outside the field a.csv .*: s2"):
        strike(PGA + "within_m = 1200\n" + ONE, city)
    with pytest.raises(ScenarioError, match=r"2 of 3"):
        strike(PGA + "within_m = 1100\n" + ONE, city)
    zero = strike(PGA + 'within_m = 1200\noutside = "zero"\n' + ONE, city)
    assert zero.asset.tolist() == [0, 1]  # nothing can damage s2
    assert felt(zero) == pytest.approx([0.25, 0.4], rel=1e-9)
    far = strike(PGA + "within_m = 100000\n" + ONE, city)
    assert felt(far) == pytest.approx([0.25, 0.4, 0.4], rel=1e-9)


def test_the_nearest_point_is_taken_where_asked_for(strike: Make, tmp_path: Path) -> None:
    put(tmp_path, "x,y,PGA\n0,60,0.1\n0.1,60,0.2\n")  # on one line: no triangles
    near = PGA + 'method = "nearest"\nwithin_m = 20000\n' + ONE
    # 0.06° of longitude are nearer than 0.04° of latitude at 60° N
    made = strike(near, substations((0.04, 60.0), (0.06, 60.04), (0.0, 60.04)))
    assert felt(made) == pytest.approx([0.1, 0.2, 0.1], rel=1e-9)
    with pytest.raises(InputError, match=r"2 points span no area.*method = \"nearest\""):
        strike(PGA + ONE, substations((0.04, 60.0)))


def test_a_line_feels_its_mid_point_or_its_worst_vertex(strike: Make, tmp_path: Path) -> None:
    put(tmp_path, SQUARE)
    bent = shapely.LineString([(0.0, 0.0), (0.8, 0.0), (0.8, 0.4)])
    two = shapely.MultiLineString([[(0, 0), (0.2, 0)], [(0.5, 0), (0.9, 0)]])
    square = shapely.box(0.4, 0.4, 0.6, 0.6)
    city = substations(bent, two, square, (0.5, 0.5))
    assert felt(strike(PGA + ONE, city)) == pytest.approx([0.16, 0.16, 0.25, 0.25], abs=2e-5)
    worst = felt(strike(PGA + 'at = "max"\n' + ONE, city))
    assert worst == pytest.approx([0.26, 0.19, 0.25, 0.25], rel=1e-9)


def test_length_is_the_attribute_else_the_geodesic_of_the_line(
    strike: Make, tmp_path: Path
) -> None:
    put(tmp_path, "x,y,PGV\n119,31,40\n121,31,40\n120,33,40\n")
    line = shapely.LineString([(120, 31.5), (120, 31.51)])
    split = shapely.MultiLineString([[(120, 31.5), (120, 31.505)], [(120, 31.6), (120, 31.605)]])
    rows = [("a", "water.pipe", line), ("b", "water.pipe", line), ("c", "water.pipe", split)]
    city = city_of(rows, length_m=[500.0, np.nan, np.nan])
    text = 'kind = "field"\nmeasure = "PGV"\nunit = "cm/s"\n' + ONE
    made = strike(text, city)
    # a hundredth of a degree of the meridian at 31.5° N, WGS-84
    meridian_m = 1108.73
    expected = exceedance(PIPE, [40] * 3, [500, meridian_m, meridian_m])
    assert made.exceed[0] == pytest.approx(expected, rel=1e-4)
    bare = city_of([("a", "water.pipe", (120, 31.5))])
    with pytest.raises(CityError, match=r"1 pipes have neither length_m nor a line: a"):
        strike(text, bare)


def test_an_asset_without_a_place_is_told(strike: Make, tmp_path: Path) -> None:
    put(tmp_path, SQUARE)
    with pytest.raises(CityError, match=r"1 assets have no place: s1"):
        strike(PGA + ONE, substations((0.5, 0.5), shapely.Point()))


EVENTS = (
    '[[hazards.events]]\npath = "a.csv"\nweight = 0.25\n'
    '[[hazards.events]]\npath = "b.csv"\nweight = 0.75\nname = "big"\n'
)


def test_events_keep_their_order_weights_and_own_points(strike: Make, tmp_path: Path) -> None:
    put(tmp_path, SQUARE)
    put(tmp_path, "x,y,PGA\n-1,-1,0.9\n3,-1,0.9\n-1,3,0.9\n", "b.csv")
    made = strike(PGA + EVENTS, substations((0.25, 0.5)))
    assert made.event == ("a", "big")
    assert made.weight.tolist() == [0.25, 0.75]
    assert felt(made, 0) == pytest.approx([0.225])
    assert felt(made, 1) == pytest.approx([0.9])
    (only,) = restrict([made], "big")
    assert only.event == ("big",)
    assert only.weight.tolist() == [1]
    assert (only.exceed == made.exceed[1:]).all()
    with pytest.raises(ScenarioError, match=r"no event 'bigg'.*did you mean 'big'"):
        restrict([made], "bigg")


def test_events_come_from_a_table(strike: Make, tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    put(tmp_path, "id, m ,w\n7,8,0.6\n8,7.5,0.4\n", "set/weights.txt")
    put(tmp_path, SQUARE, "set/7_8.0.csv")
    put(tmp_path, SQUARE, "set/8_7.5.csv")
    table = 'weights = {path = "set/weights.txt", file = "{id}_{m}.csv", weight = "w"}\n'
    made = strike(PGA + table, substations((0, 0)))
    assert made.event == ("7_8.0", "8_7.5")
    assert made.weight == pytest.approx([0.6, 0.4])
    for wrong, told in (
        ("{idd}_{m}.csv", r"no column 'idd'.*did you mean 'id'"),
        ("{m:d}.csv", "does not fit the values"),
        ("{id}.csv", "No such file"),
    ):
        with pytest.raises(InputError, match=told):
            strike(PGA + table.replace("{id}_{m}.csv", wrong), substations((0, 0)))


@pytest.mark.parametrize(
    ("events", "told"),
    [
        (EVENTS.replace("0.75", "0.7"), r"weights of its 2 events sum to 0.95, not 1"),
        (EVENTS.replace("weight = 0.75\n", ""), "1 of 2 events have no weight"),
        (EVENTS.replace("b.csv", "sub/a.csv").replace('name = "big"', ""), "two events are named"),
    ],
)
def test_weights_and_names_of_events_must_fit(events: str, told: str, strike: Make) -> None:
    with pytest.raises(ScenarioError, match=told):
        strike(PGA + events, substations((0, 0)))


def test_events_without_weights_weigh_the_same(strike: Make, tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv", "c.csv"):
        put(tmp_path, SQUARE, name)
    text = "".join(f'[[hazards.events]]\npath = "{name}.csv"\n' for name in "abc")
    assert strike(PGA + text, substations((0, 0))).weight.tolist() == [1 / 3] * 3


BAD = {
    "no column": ("x,y,pga\n0,0,1\n", r"a.csv: no column 'PGA'.*did you mean|no column 'PGA'"),
    "no x": ("lon,y,PGA\n0,0,1\n", "no column 'x'"),
    "an empty value": ("x,y,PGA\n0,0,1\n1,0,\n", "a.csv: row 3, column PGA: an empty value is not"),
    "NaN": ("x,y,PGA\n0,0,1\n1,0,nan\n0,1,1\n", "row 3, column PGA: .* is not a finite number"),
    "infinite": ("x,y,PGA\n0,0,inf\n", "row 2, column PGA: 'inf' is not a finite number"),
    "text": ("x,y,PGA\n0,0,1\n\n1,0,much\n", "row 4, column PGA: 'much' is not a finite number"),
    "negative": ("x,y,PGA\n0,0,1\n1,0,-0.2\n", "row 3, column PGA: '-0.2' is below 0"),
    "a place that is none": ("x,y,PGA\n0,a,1\n", "row 2, column y: 'a' is not"),
    "metres for degrees": ("x,y,PGA\n0,0,1\n500000,3,1\n", "row 3, column x: .*WGS 84; set crs"),
    "a point twice": ("x,y,PGA\n0,0,1\n1,0,1\n0,0,2\n", "row 4, column x: .*stands twice"),
    "no rows": ("x,y,PGA\n", "a.csv: no rows"),
    "an empty file": ("", "a.csv: the file is empty"),
    "more values than names": ("x,y,PGA\n0,0,1,5\n1,0,1,5\n", "rows hold more values than names"),
    "ragged": ("x,y,PGA\n0,0,1\n0,1,1,1,1\n", "not a CSV table"),
    "a line": ("x,y,PGA\n0,0,1\n1,1,1\n2,2,1\n", "3 points span no area"),
}


@pytest.mark.parametrize("fault", BAD)
def test_a_broken_table_is_told_with_file_and_row(fault: str, strike: Make, tmp_path: Path) -> None:
    text, told = BAD[fault]
    put(tmp_path, text)
    with pytest.raises(InputError, match=told) as caught:
        strike(PGA + ONE, substations((0.2, 0.2)))
    assert caught.value.mend
    assert str(tmp_path) in caught.value.place


def test_what_is_no_table_at_all_is_told(strike: Make, tmp_path: Path) -> None:
    city = substations((0.2, 0.2))
    with pytest.raises(InputError, match="No such file"):
        strike(PGA + ONE, city)
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(InputError, match="directory"):
        strike(PGA + ONE, city)
    (tmp_path / "b.csv").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe")
    with pytest.raises(InputError, match=r"not a CSV table|no column"):
        strike(PGA + ONE.replace("a.csv", "b.csv"), city)
    (tmp_path / "c.parquet").write_bytes(b"PAR1 but not really")
    with pytest.raises(InputError, match="not a Parquet table"):
        strike(PGA + ONE.replace("a.csv", "c.parquet"), city)
    put(tmp_path, SQUARE, "d.csv")
    with pytest.raises(ScenarioError, match="unknown system of coordinates 'EPSG:nope'"):
        strike(PGA + 'crs = "EPSG:nope"\n' + ONE.replace("a.csv", "d.csv"), city)


def test_an_asset_with_damage_but_no_repair_is_told(
    tmp_path: Path, hazard: Callable[[str], Hazard]
) -> None:
    put(tmp_path, SQUARE)
    bare = Classes({"sub": SUBSTATION}, {}, {"power.substation_low": ("sub",)}, {})
    with pytest.raises(
        ScenarioError, match=r"kind power.substation_low: 1 assets have a fragility"
    ):
        strikes_of(hazard(PGA + ONE), Scene(substations((0, 0)), bare, tmp_path, 1))[0]
