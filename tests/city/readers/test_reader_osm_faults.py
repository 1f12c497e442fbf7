from __future__ import annotations

from pathlib import Path

import osmium
import pytest

from rencity.city.readers.osm import read_osm
from rencity.kit.errors import InputError

ROAD = (
    '<osm version="0.6"><node id="1" lat="31" lon="120"/><node id="2" lat="31" lon="121"/>'
    '<way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/></way></osm>'
)


def refused(src: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_osm(src)
    assert str(src) in str(caught.value)
    assert caught.value.mend
    return caught.value.what


def written(tmp_path: Path, name: str, content: bytes | str) -> Path:
    src = tmp_path / name
    src.write_bytes(content.encode() if isinstance(content, str) else content)
    return src


def test_missing(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.osm.pbf") == "no such file"
    assert refused(tmp_path) == "no such file"


def test_empty(tmp_path: Path) -> None:
    assert refused(written(tmp_path, "a.osm.pbf", b"")) == "the file is empty"


@pytest.mark.parametrize("name", ["a.osm.pbf", "a.osm", "a.txt", "a.osm.gz"])
def test_not_osm(tmp_path: Path, name: str) -> None:
    assert "not readable" in refused(written(tmp_path, name, b"id,name\n1,x\n" * 50))


def pbf(tmp_path: Path) -> bytes:
    src = tmp_path / "whole.osm.pbf"
    writer = osmium.SimpleWriter(str(src))
    try:
        for key in range(1, 20_000):
            place = (120 + key * 1e-5, 31 + (key * 7919 % 1000) * 1e-5)
            writer.add_node(osmium.osm.mutable.Node(id=key, location=place))
        tags = {"highway": "primary"}
        writer.add_way(osmium.osm.mutable.Way(id=1, nodes=[1, 2, 3], tags=tags))
    finally:
        writer.close()
    return src.read_bytes()


def test_truncated(tmp_path: Path) -> None:
    whole = pbf(tmp_path)
    assert len(read_osm(tmp_path / "whole.osm.pbf").tables["links"]) == 1
    for part in (0.3, 0.6, 0.999):
        src = written(tmp_path, "part.osm.pbf", whole[: int(len(whole) * part)])
        assert "not readable" in refused(src)
    assert "not readable" in refused(written(tmp_path, "part.osm", ROAD[:-30]))


def test_nothing_in_it(tmp_path: Path) -> None:
    assert "holds no road" in refused(written(tmp_path, "a.osm", '<osm version="0.6"></osm>'))


def test_ids_of_unsaved_edits(tmp_path: Path) -> None:
    text = ROAD.replace('id="1" lat', 'id="-1" lat').replace('ref="1"', 'ref="-1"')
    assert "not permanent" in refused(written(tmp_path, "a.osm", text))


def test_objects_that_stand_twice(tmp_path: Path) -> None:
    half = ROAD.removeprefix('<osm version="0.6">').removesuffix("</osm>")
    text = f'<osm version="0.6">{half}{half}</osm>'
    assert refused(written(tmp_path, "a.osm", text)) == "1 objects stand twice, first w1"


def test_history(tmp_path: Path) -> None:
    assert "history" in refused(written(tmp_path, "a.osh", ROAD))
