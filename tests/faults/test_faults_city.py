"""Broken cities at the command line: named, refused, never run, never a traceback."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LineString, Point

from rencity.city import City
from rencity.city.schema import TABLES
from tests.faults.conftest import Cli, files_of

JUNK = b"\x00\xff\xfe PAR1 \x8e" * 40


def edit(city: Path, table: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    path = city / f"{table}.parquet"
    read = gpd.read_parquet if TABLES[table].geometry else pd.read_parquet
    change(read(path)).to_parquet(path, index=False)


def put(column: str, value: object) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Set a column of the first row."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        frame.loc[frame.index[0], column] = value
        return frame

    return change


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def as_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


UNREADABLE = {
    "city.toml gone": (lambda c: (c / "city.toml").unlink(), "city.toml"),
    "city.toml empty": (lambda c: (c / "city.toml").write_text(""), "city.toml"),
    "city.toml cut": (
        lambda c: (c / "city.toml").write_text('[city]\nid = "a'),
        "line",
    ),
    "city.toml junk": (lambda c: (c / "city.toml").write_bytes(JUNK), "city.toml"),
    "city.toml in UTF-16": (
        lambda c: (c / "city.toml").write_bytes((c / "city.toml").read_text().encode("utf-16")),
        "city.toml",
    ),
    "city.toml in GBK": (
        lambda c: (c / "city.toml").write_bytes('[city]\nid="a"\nname="无锡"'.encode("gbk")),
        "city.toml",
    ),
    "city.toml a folder": (lambda c: as_folder(c / "city.toml"), "city.toml"),
    "city no table": (lambda c: (c / "city.toml").write_text("city = 3"), "city"),
    "key unknown": (
        lambda c: (c / "city.toml").write_text('[city]\nid = "a"\nname = "a"\nmayor = "x"'),
        "mayor",
    ),
    "next format": (
        lambda c: (c / "city.toml").write_text('format = 2\n[city]\nid = "a"\nname = "a"'),
        "format 2",
    ),
    "table empty": (lambda c: (c / "links.parquet").write_bytes(b""), "links.parquet"),
    "table cut": (lambda c: truncate(c / "assets.parquet"), "assets.parquet"),
    "table junk": (lambda c: (c / "zones.parquet").write_bytes(JUNK), "zones.parquet"),
    "table a folder": (lambda c: as_folder(c / "needs.parquet"), "needs.parquet"),
    "table without geometry": (
        lambda c: shutil.copy(c / "links.parquet", c / "assets.parquet"),
        "assets.parquet",
    ),
    "column missing": (
        lambda c: edit(c, "links", lambda f: f.drop(columns="start")),
        "missing start",
    ),
    "column of another version": (
        lambda c: edit(c, "serves", lambda f: f.assign(weight=1.0)),
        "unknown weight",
    ),
    "value of another type": (
        lambda c: edit(c, "serves", lambda f: f.assign(share="half")),
        "serves.share",
    ),
    "id missing": (lambda c: edit(c, "links", put("id", None)), "row 1"),
    "other coordinates": (
        lambda c: edit(c, "assets", lambda f: f.to_crs("EPSG:32651")),
        "EPSG:4326",
    ),
}
COMMANDS = ("info", "check", "pack", "stress", "import")


def words_of(command: str, city: Path, scenario: Path, tmp_path: Path) -> list[object]:
    return {
        "info": ["city", "info", city, "--json"],
        "check": ["city", "check", city, "--json"],
        "pack": ["pack", "check", "--city", city, "--json"],
        "stress": ["stress", city, scenario, "--out", tmp_path / "run", "--json"],
        "import": ["city", "import", "osm", scenario, "--into", city, "--json"],
    }[command]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("fault", UNREADABLE)
def test_an_unreadable_city_is_refused_by_every_command(
    cli: Cli, city: Path, scenario: Path, tmp_path: Path, fault: str, command: str
) -> None:
    damage, word = UNREADABLE[fault]
    damage(city)
    before = files_of(tmp_path)
    if (fault, command) == ("city.toml gone", "import"):
        word = "something else than a city"
    cli(*words_of(command, city, scenario, tmp_path)).refuses(word, str(city))
    assert files_of(tmp_path) == before


def test_nothing_and_a_file_are_no_city(cli: Cli, tmp_path: Path, scenario: Path) -> None:
    for place in (tmp_path / "none", scenario):
        for command in COMMANDS[:4]:
            cli(*words_of(command, place, scenario, tmp_path)).refuses(str(place))
    assert not (tmp_path / "run").exists()


def repeat_id(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([frame, frame.iloc[:1]], ignore_index=True)


WRONG = {
    "id twice in assets": ("assets", repeat_id, "duplicate-id"),
    "id twice in zones": ("zones", repeat_id, "duplicate-id"),
    "id twice in links": ("links", repeat_id, "duplicate-id"),
    "id twice in need_groups": ("need_groups", repeat_id, "duplicate-id"),
    "link from nowhere": ("links", put("start", "ghost"), "ghost"),
    "provider of nothing": ("needs", put("provider", "ghost"), "ghost"),
    "need of a ghost": ("need_groups", put("asset", "ghost"), "ghost"),
    "serves nowhere": ("serves", put("zone", "ghost"), "ghost"),
    "share of 2": ("serves", put("share", 2.0), "out-of-range"),
    "share not a number": ("serves", put("share", math.inf), "not-finite"),
    "people below none": ("zones", put("people_night", -5.0), "out-of-range"),
    "people without end": ("zones", put("people_night", math.inf), "not-finite"),
    "no such lifeline": ("assets", put("lifeline", "gossip"), "gossip"),
    "no such kind": ("assets", put("kind", "dragon"), "dragon"),
    "no place": ("assets", put("geometry", None), "geometry-missing"),
    "place not a number": ("assets", put("geometry", Point(math.nan, 31)), "geometry"),
    "place at infinity": ("assets", put("geometry", Point(math.inf, 31)), "geometry"),
    "place in metres": ("assets", put("geometry", Point(500_000, 3_500_000)), "outside-city"),
    "quorum of none": ("need_groups", put("quorum", 0), "out-of-range"),
    "backup below none": ("need_groups", put("backup_h", -1.0), "out-of-range"),
    "zone inside itself": ("zones", lambda f: f.assign(parent=f["id"]), "zone-cycle"),
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_city_is_told_by_check_and_refused_by_stress(
    cli: Cli, city: Path, scenario: Path, tmp_path: Path, fault: str
) -> None:
    table, change, word = WRONG[fault]
    edit(city, table, change)
    before = files_of(tmp_path)
    told = cli("city", "check", city)
    assert (told.code, told.err) == (1, "")
    assert word in told.out
    cli("stress", city, scenario, "--out", tmp_path / "run", "--json").refuses(word, table)
    assert files_of(tmp_path) == before
    assert not (city / ".cache").exists()


def test_a_class_that_no_pack_holds_is_refused(
    cli: Cli, city: Path, scenario: Path, tmp_path: Path
) -> None:
    edit(city, "assets", lambda f: f.assign(fragility="glass", repair="magic"))
    scenario.write_text(scenario.read_text().replace("hours = 24", 'state = "complete"'))
    told = cli("stress", city, scenario, "--out", tmp_path / "run")
    told.refuses("glass")


def drop(city: Path, *tables: str) -> None:
    for name in tables:
        edit(city, name, lambda f: f.iloc[:0])


@pytest.mark.parametrize(
    ("dropped", "unit"),
    [
        (("links",), "people"),
        (("needs", "need_groups"), "people"),
        (("zones", "serves", "demands", "buildings"), "assets"),
    ],
)
def test_a_city_without_one_part_still_runs(
    cli: Cli, city: Path, scenario: Path, tmp_path: Path, dropped: tuple[str, ...], unit: str
) -> None:
    drop(city, *dropped)
    if "zones" in dropped:
        edit(city, "assets", lambda f: f.assign(zone=""))
    assert "errors" in cli("city", "check", city, "--json").out
    done = cli("stress", city, scenario, "--out", tmp_path / "run", "--json")
    said = done.json
    assert said["unit"] == unit
    most = {"people": 8000, "assets": len(City.open(city).assets)}[unit]
    assert all(0 < found["people"] <= most for found in said["lifelines"].values())


def test_a_city_without_sources_serves_nobody_or_says_why(
    cli: Cli, city: Path, scenario: Path, tmp_path: Path
) -> None:
    edit(city, "assets", lambda f: f.assign(source=False))
    told = cli("city", "check", city)
    assert "no-source" in told.out
    done = cli("stress", city, scenario, "--out", tmp_path / "run", "--json")
    if told.code:
        done.refuses("no-source")
    else:
        assert not done.json["lifelines"]


def test_a_city_without_assets_is_refused(
    cli: Cli, city: Path, scenario: Path, tmp_path: Path
) -> None:
    drop(city, "assets", "links", "needs", "need_groups", "serves", "carriers")
    cli("stress", city, scenario, "--out", tmp_path / "run").refuses("no assets")
    assert not (tmp_path / "run").exists()


ODD = {
    "two lines": "a\nb",
    "escape": "\x1b[31mred\x1b]0;title\x07",
    "markup": "[bold]x[/bold] [/nonsense] [link=file:///etc/passwd]y[/link]",
    "page": "<script>alert(1)</script>&amp;",
    "long": "x" * 20_000,
    "emoji": "💧🏥👩‍🚒",
    "right to left": "\u202etxt.exe\u202c محطة",
    "zero": "a\x00b",
    "empty": "",
}


@pytest.mark.parametrize("odd", ODD)
def test_odd_names_are_printed_safely(
    cli: Cli, city: Path, scenario: Path, tmp_path: Path, odd: str
) -> None:
    name = ODD[odd]
    edit(city, "assets", lambda f: f.assign(name=name))
    (city / "city.toml").write_text(
        (city / "city.toml").read_text().replace('name_en = "', 'name_en = "[/x] ')
    )
    scenario.write_text(scenario.read_text().replace("0.05", "0.5"))
    done = cli("stress", city, scenario, "--out", tmp_path / "run", "--samples", "64")
    assert done.code == 0, done.err
    for char in "\x1b\x07\x00\u202e":
        assert char not in done.out
    if odd == "markup":
        assert "[/nonsense]" in done.out
    if odd == "emoji":
        assert "💧" in done.out
    assert len(done.out) < 40_000
    for command in ("info", "check"):
        shown = cli("city", command, city)
        assert shown.err == ""
        assert "\x1b" not in shown.out


def test_odd_ids_are_printed_safely(cli: Cli, city: Path, scenario: Path, tmp_path: Path) -> None:
    ids = "\x1b[2J[/x]\n"
    edit(city, "links", put("start", ids))
    told = cli("city", "check", city)
    assert told.code == 1
    refused = cli("stress", city, scenario, "--out", tmp_path / "run")
    refused.refuses("[2J[/x]")
    assert "\x1b" not in told.out + refused.err


def test_a_line_as_a_node_city_is_read(cli: Cli, city: Path) -> None:
    edit(city, "assets", put("geometry", LineString([(120, 31), (120, 31)])))
    assert "geometry" in cli("city", "check", city).out
