"""Broken sources at the command line: refused whole, and the city stays as it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import osmium
import pytest

from tests.faults.conftest import Cli, files_of

JUNK = b"\x00\x89\xff\xfe\r\n" * 60
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
p1,water,pump,120.301,31.500,
"""
NET = """[JUNCTIONS]
 J1  10  5
 J2  12  0
[RESERVOIRS]
 R   50
[PIPES]
 P1  R   J1  1000  300  100  0  Open
 P2  J1  J2  1000  200  100  0  Open
[OPTIONS]
 Units  CMH
[COORDINATES]
 R   120.00  31
 J1  120.01  31
 J2  120.02  31
[END]
"""
ROAD = (
    '<osm version="0.6"><node id="1" lat="31" lon="120"/><node id="2" lat="31" lon="120.01"/>'
    '<way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/></way></osm>'
)


@pytest.fixture
def tables(tmp_path: Path) -> list[object]:
    """The words of a sound import of tables."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "nodes.csv").write_text(NODES)
    (tmp_path / "map.toml").write_text(MAP)
    return ["tables", source, "--map", tmp_path / "map.toml"]


@pytest.fixture
def epanet(tmp_path: Path) -> list[object]:
    (tmp_path / "net.inp").write_text(NET)
    return ["epanet", tmp_path / "net.inp", "--crs", "EPSG:4326"]


@pytest.fixture
def osm(tmp_path: Path) -> list[object]:
    path = tmp_path / "road.osm.pbf"
    writer = osmium.SimpleWriter(str(path))
    for key in (1, 2):
        place = (120 + key * 1e-2, 31)
        writer.add_node(osmium.osm.mutable.Node(id=key, location=place))
    writer.add_way(osmium.osm.mutable.Way(id=1, nodes=[1, 2], tags={"highway": "primary"}))
    writer.close()
    return ["osm", path]


def csv(change: Callable[[str], str | bytes]) -> Callable[[Path], None]:
    def damage(place: Path) -> None:
        made = change(NODES)
        path = place / "source" / "nodes.csv"
        path.write_bytes(made if isinstance(made, bytes) else made.encode())

    return damage


def mapping(change: Callable[[str], str | bytes]) -> Callable[[Path], None]:
    def damage(place: Path) -> None:
        made = change(MAP)
        (place / "map.toml").write_bytes(made if isinstance(made, bytes) else made.encode())

    return damage


def net(change: Callable[[str], str | bytes]) -> Callable[[Path], None]:
    def damage(place: Path) -> None:
        made = change(NET)
        (place / "net.inp").write_bytes(made if isinstance(made, bytes) else made.encode())

    return damage


def as_folder(name: str) -> Callable[[Path], None]:
    def damage(place: Path) -> None:
        (place / name).unlink()
        (place / name).mkdir()

    return damage


FAULTS: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "csv gone": ("tables", lambda p: (p / "source/nodes.csv").unlink(), "nodes.csv"),
    "csv empty": ("tables", csv(lambda _: ""), "nodes.csv"),
    "csv of one line": ("tables", csv(lambda t: t.split("\n")[0]), ""),
    "csv junk": ("tables", csv(lambda _: JUNK), "nodes.csv"),
    "csv in UTF-16": ("tables", csv(lambda t: t.encode("utf-16")), "nodes.csv"),
    "csv a folder": ("tables", as_folder("source/nodes.csv"), "nodes.csv"),
    "column gone": ("tables", csv(lambda t: t.replace("kind", "sort")), "kind"),
    "all rows refused": ("tables", csv(lambda t: t.replace("31.500", "nan")), "row 2"),
    "map gone": ("tables", lambda p: (p / "map.toml").unlink(), "map.toml"),
    "map empty": ("tables", mapping(lambda _: ""), "map.toml"),
    "map cut": ("tables", mapping(lambda t: t[: len(t) // 2]), "map.toml"),
    "map junk": ("tables", mapping(lambda _: JUNK), "map.toml"),
    "map in UTF-16": ("tables", mapping(lambda t: t.encode("utf-16")), "map.toml"),
    "map a folder": ("tables", as_folder("map.toml"), "map.toml"),
    "map of an unknown table": (
        "tables",
        mapping(lambda t: t.replace('"assets"', '"dragons"')),
        "dragons",
    ),
    "net gone": ("epanet", lambda p: (p / "net.inp").unlink(), "net.inp"),
    "net empty": ("epanet", net(lambda _: ""), "net.inp"),
    "net junk": ("epanet", net(lambda _: JUNK), "net.inp"),
    "net in UTF-16": ("epanet", net(lambda t: t.encode("utf-16")), "net.inp"),
    "net cut": ("epanet", net(lambda t: t[: t.index("[PIPES]") + 20]), "net.inp"),
    "net a folder": ("epanet", as_folder("net.inp"), "net.inp"),
    "net of unknown unit": ("epanet", net(lambda t: t.replace("CMH", "PINTS")), "PINTS"),
    "net with an id twice": ("epanet", net(lambda t: t.replace(" J2  12", " J1  12")), "J1"),
    "net with a word for a number": ("epanet", net(lambda t: t.replace("1000", "long")), "long"),
    "map file gone": ("osm", lambda p: (p / "road.osm.pbf").unlink(), "road.osm.pbf"),
    "map file empty": ("osm", lambda p: (p / "road.osm.pbf").write_bytes(b""), "road.osm.pbf"),
    "map file junk": ("osm", lambda p: (p / "road.osm.pbf").write_bytes(JUNK), "road.osm.pbf"),
    "map file a folder": ("osm", as_folder("road.osm.pbf"), "road.osm.pbf"),
    "map file cut": (
        "osm",
        lambda p: (p / "road.osm.pbf").write_bytes((p / "road.osm.pbf").read_bytes()[:-9]),
        "road.osm.pbf",
    ),
    "another suffix": (
        "osm",
        lambda p: (p / "road.osm.pbf").write_text(ROAD),
        "road.osm.pbf",
    ),
}


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_source_is_refused(
    cli: Cli, tmp_path: Path, request: pytest.FixtureRequest, fault: str, there: bool
) -> None:
    kind, damage, word = FAULTS[fault]
    words = request.getfixturevalue(kind)
    into = tmp_path / "into"
    if there:
        made = cli("city", "import", *words, "--into", into, "--id", "x", "--no-infer", "--json")
        assert made.json["added"]["assets"]
    damage(tmp_path)
    before = files_of(tmp_path)
    done = cli("city", "import", *words, "--into", into, "--no-infer", "--json")
    done.refuses(word)
    assert files_of(tmp_path) == before
    assert into.exists() == there


@pytest.mark.parametrize(
    "row",
    [
        "s1,power,substation_low,120.3,31.5,1",
        "x,power,substation_low,nan,31.5,1",
        "x,power,substation_low,inf,31.5,1",
        "x,power,substation_low,,31.5,1",
        "x,power,substation_low,here,31.5,1",
        ",power,substation_low,120.3,31.5,1",
        "x,power,substation_low",
    ],
)
def test_a_broken_row_is_refused_by_its_place(
    cli: Cli, tmp_path: Path, tables: list[object], row: str
) -> None:
    csv(lambda t: f"{t}{row}\n")(tmp_path)
    words = ["city", "import", *tables, "--into", tmp_path / "into", "--no-infer", "--json"]
    done = cli(*words)
    (layer,) = done.json["layers"]
    assert (layer["read"], layer["kept"]) == (3, 2)
    assert sum(layer["refused"].values()) + sum(layer["merged"].values()) == 1
    assert layer["examples"]
    assert all("row 4" in place for places in layer["examples"].values() for place in places)


def test_a_folder_that_is_no_city_is_left_alone(
    cli: Cli, tmp_path: Path, tables: list[object]
) -> None:
    into = tmp_path / "mine"
    into.mkdir()
    (into / "letter.txt").write_text("keep me")
    cli("city", "import", *tables, "--into", into, "--json").refuses("mine")
    cli("city", "import", *tables, "--into", into / "letter.txt", "--json").refuses("letter.txt")
    cli("city", "import", *tables, "--into", into / "letter.txt" / "x", "--json").refuses("letter")
    assert files_of(into) == {"letter.txt": b"keep me"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["dragons", "map.toml"], "dragons"),
        (["osm", "map.toml", "--map", "map.toml"], "mapping"),
        (["tables", "source"], "mapping"),
        (["epanet", "net.inp", "--crs", "EPSG:banana"], "banana"),
        (["tables", "source", "--map", "map.toml", "--id", "Ö Ö"], "Ö Ö"),
        (["tables", "source", "--map", "map.toml", "--code", "\x1b[31m"], None),
    ],
)
@pytest.mark.usefixtures("tables", "epanet")
def test_a_wrong_option_is_refused(
    cli: Cli,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    said: str | None,
) -> None:
    monkeypatch.chdir(tmp_path)
    done = cli("city", "import", *words, "--into", "into", "--json")
    if said is None:
        assert done.code in (0, 1)
        assert "Traceback" not in done.err
        return
    done.refuses(said)
    assert not Path("into").exists()


def test_odd_names_in_a_source_are_printed_safely(
    cli: Cli, tmp_path: Path, tables: list[object]
) -> None:
    csv(lambda t: t + "[/x]\x1b[31m,po[/wer]\x1b,k,1,2,\n" * 2)(tmp_path)
    mapping(lambda t: t.replace('name = "nodes"', 'name = "[/nodes]"'))(tmp_path)
    done = cli("city", "import", *tables, "--into", tmp_path / "into")
    assert "Traceback" not in done.err
    assert "\x1b" not in done.out + done.err
    assert done.code or "[/nodes]" in done.out
