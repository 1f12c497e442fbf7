"""The walk through Shelby County: each command of the page runs and says what the page shows."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from rencity.cli import main
from tests.real.conftest import EXAMPLES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "memphis.md"
BLOCK = re.compile(r"^```(bash|python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
MILLIONS = re.compile(r"(\d+\.\d) million")
ZONE = re.compile(r"(zone-\d+) +│ +([\d,]+) \[")
COUNTS = {"1,000"}
"""Samples of runs on other pages, which this one points to."""


class Step(NamedTuple):
    """What a page has the reader do, what it shows of the answer, and the answer."""

    code: str
    shown: str
    answer: str


def steps_of(page: str) -> Iterator[tuple[str, str, str]]:
    """Kind and text of each block of commands, and what stands under it."""
    blocks = BLOCK.findall(page)
    for (kind, text), (under, shown) in zip(blocks, [*blocks[1:], ("", "")], strict=True):
        if kind != "text":
            yield kind, text, shown if under == "text" else ""


def typed(line: str) -> None:
    """Run one line of a shell block in this process."""
    words = shlex.split(line)
    if words[0] == "ln":
        Path(words[-1]).symlink_to(words[-2], target_is_directory=True)
    elif words[0] == "cp":
        shutil.copytree(words[-2], words[-1])
    else:
        sys.argv = words
        with pytest.raises(SystemExit) as stop:
            main()
        assert not stop.value.code, line


@pytest.fixture
def walk(shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Step]:
    """The whole page, done in a folder that looks like the project's."""
    (tmp_path / "shared").symlink_to(shared_data.parent, target_is_directory=True)
    here = tmp_path / "rencity"
    aside = shutil.ignore_patterns("data")
    shutil.copytree(EXAMPLES / "memphis", here / "examples" / "memphis", ignore=aside)
    names: dict[str, object] = {}
    made = []
    monkeypatch.setattr(sys, "argv", sys.argv)
    with contextlib.chdir(here):
        for kind, text, shown in steps_of(PAGE.read_text(encoding="utf-8")):
            with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO(), "utf-8")) as out:
                if kind == "python":
                    exec(text, names)  # noqa: S102 - the page's own code
                else:
                    for line in text.replace("\\\n", " ").splitlines():
                        typed(line)
                out.seek(0)
                made.append(Step(text, shown, out.read()))
    return made


def test_the_page_shows_and_says_what_its_commands_answer(walk: list[Step]) -> None:
    """One test, since the walk takes most of a minute."""
    lines_hold(walk)
    figures_hold(walk)
    conclusions_hold(walk)


def lines_hold(walk: list[Step]) -> None:
    """Every line shown is a line of the answer, in its order."""
    for step in walk:
        lines = [line.rstrip() for line in step.answer.splitlines()]
        shown = [line.rstrip() for line in step.shown.splitlines() if line.strip() != "…"]
        absent = [line for line in shown if line not in lines]
        assert not absent, f"{step.code}\n{absent}\n{step.answer}"
        at = [lines.index(line) for line in shown]
        assert at == sorted(at), step.code


def figures_hold(walk: list[Step]) -> None:
    """Every figure in its words is one of an answer, rounded where the page rounds it."""
    words = BLOCK.sub("", PAGE.read_text(encoding="utf-8"))
    found = {number for step in walk for number in NUMBER.findall(step.answer)}
    exact = set(NUMBER.findall(words)) - COUNTS
    assert exact
    assert exact <= found
    rounded = set(MILLIONS.findall(words))
    assert len(rounded) > 10
    told = {f"{float(number.replace(',', '')) / 1e6:.1f}" for number in found}
    assert rounded <= told


def conclusions_hold(walk: list[Step]) -> None:
    """Comparisons that its words make, by the answers."""
    cost = {
        name: float(number.replace(",", ""))
        for step in walk
        for name, number in re.findall(r"^(optimum|by_\w+) +([\d,]+)$", step.answer, re.MULTILINE)
    }
    assert round(cost["by_loss"] / cost["optimum"], 1) == 3.6
    assert cost["by_facility"] >= cost["by_id"]
    year = next(step.answer for step in walk if "rencity rate" in step.code)
    zones = {zone: float(n.replace(",", "")) for zone, n in ZONE.findall(year)}
    assert len(zones) == 36
    assert max(zones, key=lambda zone: zones[zone]) == "zone-23"
