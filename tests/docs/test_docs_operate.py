"""Every command of the pages on database, journal and backup is run, in the order of the page."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from rencity.kit import crypto
from tests.backup.conftest import filled
from tests.faults.conftest import Cli, cli

__all__ = ["cli"]
DOCS = Path(__file__).resolve().parents[2] / "docs"
ELSEWHERE = "postgresql://rencity@db.example/"
"""Where a page's example has a server of its own; the test gives an empty database of its own."""


def commands(page: str) -> list[list[str]]:
    text = (DOCS / page).read_text(encoding="utf-8")
    blocks = re.findall(r"```text\n(.*?)```", text, re.DOTALL)
    return [shlex.split(line) for block in blocks for line in block.strip().splitlines()]


@pytest.mark.parametrize("page", ["database.md", "journal.md", "backup.md"])
def test_each_command_of_a_page(
    page: str, tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RENCITY_DB", raising=False)
    filled(None, tmp_path / "var" / "rencity").store.close()
    ran = commands(page)
    assert len(ran) >= 3
    for number, (program, *words) in enumerate(ran):
        assert program == "rencity"
        here = [
            f"sqlite:///{tmp_path}/{number}.db" if word.startswith(ELSEWHERE)
            else word.replace("/srv/", f"{tmp_path}/srv{number}/")
            for word in words
        ]  # fmt: skip
        done = cli(*here)
        assert done.code == 0, (words, done)
        assert done.out


def test_the_suite_of_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (DOCS / "journal.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    monkeypatch.setattr(crypto, "_SUITES", dict(crypto._SUITES))
    monkeypatch.setattr(crypto, "_in_force", crypto.DEFAULT)
    exec(code, {})  # noqa: S102
    assert crypto.in_force() == "sm3-ed25519"


def test_every_finding_is_told() -> None:
    source = DOCS.parent / "src" / "rencity"
    told = (DOCS / "journal.md").read_text(encoding="utf-8")
    rules = set()
    for path in (source / "journal").glob("*.py"):
        rules |= set(re.findall(r'fault\(\s*"([a-z-]+)"', path.read_text(encoding="utf-8")))
    assert len(rules) >= 12
    assert not {rule for rule in rules if f"`{rule}`" not in told}
