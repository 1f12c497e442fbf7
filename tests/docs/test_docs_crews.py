"""The page on crews names every finding, key and rule that there is."""

from __future__ import annotations

import re
from pathlib import Path

from rencity.sim.crews import spec

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/crews.md").read_text("utf-8")


def test_every_finding_is_named():
    code = "".join(p.read_text("utf-8") for p in (ROOT / "src/rencity/sim/crews").glob("*.py"))
    rules = set(re.findall(r'"(crews-[a-z-]+)"', code))
    rules |= {"crews-no-way", "crews-no-part", "crews-too-few"}
    assert rules
    assert rules == set(re.findall(r"`(crews-[a-z-]+)`", PAGE))


def test_every_key_is_named():
    keys = {f.alias or name for name, f in spec.Crews.model_fields.items()}
    keys |= set(spec.Planning.model_fields) | set(spec.Priority.model_fields)
    assert all(f"`{key}`" in PAGE or f"`[priority] {key}`" in PAGE for key in keys), keys


def test_the_file_on_the_page_reads():
    text = next(b for b in re.findall(r"```toml\n(.*?)```", PAGE, re.S) if "[[crews]]" in b)
    assert spec.parse_crews(text, place="docs").skills == ("line",)
