"""Small communities that exchange resources, from their own files, against published runs."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from rencity.kit.errors import InputError
from rencity.sim.balance.exchange import damage_of, follow, read_exchange
from tests.conftest import require

CASES = Path(__file__).parent
CLOSE = 1e-9
FIGURES = {
    "pyrecodes_example1": {"ElectricPower": 30.4, "CoolingWater": 11.0, "Communication": 60.0828},
    "pyrecodes_example2": {
        "ElectricPower": 1017.8518,
        "CoolingWater": 4.2,
        "LowLevelCommunication": 14440.2448,
        "HighLevelCommunication": 6578.0,
        "PotableWater": 63.73546,
        "Shelter": 67156,
    },
}
NAMES = tuple(FIGURES)


@pytest.fixture
def files(shared_data, request):
    folder = shared_data / "interdependent" / request.param
    require(folder.is_dir(), f"{folder}")
    return folder


def rows(name: str, file: str) -> list[dict[str, str]]:
    with (CASES / name / file).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


@pytest.mark.parametrize("files", NAMES, indirect=True)
def test_unmet_demand_is_what_the_tool_gives(files, figure):
    exchange = read_exchange(files)
    unmet = dict(
        zip(exchange.resource, follow(exchange, damage_of(files)[None]).unmet[0], strict=True)
    )
    for row in rows(files.name, "expected.csv"):
        assert unmet[row["resource"]] == pytest.approx(float(row["unmet"]), rel=CLOSE)
    for resource, printed in FIGURES[files.name].items():
        figure(f"{files.name}, {resource} unmet", printed, unmet[resource])
        assert unmet[resource] == pytest.approx(printed, abs=1e-4)


@pytest.mark.parametrize("files", NAMES, indirect=True)
def test_drawn_damages_too_and_lanes_stay_apart(files):
    exchange = read_exchange(files)
    drawn = rows(files.name, "drawn.csv")
    damage = np.array([[float(d) for d in row["damage"].split()] for row in drawn])
    found = follow(exchange, damage)
    for lane, row in enumerate(drawn):
        assert found.steps[lane] == int(row["steps"])
        for name, unmet in zip(exchange.resource, found.unmet[lane], strict=True):
            if name in row:
                assert unmet == pytest.approx(float(row[name]), rel=CLOSE, abs=CLOSE)
    assert (follow(exchange, damage[-1:]).unmet[0] == found.unmet[-1]).all()
    assert (found.unmet <= found.wanted * (1 + CLOSE)).all()


@pytest.mark.parametrize("files", NAMES[:1], indirect=True)
def test_an_undamaged_community_wants_for_nothing_but_calls(files):
    exchange = read_exchange(files)
    found = follow(exchange, np.zeros((1, len(exchange.name))))
    short = [r for r, u in zip(exchange.resource, found.unmet[0], strict=True) if u > CLOSE]
    assert short == ["Communication"]  # calls rise tenfold at the shock whatever broke


def changed(files: Path, tmp_path: Path, file: str, change) -> Path:
    folder = tmp_path / files.name
    shutil.copytree(files, folder)
    path = next(folder.glob(f"*{file}*"))
    said = json.loads(path.read_text("utf-8"))
    change(said)
    path.write_text(json.dumps(said), "utf-8")
    return folder


def _mend(said):
    repair = said["ElectricPowerPlant"]["RecoveryModel"]["Parameters"]["Repair"]
    repair["Demand"] = [{"Resource": "Money", "Amount": 1}]


def _drawn(said):
    repair = said["ElectricPowerPlant"]["RecoveryModel"]["Parameters"]["Repair"]
    repair["Duration"] = {"Lognormal": {"Median": 3, "Dispersion": 1}}


def _unknown(said):
    said["ElectricPowerPlant"]["Supply"]["Sunlight"] = {"Amount": 1}


def _relation(said):
    said["ElectricPowerPlant"]["Supply"]["ElectricPower"]["UnmetDemandToAmountRelation"] = "Magic"


def _used_up(said):
    flow = said["ElectricPowerPlant"]["Supply"]["ElectricPower"]
    flow["ResourceClass"] = {"FileName": "consumable_resource", "ClassName": "ConsumableResource"}


@pytest.mark.parametrize("files", NAMES[:1], indirect=True)
@pytest.mark.parametrize(
    ("change", "what"),
    [
        (_mend, "ElectricPowerPlant is mended by more than one plain repair"),
        (_drawn, "ElectricPowerPlant has no plain repair time above 0"),
        (_unknown, "names the resource Sunlight, which is not described"),
        (_relation, "ElectricPowerPlant has a relation Magic"),
        (_used_up, "ElectricPowerPlant has a stock that is used up"),
    ],
)
def test_what_is_not_followed_is_refused_by_name(files, tmp_path, change, what):
    with pytest.raises(InputError, match=what) as told:
        read_exchange(changed(files, tmp_path, "ComponentLibrary", change))
    assert told.value.mend


@pytest.mark.parametrize("files", NAMES[:1], indirect=True)
def test_a_random_order_is_refused(files, tmp_path):
    def change(said):
        priority = said["Resources"]["ElectricPower"]["DistributionModel"]["Parameters"]
        priority["DistributionPriority"]["ClassName"] = "RandomPriority"

    with pytest.raises(InputError, match=r"ElectricPower is shared out by .*RandomPriority"):
        read_exchange(changed(files, tmp_path, "SystemConfiguration", change))


@pytest.mark.parametrize("files", NAMES[:1], indirect=True)
@pytest.mark.parametrize("damage", [[0.4], ["a"] * 11, [2.0] + [0.0] * 10])
def test_damage_that_fits_nothing_is_refused(files, tmp_path, damage):
    def change(said):
        said["DamageInput"]["Parameters"] = damage

    with pytest.raises(InputError, match="damage"):
        damage_of(changed(files, tmp_path, "SystemConfiguration", change))


@pytest.mark.parametrize("files", NAMES[:1], indirect=True)
def test_paths_to_nowhere_are_refused(files, tmp_path):
    def change(said):
        said["from 1 to 9"] = [[1, 9]]

    with pytest.raises(InputError, match="no paths between localities of the file"):
        read_exchange(changed(files, tmp_path, "potential_path_sets", change))
