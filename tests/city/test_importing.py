from __future__ import annotations

import errno
import tomllib
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pytest

from rencity.city.importing import NewCity, import_into
from rencity.city.model import City
from rencity.city.rules import NeedRule, ServeRule
from rencity.kit.errors import InputError, StorageError

MAP = """
[[sources]]
layer = "all"
title = "made for a test"
licence = "CC0-1.0"
[[layers]]
name = "nodes"
file = "nodes.csv"
table = "assets"
x = "x"
y = "y"
[layers.columns]
id = "id"
lifeline = "lifeline"
kind = "kind"
source = { column = "source", default = false }
"""
NODES = """id,lifeline,kind,x,y,source
s1,power,substation_low,120.300,31.500,1
s2,power,substation_low,120.350,31.500,1
p1,water,pump,120.301,31.500,
p2,water,pump,120.348,31.500,
"""
NEED_MAP = """
[[layers]]
name = "needs"
file = "needs.csv"
table = "needs"
several = "alternatives"
[layers.columns]
asset = "asset"
lifeline = { value = "power" }
provider = "provider"
"""
RULES = {
    "pump-power": NeedRule(
        kinds=("water.pump",),
        lifeline="power",
        providers=("power.substation_low",),
        within_m=1000,
        backup_h=0,
    )
}


def source(folder: Path, mapping: str = MAP, **files: str) -> tuple[Path, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    (folder / "map.toml").write_text(mapping, encoding="utf-8")
    return folder, folder / "map.toml"


def prints(folder: Path) -> dict[str, str]:
    """Digest of every file in and beside the city folder."""
    return {
        str(p.relative_to(folder.parent)): sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.parent.rglob("*"))
        if p.is_file()
    }


@pytest.fixture
def made(tmp_path: Path) -> tuple[Path, Path, Path]:
    src, plan = source(tmp_path / "src", nodes=NODES)
    city = tmp_path / "cities" / "town"
    import_into("tables", src, city, mapping=plan, new=NewCity(name="镇"), rules=RULES)
    return src, plan, city


def test_a_new_city_is_whole(made: tuple[Path, Path, Path]) -> None:
    city = City.open(made[2])
    assert city.identity.id == "town"
    assert city.identity.name == "镇"
    assert city.identity.metric_crs == "EPSG:32651"
    assert [s.title for s in city.identity.sources] == ["made for a test"]
    assert len(city.assets) == 4
    assert city.assets["source"].tolist() == [False, False, True, True]
    assert city.need_groups[["asset", "lifeline", "origin", "rule"]].to_numpy().tolist() == [
        ["p1", "power", "inferred", "pump-power"],
        ["p2", "power", "inferred", "pump-power"],
    ]
    assert city.needs["provider"].tolist() == ["s1", "s2"]


def test_the_import_is_recorded(made: tuple[Path, Path, Path]) -> None:
    record = tomllib.loads((made[2] / "city.toml").read_text(encoding="utf-8"))["imports"][0]
    data = (made[0] / "map.toml").read_bytes() + (made[0] / "nodes.csv").read_bytes()
    assert record == {
        "kind": "tables",
        "source": "src",
        "sha256": sha256(data).hexdigest(),
        "read": 4,
        "kept": 4,
        "merged": 0,
        "refused": 0,
        "inferred": {"pump-power": 2},
    }


def test_the_same_import_again_changes_no_byte(made: tuple[Path, Path, Path]) -> None:
    src, plan, folder = made
    before = prints(folder)
    again = import_into("tables", src, folder, mapping=plan, rules=RULES)
    assert not again.changed
    assert again.added == {"assets": 0}
    assert again.same == {"assets": 4}
    assert prints(folder) == before


def test_two_imports_meet_in_one_city(made: tuple[Path, Path, Path], tmp_path: Path) -> None:
    folder = made[2]
    head, again = NODES.splitlines()[:2]
    more = f"{head}\np3,water,pump,120.351,31.5,\n{again}\n"
    src, plan = source(tmp_path / "more", nodes=more)
    result = import_into("tables", src, folder, mapping=plan, rules=RULES)
    assert (result.added, result.same) == ({"assets": 1}, {"assets": 1})
    assert result.inferred["pump-power"] == 1
    city = City.open(folder)
    assert city.assets["id"].tolist() == ["p1", "p2", "p3", "s1", "s2"]
    assert len(city.identity.sources) == 1
    assert [r.source for r in city.identity.imports] == ["src", "more"]


def test_an_id_with_other_values_is_refused(made: tuple[Path, Path, Path], tmp_path: Path) -> None:
    src, plan = source(tmp_path / "more", nodes=NODES.replace("120.348", "120.349"))
    before = prints(made[2])
    with pytest.raises(InputError, match=r"assets: p2 is in the city already with geometry"):
        import_into("tables", src, made[2], mapping=plan, rules=RULES)
    src, plan = source(tmp_path / "more", nodes=NODES.replace("p2,water,pump", "p2,water,well"))
    with pytest.raises(InputError, match=r"p2 .* with kind 'pump', here 'well'"):
        import_into("tables", src, made[2], mapping=plan, rules=RULES)
    assert prints(made[2]) == before


def test_what_a_source_says_replaces_what_was_guessed(
    made: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    src, plan = source(tmp_path / "needs", NEED_MAP, needs="asset,provider\np1,s2\n")
    result = import_into("tables", src, made[2], mapping=plan, rules=RULES)
    assert result.overruled == 1
    assert result.inferred["pump-power"] == 0
    groups = result.city.need_groups.set_index("asset")
    assert groups["origin"].to_dict() == {"p1": "measured", "p2": "inferred"}
    assert result.city.needs["provider"].tolist() == ["s2", "s2"]
    again = import_into("tables", src, made[2], mapping=plan, rules=RULES)
    assert not again.changed


def test_the_hash_is_of_values_not_of_the_way_they_came(tmp_path: Path) -> None:
    lines = NODES.splitlines(keepends=True)
    first, second = lines[0] + lines[1] + lines[3], lines[0] + lines[2] + lines[4]
    for name, parts in {"a": (first, second), "b": (second, first)}.items():
        for i, nodes in enumerate(parts):
            src, plan = source(tmp_path / f"{name}{i}", nodes=nodes)
            new = NewCity(id="town", name="town") if i == 0 else None
            import_into("tables", src, tmp_path / name, mapping=plan, new=new)
    assert City.open(tmp_path / "a").hash == City.open(tmp_path / "b").hash


def test_ids_are_fixed_once_the_city_stands(made: tuple[Path, Path, Path]) -> None:
    with pytest.raises(InputError, match=r"city\.toml"):
        import_into("tables", made[0], made[2], mapping=made[1], new=NewCity(id="other"))


@pytest.mark.parametrize("kind", ["shapes", ""])
def test_an_unknown_kind_lists_the_known(tmp_path: Path, kind: str) -> None:
    with pytest.raises(InputError, match="tables, osm, epanet"):
        import_into(kind, tmp_path, tmp_path / "city")


def test_options_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    src, plan = source(tmp_path / "src", nodes=NODES)
    with pytest.raises(InputError, match="needs a mapping"):
        import_into("tables", src, tmp_path / "c")
    with pytest.raises(InputError, match="takes no mapping"):
        import_into("osm", src, tmp_path / "c", mapping=plan)
    with pytest.raises(InputError, match="no such file"):
        import_into("tables", tmp_path / "none", tmp_path / "c", mapping=plan)
    with pytest.raises(InputError, match="--id"):
        import_into("tables", src, tmp_path / "c", mapping=plan, new=NewCity(id="A b"))
    assert not (tmp_path / "c").exists()


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    src, plan = source(tmp_path / "src", nodes=NODES)
    folder = tmp_path / "thesis"
    folder.mkdir()
    (folder / "chapter1.txt").write_text("years of work", encoding="utf-8")
    for target in (folder, folder / "chapter1.txt"):
        with pytest.raises(InputError, match="something else than a city"):
            import_into("tables", src, target, mapping=plan)
    assert (folder / "chapter1.txt").read_text("utf-8") == "years of work"


def test_other_files_of_a_city_folder_stay(made: tuple[Path, Path, Path], tmp_path: Path) -> None:
    (made[2] / "physics").mkdir()
    (made[2] / "physics/net.inp").write_text("[TITLE]", encoding="utf-8")
    (made[2] / ".cache").mkdir()
    (made[2] / "notes.md").write_text("ours", encoding="utf-8")
    src, plan = source(tmp_path / "more", nodes=NODES.replace("p1,", "p9,"))
    assert import_into("tables", src, made[2], mapping=plan).changed
    assert (made[2] / "physics/net.inp").read_text("utf-8") == "[TITLE]"
    assert (made[2] / "notes.md").read_text("utf-8") == "ours"
    assert not (made[2] / ".cache").exists()
    assert len(City.open(made[2]).assets) == 5


@pytest.mark.parametrize(
    ("fault", "caught"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), StorageError),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ],
)
def test_a_stopped_write_leaves_the_old_city(
    made: tuple[Path, Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: BaseException,
    caught: type[BaseException],
) -> None:
    before = prints(made[2])
    write = pd.DataFrame.to_parquet

    def stopping(self: pd.DataFrame, path: Path, **options: object) -> None:
        if Path(path).name == "serves.parquet":
            raise fault
        write(self, path, **options)

    monkeypatch.setattr(pd.DataFrame, "to_parquet", stopping)
    src, plan = source(tmp_path / "more", nodes=NODES.replace("p1,", "p9,").replace("p2,", "p8,"))
    with pytest.raises(caught):
        import_into("tables", src, made[2], mapping=plan, rules=RULES)
    assert prints(made[2]) == before
    with pytest.raises(caught):
        import_into("tables", src, tmp_path / "new", mapping=plan)
    assert not (tmp_path / "new").exists()
    assert not list(tmp_path.glob(".*"))


def test_serves_are_overruled_by_zone_and_lifeline(tmp_path: Path) -> None:
    zones = """
[[layers]]
name = "zones"
file = "zones.csv"
table = "zones"
x = "x"
y = "y"
[layers.columns]
id = "id"
level = { value = "grid" }
"""
    serves = """
[[layers]]
name = "serves"
file = "serves.csv"
table = "serves"
[layers.columns]
asset = "asset"
zone = "zone"
share = "share"
"""
    rules = {
        "near-power": ServeRule(kinds=("power.substation_low",), lifeline="power", within_m=9000)
    }
    src, plan = source(
        tmp_path / "src", MAP + zones, nodes=NODES, zones="id,x,y\nz,120.3,31.5\ny,120.35,31.5\n"
    )
    folder = tmp_path / "town"
    first = import_into("tables", src, folder, mapping=plan, rules=rules)
    assert first.city.serves[["asset", "zone"]].to_numpy().tolist() == [["s1", "z"], ["s2", "y"]]
    src, plan = source(
        tmp_path / "more", serves, serves="asset,zone,share\ns1,z,0.5\ns2,z,0.5\np1,y,1\n"
    )
    second = import_into("tables", src, folder, mapping=plan, rules=rules)
    assert second.overruled == 1
    rows = second.city.serves[["asset", "zone", "share", "origin"]].to_numpy().tolist()
    assert rows == [
        ["p1", "y", 1.0, "measured"],
        ["s1", "z", 0.5, "measured"],
        ["s2", "y", 1.0, "inferred"],
        ["s2", "z", 0.5, "measured"],
    ]
