"""The code of the Python page runs, in order, and prints what the page says it prints."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

from rencity.city.demo.build import make_demo

PAGE = Path(__file__).resolve().parents[2] / "docs" / "python.md"
BLOCK = re.compile(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```$)?", re.M | re.S)


@pytest.fixture
def in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    before = mpl.get_backend()
    plt.switch_backend("agg")
    yield tmp_path
    plt.close("all")
    plt.switch_backend(before)


def test_every_block_runs_and_prints_what_is_shown(
    in_tmp: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = PAGE.read_text(encoding="utf-8")
    blocks = list(BLOCK.finditer(text))
    assert len(blocks) == text.count("```python\n")
    names: dict[str, object] = {}
    shown = 0
    for block in blocks:
        line = text.count("\n", 0, block.start(1))
        exec(compile("\n" * line + block[1], str(PAGE), "exec"), names)  # noqa: S102
        said = capsys.readouterr().out
        assert said == (block[2] or ""), f"line {line + 1}"
        shown += bool(said)
    assert shown >= 3
    assert (in_tmp / "runs" / "blackout" / "run.json").exists()
    assert len(plt.get_fignums()) >= 2


def test_the_code_of_the_readme_runs(in_tmp: Path) -> None:
    root = PAGE.parents[1]
    make_demo("block", 1).city.write("cities/demo")
    (in_tmp / "examples").symlink_to(root / "examples")
    text = (root / "README.md").read_text(encoding="utf-8")
    chinese, english = re.findall(r"^```python\n(.*?)^```", text, re.M | re.S)
    assert chinese == english
    exec(compile(chinese, "README.md", "exec"), {})  # noqa: S102
    assert plt.gca().lines
