from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rencity.city import City, Identity
from rencity.city.readers.ledger import Layer, Part
from rencity.city.readers.pandapower import read_pandapower
from rencity.kit.errors import InputError

Frames = dict[str, dict[str, Any]]

POINT = '{"coordinates": [%s, %s], "type": "Point"}'


def frame(columns: str, *rows: list[Any], index: list[Any] | None = None) -> dict[str, Any]:
    keys = index if index is not None else list(range(len(rows)))
    return {"columns": columns.split(), "index": keys, "data": list(rows)}


def small() -> Frames:
    """Four buses 1 km apart on a parallel: grid, transformer, load, generator; a tie back."""
    at = [POINT % (120 + n * 0.0105, 31) for n in range(4)]
    return {
        "bus": frame(
            "name vn_kv in_service geo",
            ["入口", 110.0, True, at[0]],
            ["b1", 20.0, True, at[1]],
            ["b2", 20.0, True, at[2]],
            ["b3", 20.0, True, at[3]],
            index=[0, 1, 2, 7],
        ),
        "ext_grid": frame("name bus in_service", ["EG", 0, True]),
        "trafo": frame("name hv_bus lv_bus sn_mva in_service", ["T", 0, 1, 25.0, True]),
        "line": frame(
            "name from_bus to_bus length_km max_i_ka df parallel in_service",
            ["L0", 1, 2, 1.0, 0.4, 1.0, 2, True],
            ["L1", 2, 7, 1.0, 99999.0, 1.0, 1, True],
            ["tie", 7, 1, 2.0, 0.4, 1.0, 1, False],
        ),
        "load": frame(
            "name bus p_mw scaling in_service",
            ["a", 2, 0.5, 0.6, True],
            ["b", 2, 0.1, 1.0, True],
            ["off", 2, 9.0, 1.0, False],
            ["c", 7, 0.4, 1.0, True],
        ),
        "gen": frame("name bus p_mw max_p_mw in_service", ["G", 7, 1.5, 3.0, True]),
        "sgen": frame("name bus p_mw sn_mva scaling in_service", ["PV", 2, 0.2, 0.3, 0.5, True]),
        "switch": frame(
            "bus element et closed",
            [1, 0, "l", True],
            [2, 0, "l", True],
        ),
    }


def text(frames: Frames) -> str:
    entries: dict[str, Any] = {
        name: {
            "_module": "pandas.core.frame",
            "_class": "DataFrame",
            "_object": json.dumps(table),
            "orient": "split",
        }
        for name, table in frames.items()
    }
    entries |= {"version": "3.0.0", "f_hz": 50, "std_types": {"line": {}}}
    return json.dumps({"_module": "x", "_class": "pandapowerNet", "_object": entries})


def written(tmp_path: Path, frames: Frames, encoding: str = "utf-8") -> Path:
    src = tmp_path / "net.json"
    src.write_text(text(frames), encoding)
    return src


def city(part: Part) -> City:
    assert [layer.name for layer in part.layers if not layer.closes] == []
    return City.build(Identity(id="net", name="net"), part.tables)


def layer(part: Part, name: str) -> Layer:
    return next(each for each in part.layers if each.name == name)


def test_what_becomes_what(tmp_path: Path) -> None:
    made = city(read_pandapower(written(tmp_path, small())))
    columns = ["kind", "source", "demand", "capacity", "voltage_kv"]
    assets = made.assets.set_index("id")[columns].fillna(-1)
    amps = 3**0.5 * 20 * 0.4 * 1000
    expected = {
        "bus-0": ("node", False, 0, -1, 110),
        "bus-1": ("node", False, 0, -1, 20),
        "bus-2": ("node", False, 400, -1, 20),
        "bus-7": ("node", False, 400, -1, 20),
        "ext_grid-0": ("grid_tie", True, -1, -1, 110),
        "gen-0": ("plant", True, -1500, 3000, 20),
        "line-0": ("line", False, -1, amps * 2, 20),
        "line-1": ("line", False, -1, -1, 20),
        "line-2": ("line", False, -1, amps, 20),
        "sgen-0": ("feed_in", False, -100, 300, 20),
        "trafo-0": ("substation_medium", False, -1, 25000, 110),
    }
    assert sorted(assets.index) == [f"pandapower-{key}" for key in sorted(expected)]
    for key, row in expected.items():
        assert tuple(assets.loc[f"pandapower-{key}"]) == pytest.approx(row), key
    links = made.links.set_index("id")
    links.index = links.index.str.removeprefix("pandapower-")
    ends = links[["start", "end"]].map(lambda i: i.removeprefix("pandapower-"))
    assert {key: tuple(row) for key, row in ends.iterrows()} == {
        "ext_grid-0": ("bus-0", "ext_grid-0"),
        "gen-0": ("bus-7", "gen-0"),
        "sgen-0": ("bus-2", "sgen-0"),
        "trafo-0-hv": ("bus-0", "trafo-0"),
        "trafo-0-lv": ("bus-1", "trafo-0"),
        "line-0": ("bus-1", "bus-2"),
        "line-1": ("bus-2", "bus-7"),
        "line-2": ("bus-7", "bus-1"),
    }
    assert not links["directed"].any()
    assert links.index[links["normally_open"]].tolist() == ["line-2"]
    assert links["length_m"]["line-2"] == 2000
    assert made.assets["name"].tolist().count("入口") == 1


def test_account_and_zone(tmp_path: Path) -> None:
    part = read_pandapower(written(tmp_path, small()))
    made = city(part)
    assert dict(layer(part, "load").refused) == {"out of service": 1}
    assert dict(layer(part, "load").merged) == {"its demand added to its bus": 3}
    assert dict(layer(part, "switch").merged) == {"closed, part of the branch it is in": 2}
    assert made.demands["amount"].tolist() == pytest.approx([800])
    assert made.serves[["asset", "share"]].to_numpy().tolist() == [
        ["pandapower-bus-2", pytest.approx(0.5)],
        ["pandapower-bus-7", pytest.approx(0.5)],
    ]
    assert part.files["physics/pandapower/net.json"] == (tmp_path / "net.json").read_bytes()


@pytest.mark.parametrize(
    ("row", "opened"),
    [
        ([1, 0, "l", False], {"line-0"}),
        ([2, 0, "l", False], {"line-0"}),
        ([0, 0, "t", False], {"trafo-0-hv"}),
        ([1, 0, "t", False], {"trafo-0-lv"}),
        ([1, 7, "b", False], {"switch-0"}),
        ([1, 7, "b", True], set()),
    ],
)
def test_switches(tmp_path: Path, row: list[Any], opened: set[str]) -> None:
    frames = small() | {"switch": frame("bus element et closed", row)}
    links = city(read_pandapower(written(tmp_path, frames))).links.set_index("id")
    is_open = {i.removeprefix("pandapower-") for i in links.index[links["normally_open"]]}
    assert is_open == opened | {"line-2"}
    if row[2] == "b":
        own = links.loc["pandapower-switch-0"]
        assert (own["start"], own["end"], own["asset"]) == (
            "pandapower-bus-1",
            "pandapower-bus-7",
            "",
        )
    else:
        assert "pandapower-switch-0" not in links.index


def test_three_windings_and_other_tables(tmp_path: Path) -> None:
    frames = small()
    frames["trafo3w"] = frame(
        "hv_bus mv_bus lv_bus sn_hv_mva sn_mv_mva in_service", [0, 1, 2, 40.0, 25.0, True]
    )
    frames["switch"] = frame("bus element et closed", [2, 0, "t3", False])
    frames["motor"] = frame(
        "bus pn_mech_mw efficiency_percent loading_percent scaling", [2, 0.2, 80.0, 50.0, 1.0]
    )
    frames["asymmetric_load"] = frame("bus p_a_mw p_b_mw p_c_mw", [7, 0.1, 0.1, 0.2])
    frames["impedance"] = frame("from_bus to_bus", [0, 7])
    frames["shunt"] = frame("bus q_mvar", [0, 1.0], [1, 1.0])
    part = read_pandapower(written(tmp_path, frames))
    made = city(part)
    assets, links = made.assets.set_index("id"), made.links.set_index("id")
    assert assets["capacity"]["pandapower-trafo3w-0"] == 40000
    assert links["normally_open"].filter(like="trafo3w").to_dict() == {
        "pandapower-trafo3w-0-hv": False,
        "pandapower-trafo3w-0-lv": True,
        "pandapower-trafo3w-0-mv": False,
    }
    assert assets["demand"]["pandapower-motor-0"] == pytest.approx(125)
    assert assets["demand"]["pandapower-bus-7"] == pytest.approx(800)
    assert links["end"]["pandapower-impedance-0"] == "pandapower-bus-7"
    assert dict(layer(part, "shunt").refused) == {"not used at this level of detail": 2}


def test_low_voltage_side_is_a_distribution_transformer(tmp_path: Path) -> None:
    for volts, kind in ((0.4, "transformer"), (10.0, "substation_medium")):
        frames = small()
        frames["bus"]["data"][1][1] = volts
        made = city(read_pandapower(written(tmp_path, frames)))
        assert made.assets.set_index("id")["kind"]["pandapower-trafo-0"] == kind


def test_static_generators_start_service_only_when_asked(tmp_path: Path) -> None:
    src = written(tmp_path, small())
    made = city(read_pandapower(src, sgen_supply=True)).assets.set_index("id")
    assert made.loc["pandapower-sgen-0", ["source", "rule"]].tolist() == [
        True,
        "pandapower-sgen-supplies",
    ]


def test_old_coordinates_and_a_system(tmp_path: Path) -> None:
    frames = small()
    for row in frames["bus"]["data"]:
        row[3] = None
    # Offenburg: Gauss-Krueger zone 3 as pandapower 2 wrote it
    at = [[3_419_000 + n * 1000, 5_371_000] for n in range(4)]
    frames["bus_geodata"] = frame("x y", *at, index=[0, 1, 2, 7])
    frames["line_geodata"] = frame(
        "coords", [[[3_420_000, 5_371_000], [3_420_500, 5_371_100], [3_421_000, 5_371_000]]]
    )
    src = written(tmp_path, frames)
    with pytest.raises(InputError, match="no degrees, and no system"):
        read_pandapower(src)
    part = read_pandapower(src, "EPSG:31467")
    assets = city(part).assets.set_index("id")
    west, south, *_ = assets.total_bounds
    assert (west, south) == pytest.approx((7.90, 48.47), abs=0.02)
    assert len(assets.geometry["pandapower-line-0"].coords) == 3
    assert dict(layer(part, "bus geo").refused) == {"no coordinates": 4}
    assert layer(part, "bus geo").merged.total() == 4


def test_without_coordinates(tmp_path: Path) -> None:
    frames = small()
    for row in frames["bus"]["data"]:
        row[3] = None
    part = read_pandapower(written(tmp_path, frames))
    made = city(part)
    assert made.assets.geometry.isna().all()
    assert made.zones.geometry.isna().all()
    assert dict(layer(part, "bus geo").refused) == {"no coordinates": 4}
    del frames["bus"]["columns"][3]
    frames["bus"]["data"] = [row[:3] for row in frames["bus"]["data"]]
    assert city(read_pandapower(written(tmp_path, frames))).assets.geometry.isna().all()


def test_none_leaves_places_out_and_a_drawing_is_told(tmp_path: Path) -> None:
    frames = small()
    for n, row in enumerate(frames["bus"]["data"]):
        row[3] = POINT % (n, n)
    src = written(tmp_path, frames)
    with pytest.raises(InputError, match=r"15\d times as long") as caught:
        read_pandapower(src)
    assert "--crs local" in caught.value.mend
    part = read_pandapower(src, "none")
    assert city(part).assets.geometry.isna().all()
    assert dict(layer(part, "bus geo").refused) == {"left out by --crs none": 4}
    made = city(read_pandapower(src, "local"))
    assert np.abs(made.assets.total_bounds).max() < 0.1


def change(frames: Frames, table: str, row: int, column: str, value: Any) -> Frames:
    frames[table]["data"][row][frames[table]["columns"].index(column)] = value
    return frames


@pytest.mark.parametrize(
    ("table", "row", "column", "value", "said"),
    [
        ("line", 0, "to_bus", 99, "to_bus names no bus of the net"),
        ("line", 0, "to_bus", 1, "joins a bus to itself"),
        ("line", 0, "to_bus", None, "to_bus: no value"),
        ("line", 0, "to_bus", 1.5, "to_bus names no bus of the net"),
        ("line", 0, "length_km", float("nan"), "length_km: no value"),
        ("line", 0, "length_km", -1.0, "length_km: below 0"),
        ("line", 0, "length_km", "long", "length_km: not a number"),
        ("load", 0, "p_mw", float("inf"), "p_mw: not finite"),
        ("load", 0, "bus", 3, "bus names no bus of the net"),
        ("trafo", 0, "lv_bus", 50, "lv_bus names no bus of the net"),
        ("switch", 0, "element", 9, "element names no line in service"),
        ("switch", 0, "bus", 7, "its bus is no end of the line it names"),
        ("switch", 0, "et", "x", "et is none of b, l, t, t3"),
        ("switch", 0, "closed", "perhaps", "closed: neither true nor false"),
        ("bus", 0, "geo", '{"type": "Point"', "no coordinates"),
        ("bus", 0, "geo", POINT % ("NaN", 31), "coordinates not finite"),
    ],
)
def test_bad_rows_are_refused_by_reason(
    tmp_path: Path, table: str, row: int, column: str, value: Any, said: str
) -> None:
    part = read_pandapower(written(tmp_path, change(small(), table, row, column, value)))
    city(part)
    name = "bus geo" if column == "geo" else table
    assert dict(layer(part, name).refused)[said] >= 1
    place = layer(part, name).examples[said][0]
    assert place.startswith(f"net.json {table} row {frames_index(table, row)}")


def frames_index(table: str, row: int) -> int:
    return int(small()[table]["index"][row])


def test_a_bus_out_of_service_takes_its_elements_along(tmp_path: Path) -> None:
    part = read_pandapower(written(tmp_path, change(small(), "bus", 3, "in_service", False)))
    made = city(part)
    assert not made.assets["id"].str.contains("bus-7|-gen-0").any()
    assert layer(part, "line").refused.total() == 2
    assert layer(part, "gen").kept == 0


def test_duplicates(tmp_path: Path) -> None:
    frames = small()
    load = frames["load"]
    load["data"] += [load["data"][0], ["other", 2, 5.0, 1.0, True]]
    load["index"] += [0, 1]
    part = read_pandapower(written(tmp_path, frames))
    assert layer(part, "load").merged["the same row again"] == 1
    assert layer(part, "load").refused["its index stands before with other values"] == 1
    assert city(part).demands["amount"].tolist() == pytest.approx([800])


def test_missing_columns_and_broken_tables_are_named(tmp_path: Path) -> None:
    def fault(edit: Any) -> InputError:
        frames = small()
        edit(frames)
        with pytest.raises(InputError) as caught:
            read_pandapower(written(tmp_path, frames))
        assert caught.value.mend
        return caught.value

    assert "no column 'length_km'" in str(
        fault(lambda f: f["line"]["columns"].__setitem__(3, "km"))
    )
    assert "no column 'vn_kv'" in str(fault(lambda f: f["bus"]["columns"].__setitem__(1, "kv")))
    short = fault(lambda f: f["line"]["data"][1].pop())
    assert "row 1 does not have the table's 8 values" in short.what
    assert "4 indices for 5 rows" in fault(lambda f: f["load"]["data"].append([])).what
    assert "'a' is no whole number" in fault(lambda f: f["gen"]["index"].__setitem__(0, "a")).what
    assert (
        "column name stands twice"
        in fault(lambda f: f["bus"]["columns"].__setitem__(3, "name")).what
    )
    assert "the net has no buses" in fault(lambda f: f.pop("bus")).what
    assert "not written as columns" in fault(lambda f: f["bus"].pop("index")).what


def test_gbk_and_a_byte_mark(tmp_path: Path) -> None:
    said = json.dumps(json.loads(text(small())), ensure_ascii=False).replace(
        "\\\\u5165\\\\u53e3", "入口"
    )
    for encoding in ("gb18030", "utf-8-sig"):
        src = tmp_path / "net.json"
        src.write_bytes(said.encode(encoding))
        assert "入口" in set(city(read_pandapower(src)).assets["name"])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "broken JSON at line 1"),
        ('{"_class": ', "broken JSON at line 1"),
        ("[" * 100_000, "nested too deep|broken JSON"),
        ('"gAAAAAB"', "encrypted"),
        ("[1, 2]", "no pandapowerNet"),
        ('{"type": "FeatureCollection", "features": []}', "GeoJSON layer: tables"),
        ("[TITLE]\n[JUNCTIONS]\n", "one for epanet"),
        ('<?xml version="1.0"?><graphml></graphml>', "one for graphml"),
        ('{"_class": "pandapowerNet", "_object": []}', "holds no tables"),
    ],
)
def test_other_files_name_the_right_reader(tmp_path: Path, content: str, said: str) -> None:
    src = tmp_path / "x.json"
    src.write_text(content)
    with pytest.raises(InputError, match=said) as caught:
        read_pandapower(src)
    assert str(src) in caught.value.place
    assert caught.value.mend
    with pytest.raises(InputError, match="no such file"):
        read_pandapower(tmp_path)


def test_binary(tmp_path: Path) -> None:
    src = tmp_path / "net.p"
    src.write_bytes(b"\x80\x04\x95\x00\x00")
    with pytest.raises(InputError, match="not text"):
        read_pandapower(src)


def test_nothing_a_file_names_is_imported_or_called(tmp_path: Path) -> None:
    frames = small()
    said = json.loads(text(frames))
    said["_object"]["bus"]["_module"] = "os"
    said["_object"]["controller"] = {
        "_module": "os", "_class": "DataFrame", "orient": "split",
        "_object": json.dumps(frame("object", [{"_module": "os", "_class": "system",
                                                "_object": f"touch {tmp_path / 'pwned'}"}])),
    }  # fmt: skip
    src = tmp_path / "net.json"
    src.write_text(json.dumps(said))
    part = read_pandapower(src)
    assert not (tmp_path / "pwned").exists()
    assert layer(part, "controller").refused.total() == 1


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_spoilt_value_is_told_never_traced(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    frames = small()
    table = frames[data.draw(st.sampled_from(sorted(frames)))]
    row = data.draw(st.integers(0, len(table["data"]) - 1))
    column = data.draw(st.integers(0, len(table["columns"]) - 1))
    junk = [None, "x", -1, 1e400, float("nan"), 2**70, [], {}, [[1, 2]], True, "", 0.5]
    table["data"][row][column] = data.draw(st.sampled_from(junk))
    src = written(tmp_path_factory.mktemp("net"), frames)
    fault, part = None, None
    try:
        part = read_pandapower(src)
    except InputError as exc:
        fault = exc
    if fault:
        assert "net.json" in str(fault)
        assert fault.mend
    if part:
        made = city(part)
        assert np.isfinite(made.assets.total_bounds).all()
        assert set(made.links["start"]) | set(made.links["end"]) <= set(made.assets["id"])
