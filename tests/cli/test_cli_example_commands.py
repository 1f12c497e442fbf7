"""The import commands of the examples' pages, run as they stand."""

from __future__ import annotations

import json
import re
import shlex
import sys
from pathlib import Path

import pytest

from rencity.cli import main

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("example", "data", "totals"),
    [
        ("memphis", "interdependent", ("681 rows are read", 681, 606, 35, 40)),
        ("wuxi-admin", "admin", ("102 rows read", 102, 96, 6, 0)),
    ],
)
def test_the_page_s_import_runs(
    shared_data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    example: str,
    data: str,
    totals: tuple[str, int, int, int, int],
) -> None:
    page = (ROOT / "examples" / example / "README.md").read_text("utf-8")
    block = re.search(r"```sh\n(rencity city import .*?)\nrencity city check", page, re.DOTALL)
    assert block is not None
    words = shlex.split(block[1].replace("\\\n", " ").replace("$DATA", str(shared_data / data)))
    words[words.index("--into") + 1] = str(tmp_path / "city")
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "argv", [*words, "--json"])
    with pytest.raises(SystemExit) as stop:
        main()
    assert not stop.value.code
    layers = json.loads(capsys.readouterr().out)["layers"]
    counted = (
        sum(layer["read"] for layer in layers),
        sum(layer["kept"] for layer in layers),
        sum(sum(layer["merged"].values()) for layer in layers),
        sum(sum(layer["refused"].values()) for layer in layers),
    )
    assert counted == totals[1:]
    assert totals[0] in page
