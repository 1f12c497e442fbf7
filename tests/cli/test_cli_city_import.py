from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rencity.city.model import City
from rencity.cli import main

MAP = """
[[layers]]
name = "站点"
file = "nodes.csv"
table = "assets"
x = "x"
y = "y"
[layers.columns]
id = "id"
lifeline = { value = "power" }
kind = { value = "node" }
"""
NODES = "id,x,y\na,120.3,31.5\nb,120.4,31.6\nb,120.5,31.7\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/nodes.csv").write_text(NODES, encoding="utf-8")
    (tmp_path / "src/map.toml").write_text(MAP, encoding="utf-8")
    return tmp_path / "src"


def run(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    monkeypatch.setattr(sys, "argv", ["rencity", "city", "import", *map(str, words)])
    with pytest.raises(SystemExit) as stop:
        main()
    return int(stop.value.code or 0)


def test_import_prints_the_account(
    source: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    city = tmp_path / "town"
    words = ("tables", source, "--into", city, "--map", source / "map.toml", "--name", "镇")
    assert run(monkeypatch, *words) == 0
    out, err = capsys.readouterr()
    assert "站点: 1 × id twice with other values (nodes.csv row 4: 'b')" in out
    assert "assets 2" in out
    assert err == ""
    assert City.open(city).identity.name == "镇"


def test_import_as_json(
    source: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ("tables", source, "--into", tmp_path / "town", "--map", source / "map.toml", "--json")
    assert run(monkeypatch, *words) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["added"] == {"assets": 2}
    assert said["layers"][0]["refused"] == {"id twice with other values": 1}
    assert said["hash"] == City.open(tmp_path / "town").hash


def test_a_fault_is_one_message(
    source: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (source / "nodes.csv").write_text("id,x,z\na,1,2\n", encoding="utf-8")
    words = ("tables", source, "--into", tmp_path / "town", "--map", source / "map.toml")
    assert run(monkeypatch, *words) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "nodes.csv: no column 'y' | mend: its columns are id, x, z" in err
    assert not (tmp_path / "town").exists()


def test_a_missing_option_is_a_usage_error(
    source: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "tables", source) == 2
    assert "--into" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform != "linux", reason="limits file size by Linux' rlimit")
def test_a_disk_that_refuses_leaves_the_old_city(source: Path, tmp_path: Path) -> None:
    """The operating system itself stops the write: no file may grow beyond 2 kB."""
    code = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048))\n"
        "from rencity.cli import main\n"
        "main()\n"
    )
    city = tmp_path / "town"
    words = ["city", "import", "tables", source, "--into", city, "--map", source / "map.toml"]
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 1
    assert "File too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == ["src"]


def test_import_tells_what_the_source_leaves_in_doubt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    net = """<NUMBER OF ZONES> 2
<NUMBER OF NODES> 2
<FIRST THRU NODE> 1
<NUMBER OF LINKS> 1
<END OF METADATA>
1 2 100 1 1 ;
"""
    (tmp_path / "a_net.tntp").write_text(net, encoding="utf-8")
    words = ("tntp", tmp_path / "a_net.tntp", "--into", tmp_path / "c", "--crs", "local")
    assert run(monkeypatch, *words) == 0
    assert "the files say no unit: 1 links have no length_m | mend: " in capsys.readouterr().out
    assert run(monkeypatch, *words, "--json") == 0
    rules = [found["rule"] for found in json.loads(capsys.readouterr().out)["findings"]]
    assert "tntp-no-places" in rules
