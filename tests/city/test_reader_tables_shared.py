"""Buildings and carriers through the tables reader."""

from __future__ import annotations

from pathlib import Path

import pytest

from rencity.city.check import check
from rencity.city.importing import NewCity, import_into
from rencity.kit.errors import InputError

MAP = """
[[layers]]
name = "pipes"
file = "nodes.csv"
table = "assets"
x = "x"
y = "y"
[layers.columns]
id = "id"
lifeline = { value = "water" }
kind = "kind"
[[layers]]
name = "homes"
file = "homes.csv"
table = "buildings"
x = "x"
y = "y"
[layers.columns]
id = "no"
use = { column = "use", map = { "住宅" = "residential" }, default = "other" }
storeys = "floors"
people_night = "people"
[[layers]]
name = "tunnel"
file = "tunnel.csv"
table = "carriers"
[layers.columns]
carrier = "tunnel"
asset = "rides"
"""
FILES = {
    "nodes": "id,kind,x,y\nt,tank,120.3,31.5\np,pump,120.3001,31.5\n",
    "homes": "no,use,floors,people,x,y\nb1,住宅,6,80,120.3,31.5\nb2,店,2,,120.301,31.5\n",
    "tunnel": "tunnel,rides\nt,p\nt,p\n",
}


def source(folder: Path, **files: str) -> Path:
    folder.mkdir()
    for name, text in {**FILES, **files}.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    (folder / "map.toml").write_text(MAP, encoding="utf-8")
    return folder


def test_buildings_and_carriers_are_read_and_accounted_for(tmp_path: Path) -> None:
    src = source(tmp_path / "src")
    done = import_into(
        "tables", src, tmp_path / "town", mapping=src / "map.toml", new=NewCity(id="t")
    )
    buildings = done.city.buildings
    assert buildings["use"].tolist() == ["residential", "other"]
    assert buildings["storeys"].tolist() == [6.0, 2.0]
    assert buildings["people_night"].isna().tolist() == [False, True]
    assert done.city.carriers[["carrier", "asset"]].to_numpy().tolist() == [["t", "p"]]
    counts = {layer.name: (layer.read, layer.kept, layer.merged.total()) for layer in done.layers}
    assert counts == {"pipes": (2, 2, 0), "homes": (2, 2, 0), "tunnel": (2, 1, 1)}
    assert {f.rule for f in check(done.city) if f.severity == "error"} <= {"no-source"}
    again = import_into("tables", src, tmp_path / "town", mapping=src / "map.toml")
    assert not again.changed


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"homes": "no,use,floors,people,x,y\nb1,住宅,-6,80,120.3,31.5\n"}, "storeys"),
        ({"homes": "no,use,floors,people,x,y\n,住宅,6,80,120.3,31.5\n"}, "id"),
        ({"homes": "no,use,floors,people,x,y\nb1,住宅,6,80,,\n"}, "no coordinate in x"),
    ],
)
def test_a_building_that_cannot_be_one_is_refused_with_its_reason(
    tmp_path: Path, files: dict[str, str], reason: str
) -> None:
    src = source(tmp_path / "src", **files)
    with pytest.raises(InputError, match=reason):
        import_into("tables", src, tmp_path / "town", mapping=src / "map.toml")


def test_a_carrier_needs_both_ends_in_the_mapping(tmp_path: Path) -> None:
    src = source(tmp_path / "src")
    text = MAP.replace('asset = "rides"\n', "")
    (src / "map.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="carriers needs asset"):
        import_into("tables", src, tmp_path / "town", mapping=src / "map.toml")
