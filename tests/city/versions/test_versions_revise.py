"""The next version by a file of changes: each operation, and all or none of them."""

from __future__ import annotations

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

from rencity.city import City
from rencity.city.check import check
from rencity.city.versions import Changes, diff, heirs, read_changes, revise
from rencity.kit.errors import CityError, InputError, RencityError
from rencity.kit.findings import has_errors


def changed(city: City, *changes: dict[str, Any], note: str = "") -> City:
    return revise(city, Changes.model_validate({"note": note, "changes": changes})).city


def lineage(city: City) -> list[tuple[str, ...]]:
    rows = city.lineage[["table", "old", "new", "change"]]
    return sorted(tuple(row) for row in rows.to_numpy())


def test_a_replacement_takes_the_place_of_the_old_one(tiny_city: Callable[..., City]) -> None:
    old = tiny_city()
    new = changed(
        old,
        {"do": "replace", "table": "assets", "id": "transformer_b", "by": "transformer_c",
         "values": {"capacity": 800, "geometry": "POINT (120.312 31.558)"}},
        note="2026 works",
    )  # fmt: skip
    row = new.assets.set_index("id").loc["transformer_c"]
    assert (row["kind"], row["capacity"], row["geometry"].x) == ("transformer", 800, 120.312)
    assert "transformer_b" not in set(new.assets["id"])
    assert set(new.links.loc[new.links["id"].eq("l3"), "end"]) == {"transformer_c"}
    assert "transformer_c" in set(new.needs["provider"])
    assert "transformer_c" in set(new.serves["asset"])
    assert lineage(new) == [("assets", "transformer_b", "transformer_c", "replaced")]
    assert new.lineage["note"].tolist() == ["2026 works"]
    assert (new.identity.version, new.identity.parent) == (2, old.hash)
    assert check(new) == []
    assert old.hash == tiny_city().hash


def test_a_thing_others_hang_on_is_not_retired_unsaid(tiny_city: Callable[..., City]) -> None:
    retire = {"do": "retire", "table": "assets", "ids": ["junction"]}
    with pytest.raises(InputError, match=r"1 in links.end, 2 in serves.asset"):
        changed(tiny_city(), retire)
    done = revise(
        tiny_city(),
        Changes.model_validate({"changes": [{**retire, "dependants": "retire"}], "note": "gone"}),
    )
    assert done.followed == {"links": ("w2",), "assets": ("pipe",)}
    assert lineage(done.city) == [
        ("assets", "junction", "", "retired"),
        ("assets", "pipe", "", "retired"),
        ("links", "w2", "", "retired"),
    ]
    assert not has_errors(check(done.city))
    assert "junction" not in set(done.city.serves["asset"])


def test_what_would_break_the_city_is_refused(tiny_city: Callable[..., City]) -> None:
    retire = {"do": "retire", "table": "assets", "ids": ["substation"], "dependants": "retire"}
    with pytest.raises(CityError, match="empty-need"):  # the core exchange has no feed any more
        changed(tiny_city(), retire)


def test_merged_districts_keep_their_people_and_supply(tiny_city: Callable[..., City]) -> None:
    new = changed(tiny_city(), {"do": "merge", "table": "zones", "ids": ["g1", "g2"], "into": "g3"})
    zone = new.zones.set_index("id").loc["g3"]
    assert (zone["people_night"], zone["parent"], zone["level"]) == (300.0, "d1", "grid")
    assert zone["geometry"].area == pytest.approx(0.02 * 0.02)
    assert set(new.assets["zone"]) == {"g3", ""}
    assert new.demands[["zone", "lifeline", "amount"]].to_numpy().tolist() == [
        ["g3", "power", 140.0]
    ]
    shares = dict(zip(new.serves["asset"], new.serves["share"], strict=True))
    assert shares == pytest.approx(
        {"transformer_a": 1 / 3, "transformer_b": 2 / 3, "junction": 1.0, "mast": 1.0}
    )
    assert lineage(new) == [("zones", "g1", "g3", "merged"), ("zones", "g2", "g3", "merged")]
    assert check(new) == []


def test_a_district_may_take_another_in(tiny_city: Callable[..., City]) -> None:
    new = changed(tiny_city(), {"do": "merge", "table": "zones", "ids": ["g1", "g2"], "into": "g1"})
    assert lineage(new) == [("zones", "g1", "g1", "merged"), ("zones", "g2", "g1", "merged")]
    assert check(new) == []


def test_merging_the_two_ends_of_a_link_retires_it(tiny_city: Callable[..., City]) -> None:
    new = changed(
        tiny_city(),
        {"do": "merge", "table": "assets", "ids": ["transformer_a", "transformer_b"],
         "into": "transformer_a", "values": {"geometry": "POINT (120.31 31.56)"}},
    )  # fmt: skip
    assert ("links", "l4", "", "retired") in lineage(new)
    assert ("assets", "tie", "", "retired") in lineage(new)
    assert check(new) == []


EAST, WEST = shapely.box(120.305, 31.55, 120.31, 31.57), shapely.box(120.30, 31.55, 120.305, 31.57)


def test_a_split_zone_gives_each_part_what_lies_in_it(tiny_city: Callable[..., City]) -> None:
    city = tiny_city(zones=lambda f: f.assign(people_day=[30.0, 30.0, 30.0, 30.0]))
    new = changed(
        city,
        {"do": "split", "table": "zones", "id": "g1", "parts": [
            {"id": "g1", "values": {"geometry": WEST.wkt, "people_night": 70}},
            {"id": "g1-east", "values": {"geometry": EAST.wkt, "people_night": 30}},
        ]},
    )  # fmt: skip
    at = new.assets.set_index("id")["zone"]
    assert (at["plant"], at["transformer_a"]) == ("g1", "g1-east")
    zones = new.zones.set_index("id")
    assert zones.loc[["g1", "g1-east"], "people_night"].tolist() == [70, 30]
    assert zones.loc[["g1", "g1-east"], "people_day"].tolist() == pytest.approx([15, 15], rel=1e-3)
    assert zones.loc["g1-east", "inferred"] == "people_day=split-by-area"
    amounts = new.demands.set_index("zone")["amount"]
    assert amounts[["g1", "g1-east"]].sum() == pytest.approx(50.0)
    assert set(new.serves.loc[new.serves["zone"].eq("g1-east"), "share"]) == {1.0}
    assert check(new) == []


def test_trips_follow_zones_that_merge_and_split(tiny_city: Callable[..., City]) -> None:
    pairs = [("g1", "g1", 1.0), ("g1", "g2", 2.0), ("g2", "g1", 4.0), ("g2", "g2", 8.0)]
    city = tiny_city(od=lambda _: pd.DataFrame(pairs, columns=["start", "end", "trips"]))
    merge = {"do": "merge", "table": "zones", "ids": ["g1", "g2"], "into": "g3"}
    merged = changed(city, merge).od
    assert merged[["start", "end", "trips"]].to_numpy().tolist() == [["g3", "g3", 15.0]]
    assert merged["trips_per_d"].isna().all()
    parts = [
        {"id": "w", "share": 0.25, "values": {"geometry": WEST.wkt}},
        {"id": "e", "share": 0.75, "values": {"geometry": EAST.wkt}},
    ]
    split = changed(city, {"do": "split", "table": "zones", "id": "g1", "parts": parts}).od
    trips = split.set_index(["start", "end"])["trips"]
    assert trips["e", "w"] == pytest.approx(0.1875)
    assert trips["e", "g2"] == pytest.approx(1.5)
    assert trips.sum() == pytest.approx(15.0)


def test_a_split_asset_needs_an_heir_for_what_names_it(tiny_city: Callable[..., City]) -> None:
    parts = [{"id": "pump_1", "share": 0.75}, {"id": "pump_2", "share": 0.25}]
    split = {"do": "split", "table": "assets", "id": "pump", "parts": parts}
    city = tiny_city(assets=lambda f: f.assign(capacity=100.0))
    with pytest.raises(InputError, match="name one of pump_1, pump_2 as heir"):
        changed(city, split)
    new = changed(city, {**split, "heir": "pump_1"})
    assets = new.assets.set_index("id")
    assert assets.loc[["pump_1", "pump_2"], "capacity"].tolist() == [75, 25]
    assert assets.loc["pump_2", "inferred"] == "capacity=split-by-share"
    assert "pump_1" in set(new.links["end"]) & set(new.need_groups["asset"])


def test_rows_are_added_set_and_removed(tiny_city: Callable[..., City], tmp_path: Path) -> None:
    (tmp_path / "masts.csv").write_text(
        "id,lifeline,kind,geometry\nmast2,telecom,mast,POINT (120.313 31.564)\n", encoding="utf-8"
    )
    (tmp_path / "heights.csv").write_text("id,elevation_m\nmast,7.5\npump,3\n", encoding="utf-8")
    (tmp_path / "changes.toml").write_text(
        """
[[changes]]
do = "add"
table = "assets"
file = "masts.csv"
[[changes]]
do = "add"
table = "links"
rows = [{ id = "t2", lifeline = "telecom", start = "core", end = "mast2" }]
[[changes]]
do = "set"
table = "assets"
file = "heights.csv"
[[changes]]
do = "set"
table = "serves"
rows = [{ asset = "mast", zone = "g1", share = 0.5 }]
[[changes]]
do = "remove"
table = "serves"
rows = [{ asset = "mast", zone = "g2" }]
""",
        encoding="utf-8",
    )
    done = revise(tiny_city(), read_changes(tmp_path / "changes.toml"), base=tmp_path)
    assert done.applied == {"add": 2, "set": 2, "remove": 1}
    heights = done.city.assets.set_index("id")["elevation_m"]
    assert (heights["mast"], heights["pump"], np.isnan(heights["plant"])) == (7.5, 3.0, True)
    assert done.city.serves.set_index(["asset", "zone"])["share"].get(("mast", "g1")) == 0.5
    assert ("mast", "g2") not in done.city.serves.set_index(["asset", "zone"]).index
    assert lineage(done.city) == []
    assert {f.rule for f in check(done.city)} == {"unserved-zone"}


def test_a_value_that_is_set_is_no_longer_a_guess(tiny_city: Callable[..., City]) -> None:
    def guess(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        own = frame["id"].eq("mast")
        frame = frame.assign(
            capacity=frame["capacity"].mask(own, 9.0), elevation_m=frame["elevation_m"].mask(own, 4)
        )
        marks = "capacity=a.rule; elevation_m=b.rule"
        return frame.assign(inferred=frame["inferred"].mask(own, marks))

    def whole(frame: pd.DataFrame) -> pd.DataFrame:
        own = frame["id"].eq("mast-power")
        return frame.assign(
            origin=frame["origin"].mask(own, "inferred"), rule=frame["rule"].mask(own, "c.rule")
        )

    new = changed(
        tiny_city(assets=guess, need_groups=whole),
        {"do": "set", "table": "assets", "rows": [{"id": "mast", "capacity": 12}]},
        {"do": "set", "table": "need_groups", "rows": [{"id": "mast-power", "backup_h": 8}]},
    )
    assert new.assets.set_index("id").loc["mast", "inferred"] == "elevation_m=b.rule"
    group = new.need_groups.set_index("id").loc["mast-power"]
    assert (group["origin"], group["rule"], group["backup_h"]) == ("measured", "", 8)
    assert group["inferred"] == "asset=c.rule; lifeline=c.rule; quorum=c.rule"
    assert check(new) == []


BAD: list[tuple[dict[str, Any], str]] = [
    ({"do": "replace", "table": "assets", "id": "mats", "by": "x"}, "did you mean 'mast'"),
    ({"do": "replace", "table": "assets", "id": "mast", "by": "core"}, "has 'core' already"),
    ({"do": "replace", "table": "assets", "id": "mast", "by": "x", "values": {"colour": 1}},
     "assets has no colour"),
    ({"do": "replace", "table": "assets", "id": "mast", "by": "x", "values": {"geometry": "P"}},
     "is no WKT"),
    ({"do": "replace", "table": "assets", "id": "mast", "by": "x", "values": {"capacity": "much"}},
     "not float"),
    ({"do": "retire", "table": "links", "ids": ["l9"]}, "links has no 'l9'"),
    ({"do": "merge", "table": "zones", "ids": ["g1", "d1"], "into": "g1"}, "level differs"),
    ({"do": "merge", "table": "zones", "ids": ["g1", "g1"], "into": "g1"}, "stands twice"),
    ({"do": "merge", "table": "assets", "ids": ["mast", "core"], "into": "z"}, "kind differs"),
    ({"do": "split", "table": "zones", "id": "g1", "parts": [{"id": "a"}, {"id": "b"}]},
     "no geometry of its own"),
    ({"do": "split", "table": "assets", "id": "mast", "heir": "a",
      "parts": [{"id": "a", "share": 0.5}, {"id": "b", "share": 0.4}]}, "sum to 0.9"),
    ({"do": "split", "table": "assets", "id": "mast", "heir": "a",
      "parts": [{"id": "a", "share": 0.5}, {"id": "b"}]}, "some parts have a share"),
    ({"do": "split", "table": "assets", "id": "mast", "parts": [{"id": "a"}, {"id": "a"}]},
     "an id of its own"),
    ({"do": "split", "table": "assets", "id": "mast", "heir": "c",
      "parts": [{"id": "a"}, {"id": "b"}]}, "one of them as heir"),
    ({"do": "add", "table": "assets"}, "give rows or a file"),
    ({"do": "add", "table": "assets", "file": "no.csv"}, "no such file"),
    ({"do": "add", "table": "serves", "rows": [{"asset": "mast"}]}, "no zone"),
    ({"do": "add", "table": "serves", "rows": [{"asset": "mast", "zone": "g1"}]},
     "mast \\+ g1 is there already"),
    ({"do": "add", "table": "assets", "rows": [{"id": "a"}]}, "missing lifeline, kind"),
    ({"do": "set", "table": "assets", "rows": [{"id": "a", "owner": "x"}]}, "a is not there"),
    ({"do": "set", "table": "assets", "rows": [{"id": "mast", "owner": "x"}] * 2}, "stands twice"),
    ({"do": "remove", "table": "serves", "rows": [{"asset": "mast"}]}, "asset and zone"),
    ({"do": "set", "table": "links", "rows": [{"id": "l1", "end": "gone"}]}, "dangling-id"),
    ({"do": "set", "table": "links", "rows": [{"id": "l1", "length_m": -4.0}]}, "out-of-range"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "said"), BAD)
def test_a_change_that_cannot_be_made_names_place_and_mend(
    tiny_city: Callable[..., City], change: dict[str, Any], said: str
) -> None:
    with pytest.raises(RencityError, match=said) as caught:
        changed(tiny_city(), change)
    assert caught.value.place
    assert caught.value.mend


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("changes = [", "not TOML"),
        ("note = 'x'", "changes: Field required"),
        ("[[changes]]\ndo = 'explode'\n", "changes.1"),
        ("[[changes]]\ndo = 'retire'\ntable = 'assets'\nids = []\n", "changes.1.ids"),
        ("[[changes]]\ndo = 'retire'\ntable = 'serves'\nids = ['a']\n", "changes.1.table"),
        ("[[changes]]\ndo = 'retire'\ntable = 'links'\nids = ['a']\nwhy = 1\n", "changes.1.why"),
    ],
)
def test_a_file_of_changes_that_breaks_its_schema_is_refused(
    tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "changes.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_changes(path)
    with pytest.raises(InputError, match="No such file"):
        read_changes(tmp_path / "none.toml")


NAMES = ["plant", "substation", "transformer_a", "works", "pump", "mast", "g1", "g2", "l2", "w1"]
TABLE = {"g": "zones", "l": "links", "w": "links"}


@settings(deadline=None, max_examples=6, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_random_changes_keep_the_rules_of_lineage_over_versions(
    tiny_city: Callable[..., City], data: st.DataObject
) -> None:
    city = first = tiny_city()
    for step in range(data.draw(st.integers(1, 3))):
        name = data.draw(st.sampled_from(NAMES))
        table = TABLE.get(name[0], "assets") if name[1:].isdigit() else "assets"
        change: dict[str, Any] = {"do": "replace", "table": table, "id": name, "by": f"n{step}"}
        if data.draw(st.booleans()):
            change = {"do": "retire", "table": table, "ids": [name], "dependants": "retire"}
        try:
            city = changed(city, change)
        except RencityError:
            continue  # nothing of it was done
    assert not [f for f in check(city) if f.rule.startswith("lineage") or f.rule == "version"]
    found = diff(first, city)
    assert not [f for f in found.findings if f.severity == "error"]
    for name, table in found.tables.items():
        for gone in table.removed if name in ("zones", "assets", "links") else ():
            now = heirs(city.lineage, name, [gone])
            assert now <= set(city.tables[name]["id"])
