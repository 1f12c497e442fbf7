"""Each rule has a city that breaks it and nothing else; a sound city has no finding."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPoint, Point, Polygon, box

from rencity.city import City
from rencity.city.check import RULES, assert_valid, check
from rencity.city.network import build_network
from rencity.city.schema import TABLES
from rencity.kit.errors import CityError, RencityError
from rencity.kit.findings import has_errors

Edit = Callable[[Any], pd.DataFrame]
DOCS = Path(__file__).resolve().parents[2] / "docs" / "city-check.md"
CLASSES = {"fragility": {"known.f"}, "repair": {"known.r"}}


def put(key: str, column: str, value: object) -> Edit:
    def edit(frame: Any) -> pd.DataFrame:
        name = "id" if "id" in frame else frame.columns[0]
        rows = np.flatnonzero((frame[name] == key).to_numpy())
        assert len(rows), key
        if column == "geometry":
            shapes = frame.geometry.to_numpy().copy()
            shapes[rows] = value
            return frame.set_geometry(gpd.GeoSeries(shapes, crs="EPSG:4326"))
        frame[column] = frame[column].astype(object)
        frame.loc[rows, column] = value
        return frame

    return edit


def both(*edits: Edit) -> Edit:
    def edit(frame: Any) -> pd.DataFrame:
        for one in edits:
            frame = one(frame)
        return frame

    return edit


def add(**row: object) -> Edit:
    def edit(frame: Any) -> pd.DataFrame:
        if "geometry" in frame:
            return pd.concat([frame, gpd.GeoDataFrame([row], crs="EPSG:4326")], ignore_index=True)
        return pd.concat([frame, pd.DataFrame([row])], ignore_index=True)

    return edit


def drop(key: str, column: str = "id") -> Edit:
    return lambda frame: frame[frame[column] != key]


def everywhere(edit: Callable[[Any], Any], column: str) -> Edit:
    def whole(frame: Any) -> pd.DataFrame:
        frame[column] = edit(frame)
        return frame

    return whole


def scaled(factor: float) -> Edit:
    def edit(frame: Any) -> pd.DataFrame:
        lengths = frame.geometry.to_crs("EPSG:32651").length
        frame["length_m"] = np.where(lengths > 0, lengths * factor, np.nan)
        return frame

    return edit


BOWTIE = Polygon([(120.3, 31.55), (120.32, 31.57), (120.32, 31.55), (120.3, 31.57)])
HERE = Point(120.301, 31.56)

# rules that tests/city/test_city_check_shared.py breaks
ELSEWHERE = {
    "version",
    "raster-file",
    "raster-cover",
    "broken-mark",
    "building-people",
    "building-size",
    "switching",
    "entrance-height",
    "carrier-loop",
    "carrier-far",
    "lineage-version",
    "lineage-open",
    "lineage-reused",
}

# rule -> ways to break it: (edits of tables, ids that must be named, other rules that follow)
BREAKS: list[tuple[str, dict[str, Any], set[str], set[str]]] = [
    ("catalogue", {"identity": {"kinds": {"power.x": {"zh": "甲"}}}}, set(), set()),
    (
        "catalogue",
        {"identity": {"kinds": {"nothing.x": {"zh": "甲", "en": "x"}}}},
        {"nothing.x"},
        set(),
    ),
    ("time-zone", {"identity": {"time_zone": "Asia/Wuxi"}}, set(), set()),
    ("time-zone", {"identity": {"time_zone": "../../etc/passwd"}}, set(), set()),
    ("time-zone", {"identity": {"time_zone": ""}}, set(), set()),
    ("metric-crs", {"identity": {"metric_crs": "EPSG:4326"}}, set(), set()),
    ("metric-crs", {"identity": {"metric_crs": "EPSG:999999"}}, set(), set()),
    ("metric-crs", {"identity": {"metric_crs": "EPSG:2225"}}, set(), set()),
    ("metric-crs", {"identity": {"metric_crs": "EPSG:3857"}}, set(), set()),
    ("empty-id", {"demands": add(zone="", lifeline="power", amount=1.0)}, {"/power"}, set()),
    ("empty-id", {"assets": put("mast", "kind", "")}, {"mast"}, set()),
    (
        "duplicate-id",
        {"zones": add(id="g2", level="grid", parent="d1", geometry=Point(120.315, 31.56))},
        {"g2"},
        set(),
    ),
    (
        "duplicate-id",
        {"demands": add(zone="g1", lifeline="power", amount=2.0)},
        {"g1/power"},
        set(),
    ),
    ("dangling-id", {"assets": put("mast", "zone", "g9")}, {"mast"}, set()),
    ("dangling-id", {"zones": put("d1", "parent", "c9")}, {"d1"}, {"unserved-zone"}),
    ("dangling-id", {"links": put("w2", "asset", "gone")}, {"w2"}, {"unattached"}),
    ("dangling-id", {"links": add(id="x", lifeline="power", start="plant", end="?")}, {"x"}, set()),
    ("dangling-id", {"needs": add(group="mast-power", provider="?")}, {"mast-power/?"}, set()),
    ("dangling-id", {"needs": add(group="gone", provider="plant")}, {"gone/plant"}, set()),
    ("dangling-id", {"serves": add(asset="gone", zone="g1")}, {"gone/g1"}, set()),
    ("dangling-id", {"demands": add(zone="gone", lifeline="gas", amount=1.0)}, {"gone/gas"}, set()),
    (
        "unknown-lifeline",
        {"demands": add(zone="g1", lifeline="magic", amount=1.0)},
        {"g1/magic"},
        set(),
    ),
    ("unknown-kind", {"assets": put("mast", "kind", "tower_of_babel")}, {"mast"}, set()),
    ("unknown-choice", {"assets": put("mast", "origin", "guessed")}, {"mast"}, set()),
    ("unknown-choice", {"zones": put("g1", "level", "village")}, {"g1"}, set()),
    ("unknown-class", {"assets": put("mast", "fragility", "no.such")}, {"mast"}, set()),
    ("unknown-class", {"assets": put("mast", "repair", "no.such")}, {"mast"}, set()),
    ("not-finite", {"assets": put("mast", "capacity", math.inf)}, {"mast"}, set()),
    ("not-finite", {"need_groups": put("mast-power", "backup_h", math.inf)}, {"mast-power"}, set()),
    ("out-of-range", {"assets": put("mast", "elevation_m", 9001.0)}, {"mast"}, set()),
    ("out-of-range", {"assets": put("plant", "capacity", -1.0)}, {"plant"}, set()),
    ("out-of-range", {"need_groups": put("mast-power", "quorum", 0)}, {"mast-power"}, set()),
    ("out-of-range", {"serves": put("junction", "share", -0.5)}, {"junction/g1"}, set()),
    ("geometry-missing", {"assets": put("mast", "geometry", None)}, {"mast"}, set()),
    ("geometry-missing", {"assets": put("mast", "geometry", Point())}, {"mast"}, set()),
    ("geometry-missing", {"zones": put("g1", "geometry", None)}, {"g1"}, set()),
    ("geometry-invalid", {"zones": put("g1", "geometry", BOWTIE)}, {"g1"}, set()),
    (
        "geometry-invalid",
        {"assets": put("mast", "geometry", Point(math.nan, 31.56))},
        {"mast"},
        set(),
    ),
    (
        "geometry-invalid",
        {"assets": put("mast", "geometry", Point(math.inf, 31.56))},
        {"mast"},
        set(),
    ),
    ("geometry-type", {"assets": put("mast", "geometry", MultiPoint([HERE]))}, {"mast"}, set()),
    (
        "geometry-type",
        {"assets": put("mast", "geometry", LineString([(120.301, 31.56), (120.302, 31.56)]))},
        {"mast"},
        set(),
    ),
    ("geometry-type", {"assets": put("pipe", "geometry", HERE)}, {"pipe"}, set()),
    ("outside-city", {"assets": put("mast", "geometry", Point(0, 0))}, {"mast"}, set()),
    ("outside-city", {"assets": put("mast", "geometry", Point(31.56, 120.31))}, {"mast"}, set()),
    ("outside-city", {"assets": put("mast", "geometry", Point(2.5e5, 3.4e6))}, {"mast"}, set()),
    ("outside-city", {"assets": put("mast", "geometry", Point(124.3, 31.56))}, {"mast"}, set()),
    ("length-mismatch", {"assets": scaled(3.28084)}, {"pipe", "main", "line", "tie"}, set()),
    ("length-mismatch", {"assets": scaled(0.001)}, {"pipe", "main", "line", "tie"}, set()),
    ("length-mismatch", {"assets": scaled(1609.344)}, {"pipe", "main", "line", "tie"}, set()),
    ("length-mismatch", {"assets": both(scaled(1), put("pipe", "length_m", 9e4))}, {"pipe"}, set()),
    ("length-mismatch", {"links": put("w1", "length_m", 20.0)}, {"w1"}, set()),
    (
        "zone-cycle",
        {"zones": put("city", "parent", "d1")},
        {"city", "d1"},
        {"zone-level", "zone-people"},
    ),
    ("zone-level", {"zones": put("d1", "level", "city")}, {"d1"}, set()),
    ("zone-level", {"zones": put("d1", "level", "grid")}, {"g1", "g2"}, set()),
    (
        "zone-outside-parent",
        {"zones": put("g2", "geometry", box(120.33, 31.55, 120.34, 31.57))},
        {"g2"},
        set(),
    ),
    ("zone-people", {"zones": put("d1", "people_night", 290.0)}, {"city", "d1"}, set()),
    ("share-sum", {"serves": add(asset="transformer_b", zone="g1", share=0.1)}, {"g1"}, set()),
    ("unserved-zone", {"serves": lambda f: f[f.zone != "g2"]}, {"g2"}, set()),
    ("link-lifeline", {"links": put("t1", "lifeline", "power")}, {"t1"}, set()),
    (
        "link-lifeline",
        {"links": add(id="x", lifeline="power", start="plant", end="core")},
        {"x"},
        set(),
    ),
    ("link-loop", {"links": put("t1", "end", "core")}, {"t1"}, {"unreached"}),
    ("link-asset", {"links": put("l2", "asset", "transformer_a")}, {"l2"}, set()),
    ("link-asset", {"links": put("l2", "asset", "transformer_b")}, {"l2"}, set()),
    ("link-asset", {"links": put("t1", "asset", "pipe")}, {"t1"}, {"shared-asset"}),
    ("shared-asset", {"links": put("l2", "asset", "line")}, {"l2"}, set()),
    (
        "mixed-switch",
        {"links": add(id="w9", lifeline="water", start="junction", end="pump", asset="pipe",
            normally_open=True)},
        {"w9"},
        set(),
    ),
    (
        "many-alternatives",
        {
            "assets": both(*(add(id=f"p{i}", lifeline="power", kind="node", geometry=HERE,
                source=True) for i in range(16))),
            "needs": both(*(add(group="mast-power", provider=f"p{i}") for i in range(15))),
        },
        {"mast-power"},
        set(),
    ),
    ("served-twice", {"serves": add(asset="mast", zone="city")}, {"g1", "g2"}, set()),
    ("unattached", {"links": put("w2", "asset", "")}, {"pipe"}, set()),
    (
        "manual-start",
        {"need_groups": put("mast-power", "manual_start_h", 4.0)},
        {"mast-power"},
        set(),
    ),
    ("empty-need", {"needs": drop("core-power", "group")}, {"core-power"}, {"unsupported"}),
    ("quorum", {"need_groups": put("mast-power", "quorum", 2)}, {"mast-power"}, {"unsupported"}),
    (
        "own-lifeline",
        {
            "need_groups": add(id="own", asset="mast", lifeline="telecom"),
            "needs": add(group="own", provider="core"),
        },
        {"own"},
        set(),
    ),
    (
        "provider-lifeline",
        {"needs": add(group="mast-power", provider="junction")},
        {"mast-power/junction"},
        set(),
    ),
    ("no-source", {"assets": put("core", "source", False)}, {"telecom"}, set()),
    ("unreached", {"links": drop("t1")}, {"mast"}, set()),
    ("unreached", {"links": both(put("t1", "directed", True), put("t1", "start", "mast"),
        put("t1", "end", "core"))}, {"mast"}, set()),
    ("unreached", {"links": put("t1", "normally_open", True)}, {"mast"}, set()),
    (
        "unsupported",
        {
            "need_groups": add(id="n", asset="plant", lifeline="water", quorum=2),
            "needs": both(add(group="n", provider="junction"), add(group="n", provider="gone")),
        },
        {"plant", "substation", "works", "junction", "mast"},
        {"quorum", "dangling-id", "need-loop"},
    ),
    (
        "need-loop",
        {
            "need_groups": add(id="n", asset="plant", lifeline="water"),
            "needs": add(group="n", provider="junction"),
        },
        {"n", "pump-power", "works-power"},
        set(),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "edits", "ids", "others"), BREAKS)
def test_a_broken_rule_is_found_and_no_other(
    tiny_city: Callable[..., City],
    rule: str,
    edits: dict[str, Any],
    ids: set[str],
    others: set[str],
) -> None:
    findings = check(tiny_city(**edits), classes=CLASSES)
    assert {finding.rule for finding in findings} == {rule} | others
    named = {i for finding in findings if finding.rule == rule for i in finding.ids}
    assert ids <= named
    assert all(finding.mend and finding.what for finding in findings)


def test_every_rule_has_a_city_that_breaks_it_and_a_paragraph() -> None:
    assert {rule for rule, *_ in BREAKS} | ELSEWHERE == set(RULES)
    text = DOCS.read_text(encoding="utf-8")
    assert [rule for rule in RULES if f"### {rule}\n" not in text] == []


def test_a_sound_city_has_no_finding(tiny_city: Callable[..., City]) -> None:
    city = tiny_city(assets=put("mast", "fragility", "known.f"))
    assert check(city, classes=CLASSES) == []
    assert assert_valid(city) == []


def test_an_empty_city_is_checked(tiny_city: Callable[..., City]) -> None:
    nothing = {name: (lambda frame: frame.iloc[:0]) for name in TABLES}
    assert check(tiny_city(**nothing), classes=CLASSES) == []


def test_faults_are_said_all_at_once(tiny_city: Callable[..., City]) -> None:
    city = tiny_city(
        assets=both(put("mast", "kind", "x"), put("core", "geometry", Point(0, 0))),
        links=put("w1", "start", "nowhere"),
    )
    found = {finding.rule for finding in check(city)}
    assert {"unknown-kind", "outside-city", "dangling-id", "unreached"} <= found
    with pytest.raises(CityError) as caught:
        assert_valid(city)
    assert "3 errors" in caught.value.what
    assert "nowhere" in str(caught.value)


def test_lengths_say_the_unit_they_look_like(tiny_city: Callable[..., City]) -> None:
    for factor, unit in ((3.28084, "feet"), (0.001, "kilometres"), (1000, "millimetres")):
        (finding,) = check(tiny_city(assets=scaled(factor)))
        assert finding.severity == "error"
        assert unit in finding.what


def test_swapped_coordinates_are_called_swapped(tiny_city: Callable[..., City]) -> None:
    (finding,) = check(tiny_city(assets=put("mast", "geometry", Point(31.56, 120.31))))
    assert "swapped" in finding.what
    assert finding.ids == ("mast",)


def test_a_lifeline_that_serves_nobody_is_only_noted(tiny_city: Callable[..., City]) -> None:
    (finding,) = check(tiny_city(serves=drop("junction", "asset")))
    assert (finding.rule, finding.severity) == ("unserved-zone", "note")
    assert "water" in finding.what
    (finding,) = check(
        tiny_city(serves=lambda f: f.drop(index=f.index[f["asset"] == "junction"][0]))
    )
    assert (finding.severity, finding.ids) == ("warning", ("g1",))


def test_two_directions_of_one_link_may_share_its_asset(tiny_city: Callable[..., City]) -> None:
    back = add(id="w2b", lifeline="water", start="junction", end="pump", asset="pipe")
    assert check(tiny_city(links=back)) == []


def loop(**group: object) -> dict[str, Edit]:
    return {
        "need_groups": add(id="n", asset="plant", lifeline="water", **group),
        "needs": add(group="n", provider="junction"),
    }


def test_a_manual_start_or_a_way_out_ends_a_loop(tiny_city: Callable[..., City]) -> None:
    assert {f.rule for f in check(tiny_city(**loop()))} == {"need-loop"}
    assert check(tiny_city(**loop(manual_start_h=12.0))) == []
    (slow,) = check(tiny_city(**loop(backup_h=12.0)))
    assert (slow.rule, slow.severity) == ("need-loop", "note")
    # water from a well that needs no power is a way out
    edits = loop()
    well = {"id": "well", "lifeline": "water", "kind": "well", "source": True, "geometry": HERE}
    edits["needs"] = both(edits["needs"], add(group="n", provider="well"))
    assert check(tiny_city(assets=add(**well), **edits)) == []


def test_mutual_needs_without_a_source_do_not_hold_each_other_up(
    tiny_city: Callable[..., City],
) -> None:
    """Two stations no source reaches need each other: neither counts as running."""
    lone = [
        {"id": "sub_x", "lifeline": "power", "kind": "transformer", "geometry": HERE},
        {"id": "pump_x", "lifeline": "water", "kind": "pump", "geometry": HERE},
    ]
    city = tiny_city(
        assets=both(add(**lone[0]), add(**lone[1])),
        need_groups=both(
            add(id="a", asset="sub_x", lifeline="water"),
            add(id="b", asset="pump_x", lifeline="power"),
        ),
        needs=both(add(group="a", provider="pump_x"), add(group="b", provider="sub_x")),
    )
    found = {finding.rule: finding for finding in check(city)}
    assert set(found) == {"unreached", "need-loop"}
    assert set(found["need-loop"].ids) == {"a", "b"}


def test_mutual_needs_of_sources_stand_undamaged(tiny_city: Callable[..., City]) -> None:
    """Needs between lifelines are a greatest fixpoint: what runs keeps running."""
    assert "unsupported" not in {finding.rule for finding in check(tiny_city(**loop()))}


JUNK: dict[str, st.SearchStrategy[Any]] = {
    "id": st.sampled_from(["", "gone", "plant", "mast", "g1", "x", "é", "power", "water"]),
    "text": st.sampled_from(["", "no.such", "x"]),
    "choice": st.sampled_from(["", "city", "grid", "guessed", "measured"]),
    "float": st.sampled_from([math.nan, math.inf, -math.inf, -1.0, 0.0, 1e300, 3.0]),
    "int": st.sampled_from([-(2**62), 0, 1, 2, 2**62]),
    "bool": st.booleans(),
    "geometry": st.sampled_from(
        [None, Point(), Point(0, 0), HERE, BOWTIE, Point(math.nan, 1), Point(31, 120),
         LineString([(120.3, 31.55), (120.3, 31.55)]), Point(1e300, -1e300), Point(math.inf, 0),
         shapely.GeometryCollection(), shapely.GeometryCollection([HERE, BOWTIE])]
    ),
}  # fmt: skip
CELLS = [(table.name, column) for table in TABLES.values() for column in table.columns]


@settings(deadline=None, max_examples=120, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_random_corruption_is_found_or_harmless_and_never_a_traceback(
    tiny_city: Callable[..., City], data: st.DataObject
) -> None:
    edits: dict[str, Edit] = {}
    for name, column in data.draw(st.lists(st.sampled_from(CELLS), min_size=1, max_size=4)):
        kind = "geometry" if column == "geometry" else TABLES[name].attribute(column).kind
        row, value = data.draw(st.integers(0, 3)), data.draw(JUNK[kind])
        old = edits.get(name, lambda frame: frame)
        edits[name] = both(old, corrupt(row, column, value))
    try:
        city = tiny_city(**edits)
    except RencityError:
        return  # refused at the door
    findings = check(city, classes=CLASSES)
    assert {finding.rule for finding in findings} <= set(RULES)
    for finding in findings:
        str(finding)
    if not has_errors(findings):
        assert dangling(city) == []
        build_network(city)  # the engine takes what the check lets through


def corrupt(row: int, column: str, value: object) -> Edit:
    def edit(frame: Any) -> pd.DataFrame:
        if not len(frame):
            return frame
        if column == "geometry":
            shapes = frame.geometry.to_numpy().copy()
            shapes[row % len(shapes)] = value
            return frame.set_geometry(gpd.GeoSeries(shapes, crs="EPSG:4326"))
        frame[column] = frame[column].astype(object)
        frame.loc[frame.index[row % len(frame)], column] = value
        return frame

    return edit


def dangling(city: City) -> list[tuple[str, str, str]]:
    """References that name nothing, looked up the plain way."""
    return [
        (table.name, attribute.name, value)
        for table in TABLES.values()
        for attribute in table.attributes
        if attribute.refers
        for value in city.tables[table.name][attribute.name]
        if value and value not in set(city.tables[attribute.refers]["id"])
    ]
