"""What a diff says: against counting row by row, for both languages, for JSON and exit codes."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from rencity.city import City
from rencity.city.schema import TABLES
from rencity.city.versions import Changes, diff, revise, telling
from rencity.cli import app

RUN = CliRunner()


def test_a_city_does_not_differ_from_itself(tiny_city: Callable[..., City]) -> None:
    found = diff(tiny_city(), tiny_city())
    assert found.same
    assert (found.tables, found.findings, found.identity) == ({}, (), {})
    assert "no value differs" in telling.as_text(found)


def moved(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    frame = frame[frame["id"] != "tie"].copy()
    frame["capacity"] = [float(i) if i % 2 else math.nan for i in range(len(frame))]
    shapes = frame.geometry.to_numpy().copy()
    shapes[0] = shapely.Point(120.3, 31.56)
    return frame.set_geometry(gpd.GeoSeries(shapes, crs="EPSG:4326", index=frame.index))


def test_values_rows_and_orphans_are_told(tiny_city: Callable[..., City]) -> None:
    old = tiny_city()
    new = tiny_city(assets=moved, links=lambda f: f.assign(asset=f["asset"].replace("tie", "")))
    found = diff(old, new)
    table = found.tables["assets"]
    assert table.removed == table.orphans == ("tie",)
    assert table.rows == (13, 12)
    assert table.columns["capacity"].count == 6
    assert table.columns["capacity"].examples[0] == ("junction", None, 1.0)
    assert table.columns["geometry"].count == 1
    assert table.changed == 7
    assert found.tables["links"].columns["asset"].examples == (("l4", "tie", ""),)
    assert {f.rule for f in found.findings} == {"orphan-removal", "not-in-line"}
    text = telling.as_text(found)
    assert "删去 removed 1: tie" in text
    assert "junction: ∅ → 1" in text
    said = json.loads(json.dumps(telling.as_dict(found), allow_nan=False))
    assert said["tables"]["assets"]["columns"]["capacity"]["examples"][0] == {
        "id": "junction",
        "old": None,
        "new": 1.0,
    }
    assert said["errors"] == 1


@settings(deadline=None, max_examples=10, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_diff_agrees_with_looking_at_each_row(
    tiny_city: Callable[..., City], data: st.DataObject
) -> None:
    def edit(frame: pd.DataFrame) -> pd.DataFrame:
        keep = data.draw(st.lists(st.booleans(), min_size=len(frame), max_size=len(frame)))
        numbers = st.sampled_from([math.nan, 0.0, 1.0])
        drawn = data.draw(st.lists(numbers, min_size=len(frame), max_size=len(frame)))
        return frame.assign(**{column[0]: drawn})[keep]

    name, *column = data.draw(
        st.sampled_from([("assets", "capacity"), ("links", "length_m"), ("serves", "share")])
    )
    edits = {name: edit}
    if name == "serves":
        edits = {name: lambda f: edit(f).assign(share=lambda g: g["share"].fillna(0.5))}
    old, new = tiny_city(), tiny_city(**edits)
    key = list(TABLES[name].key)
    a = {tuple(r[k] for k in key): r[column[0]] for _, r in old.tables[name].iterrows()}
    b = {tuple(r[k] for k in key): r[column[0]] for _, r in new.tables[name].iterrows()}
    differ = [
        k for k in a.keys() & b.keys() if not (a[k] == b[k] or (a[k] != a[k] and b[k] != b[k]))
    ]
    table = diff(old, new).tables.get(name)
    if table is None:
        assert a.keys() == b.keys()
        assert not differ
        return
    assert set(table.removed) == {"/".join(k) for k in a.keys() - b.keys()}
    assert table.changed == len(differ)
    assert sum(c.count for c in table.columns.values()) == len(differ)
    back = diff(new, old).tables[name]
    assert back.added == table.removed


def test_rasters_and_identity_are_compared(tiny_city: Callable[..., City]) -> None:
    entry = {"name": "terrain", "path": "rasters/terrain.tif", "sha256": "0" * 64}
    old = tiny_city(identity={"rasters": [entry]})
    new = tiny_city(identity={"rasters": [{**entry, "sha256": "1" * 64}], "name_en": "Small"})
    found = diff(old, new)
    assert found.rasters == {"terrain": "changed"}
    assert found.identity == {"name_en": ("Tiny", "Small")}
    assert diff(tiny_city(), old).rasters == {"terrain": "added"}
    assert diff(old, tiny_city()).rasters == {"terrain": "removed"}


@pytest.fixture
def two(tiny_city: Callable[..., City], tmp_path: Path) -> tuple[Path, Path]:
    first = tiny_city()
    change = {"do": "replace", "table": "assets", "id": "mast", "by": "mast-5g"}
    second = revise(first, Changes.model_validate({"changes": [change], "note": "5G"})).city
    return first.write(tmp_path / "a").folder, second.write(tmp_path / "b").folder  # type: ignore[return-value]


def test_a_replacement_is_explained_and_ends_well(two: tuple[Path, Path]) -> None:
    said = RUN.invoke(app, ["city", "diff", *map(str, two)])
    assert said.exit_code == 0, said.output
    assert "替换 replaced mast → mast-5g (5G)" in said.output
    assert "no findings" not in said.output
    both = RUN.invoke(app, ["city", "diff", *map(str, two), "--json"])
    told = json.loads(both.output)
    assert told["tables"]["assets"]["orphans"] == []
    assert told["lineage"][0]["new"] == ["mast-5g"]
    assert told["new"]["version"] == 2
    back = RUN.invoke(app, ["city", "diff", str(two[1]), str(two[0])])
    assert back.exit_code == 1
    assert "older than version 2" in back.output


def test_the_commands_of_versions(two: tuple[Path, Path], tmp_path: Path) -> None:
    old = two[0]
    (old / "notes.md").write_text("ours", encoding="utf-8")
    words = ["city", "retire", str(old), "mast", "--why", "torn down", "--into"]
    refused = RUN.invoke(app, [*words, str(tmp_path / "c")])
    assert refused.exit_code == 1
    assert not (tmp_path / "c").exists()
    done = RUN.invoke(app, [*words, str(tmp_path / "c"), "--with-dependants", "--json"])
    assert done.exit_code == 0, done.output
    said = json.loads(done.output)
    assert (said["version"], said["parent"]) == (2, City.open(old).hash)
    assert said["followed"] == {"links": ["t1"], "need_groups": ["mast-power"]}
    made = City.open(tmp_path / "c")
    assert (tmp_path / "c/notes.md").read_text("utf-8") == "ours"
    assert made.lineage["note"].tolist()[0].startswith("torn down")
    again = RUN.invoke(app, [*words, str(tmp_path / "c"), "--with-dependants"])
    assert again.exit_code == 1
    wrong = RUN.invoke(app, [*words, str(tmp_path / "d"), "--table", "serves"])
    assert wrong.exit_code == 1


def test_a_city_imported_anew_becomes_the_next_version(
    two: tuple[Path, Path], tiny_city: Callable[..., City], tmp_path: Path
) -> None:
    def gone(frame: Any) -> Any:
        return frame[frame["id"] != "l4"]

    new = tiny_city(links=gone, assets=lambda f: f[f["id"] != "tie"]).write(tmp_path / "n").folder
    words = ["city", "version", str(new), "--from", str(two[0])]
    assert RUN.invoke(app, words).exit_code == 1
    assert City.open(tmp_path / "n").identity.version == 1
    (tmp_path / "l.csv").write_text(
        "table,old,new,change,note\nlinks,l4,,retired,\nassets,tie,,retired,cut\n", "utf-8"
    )
    done = RUN.invoke(app, [*words, "--lineage", str(tmp_path / "l.csv")])
    assert done.exit_code == 0, done.output
    assert City.open(tmp_path / "n").identity.parent == City.open(two[0]).hash
    assert RUN.invoke(app, ["city", "diff", str(two[0]), str(new)]).exit_code == 0
