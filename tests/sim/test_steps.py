"""Steps stand where something can change by itself."""

from __future__ import annotations

from rencity.city.network import build_network
from rencity.sim.steps import step_edges
from tests.cities import tiny_city


def test_edges_at_backups_manual_starts_switching_and_the_regular_step():
    city = tiny_city(
        "power: S* T* a b; telecom: C* M",
        "S-a a~b@90 b~T C-M",
        [{"asset": "M", "of": "a", "backup_h": 4.5, "manual_start_h": 11}],
    )
    edges = step_edges(build_network(city), horizon_min=24 * 60, step_min=360)
    assert edges.tolist() == [0, 90, 270, 360, 660, 720, 1080]


def test_nothing_at_or_after_the_horizon():
    city = tiny_city(
        "power: S* a; telecom: C* M", "S-a C-M", [{"asset": "M", "of": "a", "backup_h": 48}]
    )
    assert step_edges(build_network(city), horizon_min=720, step_min=360).tolist() == [0, 360]
