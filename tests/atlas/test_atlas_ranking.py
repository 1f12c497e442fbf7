"""Runs of a version, the gravest first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from rencity.atlas.losses import losses_of
from rencity.atlas.runs import OpenedRun
from tests.atlas.conftest import Read
from tests.servers import new_key

RANKING = "cities/demo-block/versions/1/ranking"


def ranked(read: Read, **params: Any) -> dict[str, dict[str, Any]]:
    return {one["run"]["id"]: one for one in read.get(RANKING, **params)["items"]}


@contextmanager
def entered(read: Read, key: str, **said: Any) -> Iterator[Path]:
    """A copy of the first run under another name; gone afterwards, for others read here too."""
    read.enter(key, read.sources["shaken"], "stress", **said)
    try:
        yield read.here.services.places.run(key)
    finally:
        headers = {"If-Match": '"1"', **new_key()}
        assert read.here.client.delete(f"runs/{key}", headers=headers).status_code == 204


def test_the_gravest_run_comes_first(read: Read) -> None:
    lost = {key: losses_of(OpenedRun(folder)) for key, folder in read.sources.items()}
    found = ranked(read)
    for key, loss in lost.items():
        brief = found[key]["brief"]
        assert brief["loss_person_h"] == pytest.approx(loss.sum(0).mean(), rel=1e-6)
        assert brief["title"] == {"zh": "地震加暴雨", "en": "Shaken and wet"}
        figures = read.get(f"runs/{key}/key-figures")
        assert brief["lifeline"] == figures["lifelines"][0]["id"]
        assert (brief["unit"], brief["horizon_h"]) == (figures["unit"], 96)
    losses = [one["brief"]["loss_person_h"] for one in found.values()]
    assert losses == sorted(losses, reverse=True)
    assert len(set(losses)) > 1


def test_a_graver_run_overtakes_and_the_list_may_be_cut(read: Read) -> None:
    with entered(read, "graver") as folder:
        path = folder / "summary.json"
        summary = json.loads(path.read_text("utf-8"))
        for line in summary["lifelines"].values():
            line["loss_person_h"]["mean"] *= 10
        path.unlink()
        path.write_text(json.dumps(summary), "utf-8")
        said = read.get(RANKING, limit=1)
        assert [one["run"]["id"] for one in said["items"]] == ["graver"]
        assert said["total"] >= 3


@pytest.mark.parametrize(("file", "what"), [("summary.json", "summary.json"), ("run.json", "gone")])
def test_a_run_that_cannot_be_read_ranks_last_and_says_why(
    read: Read, file: str, what: str
) -> None:
    broken = f"without-{file}"  # a name of its own: the folder goes some time after the record
    with entered(read, broken) as folder:
        (folder / file).unlink()
        found = ranked(read)
        assert list(found)[-1] == broken
        assert found[broken]["brief"] is None
        assert what in found[broken]["fault"]
        assert all(not one["fault"] for key, one in found.items() if key != broken)


def test_runs_of_earlier_versions_are_counted_only(read: Read) -> None:
    before = read.get(RANKING)
    assert (before["earlier"], before["earlier_version"]) == (0, None)
    with entered(read, "old", city_version=0):
        after = read.get(RANKING)
        assert (after["earlier"], after["earlier_version"]) == (1, 0)
        assert after["total"] == before["total"]
        assert "old" not in ranked(read)


def test_no_such_version(read: Read) -> None:
    for path in ("cities/demo-block/versions/9/ranking", "cities/nobody/versions/1/ranking"):
        answer = read.here.client.get(path)
        assert answer.status_code in (400, 404)
        assert answer.json()["error"]["mend"]
