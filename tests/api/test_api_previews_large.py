"""Large files are looked into by their first rows, and the page is told of how many."""

from __future__ import annotations

import io
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point

from rencity.city.readers import peek
from tests.api.test_api_reading import preview
from tests.servers import Here

ROWS = 400


@pytest.fixture
def small_heads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of a few kilobytes count as large."""
    monkeypatch.setattr(peek, "WHOLE_BYTES", 2_000)
    monkeypatch.setattr(peek, "FIRST_ROWS", 50)
    monkeypatch.setattr("rencity.city.readers.heads.HEAD_BYTES", 3_000)
    monkeypatch.setattr("rencity.city.readers.heads._CHUNK", 701)
    monkeypatch.setattr("rencity.city.readers.maps.HEAD_BYTES", 8_000)


def table() -> pd.DataFrame:
    return pd.DataFrame({"编号": [f"n{i}" for i in range(ROWS)], "数": np.arange(ROWS)})


def layer() -> gpd.GeoDataFrame:
    places = [Point(120 + i / ROWS, 31) for i in range(ROWS)]
    return gpd.GeoDataFrame(table(), geometry=places, crs="EPSG:4490")


def saved(kind: str, tmp_path: Any) -> bytes:
    path = tmp_path / f"it.{kind}"
    if kind == "csv":
        table().to_csv(path, index=False)
    elif kind == "parquet":
        layer().to_parquet(path)
    else:
        layer().to_file(path, driver={"gpkg": "GPKG", "geojson": "GeoJSON"}[kind])
    return bytes(path.read_bytes())


@pytest.mark.usefixtures("small_heads")
@pytest.mark.parametrize("kind", ["csv", "parquet", "gpkg", "geojson"])
def test_only_the_first_rows_are_looked_at_and_all_are_counted(
    here: Here, tmp_path: Any, kind: str
) -> None:
    (file,) = preview(here, {f"it.{kind}": saved(kind, tmp_path)})["files"]
    (sheet,) = file["sheets"]
    assert sheet["rows"] == ROWS
    assert 0 < sheet["looked_at"] < ROWS
    assert [c["name"] for c in sheet["columns"]][:2] == ["编号", "数"]
    assert sheet["columns"][0]["examples"][:2] == ["n0", "n1"]
    if kind in ("parquet", "gpkg"):  # these say where all of them lie
        assert sheet["extent"][2] == pytest.approx(120 + (ROWS - 1) / ROWS)
    if kind != "csv":
        assert "4490" in sheet["crs"]


@pytest.mark.usefixtures("small_heads")
@pytest.mark.parametrize(
    ("line", "n"),
    [
        ('a{i},"two\nlines, one row"\n', 300),
        ('a{i},"says ""so""\n\n\n"\n', 300),
        ("a{i},b\r\n", 600),
        ("a{i},b\n\n", 600),
        ("a{i},b\r\n\r\n", 600),
    ],
)
@pytest.mark.parametrize("last", ["", "z,end without a line end"])
def test_rows_of_text_are_counted_as_they_are_read(
    here: Here, line: str, n: int, last: str
) -> None:
    text = "id,said\n" + "".join(line.replace("{i}", str(i)) for i in range(n)) + last
    (file,) = preview(here, {"it.csv": text.encode()})["files"]
    (sheet,) = file["sheets"]
    assert sheet["rows"] == len(pd.read_csv(io.StringIO(text)))
    assert sheet["looked_at"] < sheet["rows"]


@pytest.mark.usefixtures("small_heads")
def test_chinese_text_is_not_cut_within_a_character(here: Here) -> None:
    for encoding in ("utf-8", "gb18030"):
        text = "编号,名称\n" + "".join(f"甲{i},乙丙丁戊己庚辛\n" for i in range(500))
        (file,) = preview(here, {"it.csv": text.encode(encoding)})["files"]
        assert file["sheets"][0]["rows"] == 500, encoding
        assert file["sheets"][0]["columns"][1]["examples"] == ["乙丙丁戊己庚辛"]


@pytest.mark.usefixtures("small_heads")
@pytest.mark.parametrize("name", ["it.parquet", "it.gpkg", "it.geojson"])
def test_a_large_file_that_is_broken_is_told(here: Here, name: str, tmp_path: Any) -> None:
    whole = saved(name.rpartition(".")[2], tmp_path)
    (file,) = preview(here, {name: b"\0" * 10 + whole[10:]})["files"]
    assert file["fault"]
    assert file["mend"]
    assert file["sheets"] == []


@pytest.mark.parametrize("name", ["it.xlsx", "it.xls", "it.et"])
def test_a_spreadsheet_is_told_how_to_be_saved(here: Here, name: str) -> None:
    (file,) = preview(here, {name: b"PK\3\4"})["files"]
    assert "CSV" in file["mend"]
    assert file["sheets"] == []


def test_hundreds_of_columns_and_hostile_names(here: Here) -> None:
    names = [f"c{i}" for i in range(300)] + ["<script>alert(1)</script>", "{brace}", "a'b\"c"]
    text = ",".join(f'"{name}"'.replace("a'b\"c", 'a\'b""c') for name in names)
    row = ",".join(str(i) for i in range(len(names)))
    (file,) = preview(here, {"wide.csv": f"{text}\n{row}\n".encode()})["files"]
    assert [c["name"] for c in file["sheets"][0]["columns"]] == names
