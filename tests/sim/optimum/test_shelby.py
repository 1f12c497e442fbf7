"""INDP's Shelby County: the counts its files tell, its damage, and files that are broken."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from rencity.kit.errors import InputError
from rencity.sim.optimum.evaluate import FlowProgramme
from rencity.sim.optimum.shelby import INPUT, PROBABILITIES, load_shelby


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    return shared_data / "interdependent/shelby_indp/INDP_7-20-2015"


def test_counts(folder: Path) -> None:
    net = load_shelby(folder).network
    assert np.bincount(net.lifeline).tolist() == [49, 16, 60]  # array n
    assert len(net.arc_tail) == 328  # array a, both directions
    assert len(net.link) == 164
    assert len(net.site_cost) == 111  # array g
    assert len(net.site) == 262  # array beta, one direction
    assert len(net.need_provider) == 45  # entries of gamma that are not zero
    assert net.crew.tolist() == [1] * 289
    assert [net.supply[net.lifeline == line].sum() for line in range(3)] == [0, 0, 0]
    assert [net.demand[net.lifeline == line].sum() for line in range(3)] == [997, 1000, 1447]


def test_undamaged_meets_all_demand(folder: Path) -> None:
    for needs in ("water", "power", "none"):
        net = load_shelby(folder, needs=needs).network
        flow = FlowProgramme(net).solve(np.ones(net.parts, bool))
        assert flow.shortage.sum() == 0
        assert flow.cost == pytest.approx(775_869)


def test_needs_read_both_ways(folder: Path) -> None:
    water, power = (load_shelby(folder, needs=needs).network for needs in ("water", "power"))
    assert {water.node[row].split("-")[0] for row in water.need_node} == {"water"}
    assert {power.node[row].split("-")[0] for row in power.need_node} == {"power"}
    assert len(power.need_node) == 45
    assert len(load_shelby(folder, needs="none").network.need_node) == 0


def test_damage_is_drawn_as_often_as_told(folder: Path) -> None:
    data = load_shelby(folder)
    n, samples = len(data.network.node), 4000
    drawn = data.damage(9, samples, 1, "both")
    share, chance = drawn.mean(axis=0), data.probability[9]
    spread = np.sqrt(chance * (1 - chance) / samples)
    assert (np.abs(share - chance) < 4.5 * spread).all()
    assert not data.damage(9, 50, 1, "links")[:, :n].any()
    assert not data.damage(9, 50, 1, "nodes")[:, n:].any()
    # more samples continue the earlier ones; parts that may not break move no other's draw
    assert (data.damage(9, 10, 1, "both") == drawn[:10]).all()
    assert (data.damage(9, 10, 1, "links")[:, n:] == drawn[:10, n:]).all()
    assert (data.damage(9, 10, 2, "both") != drawn[:10]).any()


def test_magnitudes_grow(folder: Path) -> None:
    chance = load_shelby(folder).probability
    assert sorted(chance) == [6, 7, 8, 9]
    for less, more in ((6, 7), (7, 8), (8, 9)):
        assert (chance[less] < chance[more]).all()


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    made = tmp_path / "shelby"
    for name in (INPUT, *(PROBABILITIES.format(m) for m in (6, 7, 8, 9))):
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / name, made / name)
    return made


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (INPUT, "u:[", "uu:[", "array u is absent"),
        (INPUT, "( 17,   1,   1,   1)    175", "( 17,   1,   1,   1)", "is no entry"),
        (INPUT, "( 17,   1,   1,   1)    175", "( 17,   1,   1)    175", "3 indices instead of 4"),
        (INPUT, "( 17,   1,   1,   1)    175", "", "(17, 1, 1, 1) is absent"),
        (PROBABILITIES.format(6), "( 17,   1,   1) 0.0524", "( 17,   1,   1) 1.5", ""),
        (PROBABILITIES.format(7), "probn", "probx", "no probability from 0 to 1 for 125 parts"),
    ],
)
def test_broken_files_are_named(copy: Path, name: str, old: str, new: str, said: str) -> None:
    text = (copy / name).read_text("latin-1")
    assert old in text
    (copy / name).write_text(text.replace(old, new), "latin-1")
    if not said:  # links are read from their first direction
        load_shelby(copy)
        return
    with pytest.raises(InputError) as told:
        load_shelby(copy)
    assert said in str(told.value)


def test_absent_and_empty_files_are_named(copy: Path) -> None:
    (copy / INPUT).write_text("nothing")
    with pytest.raises(InputError, match="holds no arrays"):
        load_shelby(copy)
    (copy / INPUT).unlink()
    with pytest.raises(InputError, match="absent"):
        load_shelby(copy)
