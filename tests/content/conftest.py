"""Packs made for a test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import rencity

MANIFEST = """format = 1
id = "{name}"
version = "1.0"
region = "{region}"
licence = "CC0-1.0"
title = {{zh = "甲", en = "A"}}
description = {{zh = "甲", en = "A"}}
{more}
"""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a pack: its name, its region, more lines of its manifest, a text for each kind."""

    def made(name: str = "mine", *, region: str = "", more: str = "", **files: str) -> Path:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        said = MANIFEST.format(name=name, region=region, more=more)
        (folder / "pack.toml").write_text(said, encoding="utf-8")
        for kind, text in files.items():
            (folder / f"{kind}.yaml").write_text(text, encoding="utf-8")
        return folder

    return made


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Add a room to `rencity`, as an installed extension would: its name and its ``kinds.py``."""
    extra = tmp_path / "rooms"
    monkeypatch.setattr(rencity, "__path__", [*rencity.__path__, str(extra)])

    def made(name: str, kinds: str) -> None:
        (extra / name).mkdir(parents=True)
        (extra / name / "__init__.py").write_text("", encoding="utf-8")
        if kinds:
            (extra / name / "kinds.py").write_text(kinds, encoding="utf-8")

    return made
