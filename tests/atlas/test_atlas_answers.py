"""Answers read over HTTP, against their own files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rencity.sim.nminus1 import study
from tests.atlas.conftest import Read
from tests.report.fake_answers import write_answers

FILES = {"n1": "n1.json", "rate": "rate.json", "invest": "invest.json", "measure": "measures.json"}


@pytest.fixture(scope="session")
def folders(read: Read, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Answers of every kind of a small city that the server does not know, and one of its own."""
    made = write_answers(tmp_path_factory.mktemp("answers"))
    made["measure"] = made.pop("measures")
    for what, folder in made.items():
        read.enter(f"of-{what}", folder, what)
    own = tmp_path_factory.mktemp("own") / "n1"
    study(read.city).write(own)
    read.enter("own-n1", own, "n1")
    return {**made, "own": own}


def within(mine: Any, whole: Any) -> bool:
    """Whether all that is said of a thing stands in its file."""
    if isinstance(mine, dict) and isinstance(whole, dict):
        return all(within(mine[name], whole[name]) for name in mine.keys() & whole.keys())
    if isinstance(mine, list) and isinstance(whole, list):
        return len(mine) == len(whole) and all(map(within, mine, whole))
    return bool(mine == whole)


@pytest.mark.parametrize("what", FILES)
def test_an_answer_is_its_file(read: Read, folders: dict[str, Path], what: str) -> None:
    whole = json.loads((folders[what] / FILES[what]).read_text("utf-8"))
    said = read.get(f"runs/of-{what}/{what}")
    assert within(said, whole)
    left = whole.keys() - said.keys() - {"packs", "timings_s"}
    assert not left, left


def test_a_budget_tells_all_of_it(read: Read, folders: dict[str, Path]) -> None:
    whole = json.loads((folders["invest"] / "invest.json").read_text("utf-8"))
    said = read.get("runs/of-invest/invest")
    assert said["measures"][0].keys() >= whole["measures"][0].keys()
    assert said["greedy"].keys() >= whole["greedy"].keys()
    assert said["scenarios"][0].keys() >= whole["scenarios"][0].keys()


@pytest.mark.usefixtures("folders")
def test_the_worst_alone_have_places(read: Read) -> None:
    said = read.get("runs/own-n1/n1")
    ids = read.city.assets["id"]
    at = read.city.assets.geometry.representative_point()
    for one in said["worst"][:20]:
        assert ids.iloc[one["row"]] == one["asset"]
        assert (one["lon"], one["lat"]) == (at.x.iloc[one["row"]], at.y.iloc[one["row"]])
    assert said["worst"][0]["people"] > 0
    for road in said["roads"]["worst"][:20]:
        assert ids.iloc[road["row"]] == road["segment"]


@pytest.mark.usefixtures("folders")
def test_an_answer_is_read_without_its_city(read: Read) -> None:
    said = read.get("runs/of-n1/n1")
    assert {(one["row"], one["lon"]) for one in said["worst"]} == {(-1, None)}
    assert set(read.get("runs/of-rate/rate")["region_rows"].values()) == {-1}


@pytest.mark.usefixtures("folders")
@pytest.mark.parametrize("what", FILES)
def test_provenance_of_an_answer(read: Read, what: str) -> None:
    about = read.get(f"runs/of-{what}/about")
    assert about["what"] == what
    assert about["scenario"] is None
    assert about["city"]["hash"]


@pytest.mark.usefixtures("folders")
def test_one_kind_is_not_another(read: Read) -> None:
    for path in ("of-n1/rate", "of-rate/n1", "shaken/invest", "of-measure/invest"):
        answer = read.here.client.get(f"runs/{path}")
        assert answer.status_code == 409, path
        assert answer.json()["error"]["mend"]


def test_a_broken_answer(read: Read, folders: dict[str, Path]) -> None:
    read.enter("torn-rate", folders["rate"], "rate")
    (read.here.services.places.run("torn-rate") / "rate.json").write_text("{")
    answer = read.here.client.get("runs/torn-rate/rate")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "run")
    assert answer.json()["error"]["place"] == "run/torn-rate/rate.json"
