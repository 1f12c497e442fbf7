"""Every scenario shown on a hazard's page loads, and runs on a small demo city where it can."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rencity.city import City
from rencity.city.demo.build import make_demo
from rencity.sim.scenario import parse_scenario

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = sorted(DOCS.glob("hazard-*.md"))


@pytest.fixture(scope="module")
def block_city() -> City:
    return make_demo("block", 1).city


def scenarios(page: Path) -> list[str]:
    blocks = re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.S)
    return [block for block in blocks if "[scenario]" in block]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_shows_a_scenario_of_its_hazard_that_loads(page: Path) -> None:
    kinds = {
        hazard.kind
        for text in scenarios(page)
        for hazard in parse_scenario(text, place="p").hazards
    }
    assert page.stem.removeprefix("hazard-") in kinds


@pytest.mark.parametrize("kind", ["targeted", "cyber", "outbreak", "accident", "heat", "cold"])
def test_the_scenario_of_the_page_strikes_a_demo_city(block_city: City, kind: str) -> None:
    from rencity import stress

    (text,) = scenarios(DOCS / f"hazard-{kind}.md")
    result = stress(block_city, text, samples=4, workers=1)
    assert result.about["hazards"][0]["kind"] == kind
    assert result.about["hazards"][0]["facts"]
