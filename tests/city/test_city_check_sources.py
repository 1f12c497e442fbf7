"""A lifeline without a source is a warning; a city without any cannot run."""

from __future__ import annotations

import pytest

from rencity.city.check import check
from tests.cities import tiny_city


@pytest.mark.parametrize(
    ("assets", "severity"),
    [("power: S* a; water: W b", "warning"), ("power: S a; water: W b", "error")],
)
def test_severity_of_a_missing_source(assets, severity):
    found = [f for f in check(tiny_city(assets, "S-a W-b")) if f.rule == "no-source"]
    assert {f.severity for f in found} == {severity}
    assert "water" in {i for f in found for i in f.ids}
