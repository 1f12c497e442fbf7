"""The page on the demo city shows the figures that the demo city has."""

from __future__ import annotations

from pathlib import Path

import pytest

from rencity.city.statistics import against_stated, statistics
from tests.cities import demo_of

PAGE = Path(__file__).resolve().parents[2] / "docs" / "demo-city.md"


def test_the_page_shows_every_public_figure_and_the_deviation_from_it() -> None:
    rows = [line.split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines()]
    shown = {row[0].removeprefix("| "): row for row in rows if len(row) == 5}
    city = demo_of("city").city
    found = against_stated(statistics(city), city.identity.code)
    assert len(found) > 10
    for figure in found:
        name = f"{figure['zh']} {figure['en']}"
        cells = next(row for head, row in shown.items() if head.startswith(name))
        value, _, off = cells[2].partition(" (")
        assert float(value.replace(",", "")) == pytest.approx(figure["found"], abs=0.51, rel=1e-3)
        said = 0.0 if off == "within)" else float(off.removesuffix("%)")) / 100
        assert said == pytest.approx(figure["deviation"], abs=0.0006), name
        assert figure["source"] in cells[4]
        assert ("(check)" in cells[4]) is not figure["read"]
