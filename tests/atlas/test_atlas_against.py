"""Two runs side by side."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rencity.atlas.losses import losses_of
from rencity.atlas.runs import OpenedRun
from rencity.rehearse import stress
from rencity.sim.metrics import Z95
from tests.atlas.conftest import QUAKE, Read


def test_runs_of_different_samples_are_not_paired(read: Read) -> None:
    said = read.get("runs/shaken/against/again")
    assert {one["what"] for one in said["warnings"]} == {"scenario", "samples", "seed"}
    assert not said["paired"]
    one, two = (OpenedRun(read.sources[key]) for key in ("shaken", "again"))
    mine, its = losses_of(one).sum(0), losses_of(two).sum(0)
    whole = said["lifelines"][0]
    assert whole["difference"] == pytest.approx(its.mean() - mine.mean())
    half = Z95 * (mine.var(ddof=1) / len(mine) + its.var(ddof=1) / len(its)) ** 0.5
    assert whole["high"] - whole["difference"] == pytest.approx(half)


def test_runs_of_the_same_samples_are_paired(read: Read, tmp_path: Path) -> None:
    text = QUAKE.replace("magnitude = 6.8", "magnitude = 6.6") % {"seed": 1, "samples": 40}
    city = read.here.services.places.city("demo-block", 1)
    read.enter("milder", stress(city, text, base=tmp_path).write(tmp_path / "milder"), "stress")
    said = read.get("runs/shaken/against/milder")
    assert [one["what"] for one in said["warnings"]] == ["scenario"]
    assert said["paired"]
    mine, its = (
        losses_of(OpenedRun(folder)) for folder in (read.sources["shaken"], tmp_path / "milder")
    )
    change = its.sum(0) - mine.sum(0)
    whole = said["lifelines"][0]
    assert whole["difference"] == pytest.approx(change.mean())
    half = Z95 * change.std(ddof=1) / len(change) ** 0.5
    assert whole["low"] == pytest.approx(change.mean() - half)
    assert whole["difference"] < 0
    zones, other = read.get("runs/shaken/zones"), read.get("runs/milder/zones")
    top = said["zones"][0]
    k, m = (each["lifelines"].index(top["lifeline"]) for each in (zones, other))
    z, y = (each["ids"].index(top["zone"]) for each in (zones, other))
    assert top["outage_h"] == zones["outage_h_mean"][k][z]
    assert top["other_outage_h"] == other["outage_h_mean"][m][y]
    whole = {one["id"]: one for one in read.get("runs/shaken/key-figures")["regions"]}
    assert top["region"] in whole
    assert top["path_zh"].endswith(top["name"])
    order = [other["lifelines"].index(name) for name in zones["lifelines"]]
    after, before = (np.array(each["loss_person_h_mean"]) for each in (other, zones))
    lost = np.abs(after[order] - before)
    assert lost[k][z] == lost.max()


def test_a_run_against_itself(read: Read) -> None:
    said = read.get("runs/shaken/against/shaken")
    assert (said["warnings"], said["zones"], said["paired"]) == ([], [], True)
    assert {one["difference"] for one in said["lifelines"]} == {0}
    assert read.here.client.get("runs/shaken/against/nobody").status_code == 404
