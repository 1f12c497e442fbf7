"""Runs that are gone, half written, of another kind, or replaced while a server holds them."""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path

import pytest

from rencity.atlas.runs import OpenedRuns
from rencity.atlas.shelf import Shelf
from tests.atlas.conftest import Read

PATHS = (
    *("about", "key-figures", "curves", "zones", "frames?lifeline=power", "asset-states"),
    *("assets", "outages", "weak-links", "asset-frames", "asset-cells", "asset-cells/frames"),
)


@pytest.mark.parametrize("path", PATHS)
def test_a_run_whose_folder_is_gone(read: Read, path: str) -> None:
    key = "gone" + path.split("?", maxsplit=1)[0].replace("/", "-")
    read.enter(key, read.sources["shaken"], "stress")
    shutil.rmtree(read.here.services.places.run(key))
    answer = read.here.client.get(f"runs/{key}/{path}")
    error = answer.json()["error"]
    assert (answer.status_code, error["place"]) == (404, f"run/{key}")
    assert "backup" in error["mend"]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("result.nc", None), ("result.nc", "half"), ("zones.parquet", "half"),
        ("summary.json", "{"), ("run.json", '{"format": 1}'),
    ],
)  # fmt: skip
def test_a_half_written_run(read: Read, file: str, text: str | None) -> None:
    key = f"half-{file}-{text}".replace("{", "x").replace('"', "")[:30].replace(" ", "")
    read.enter(key, read.sources["shaken"], "stress")
    path = read.here.services.places.run(key) / file
    path.unlink() if text is None else path.write_text(text)
    answer = read.here.client.get(f"runs/{key}/curves")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (409, "run")
    assert str(read.here.services.places.folder) not in answer.text
    assert error["place"].startswith(f"run/{key}")
    assert "again" in error["mend"]


def test_a_run_replaced_while_it_is_held(read: Read) -> None:
    read.enter("swap", read.sources["shaken"], "stress")
    first = read.get("runs/swap/curves")
    folder = read.here.services.places.run("swap")
    shutil.rmtree(folder)
    shutil.copytree(read.sources["again"], folder)
    assert read.get("runs/swap/curves") == read.get("runs/again/curves") != first


def test_an_answer_is_no_run(read: Read, tmp_path: Path) -> None:
    (tmp_path / "n1.json").write_text(json.dumps({"city": {"id": "x", "hash": "y"}}))
    read.enter("lone", tmp_path, "n1")
    answer = read.here.client.get("runs/lone/curves")
    assert answer.status_code == 409
    assert answer.json()["error"]["what"] == "run lone is of kind n1, not stress"


def test_a_run_is_opened_once_for_all_who_ask(read: Read) -> None:
    held = OpenedRuns()
    found: list[object] = []
    threads = [
        threading.Thread(target=lambda: found.append(held.of(read.sources["shaken"], "shaken")))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(map(id, found))) == 1


def test_the_least_recently_asked_for_goes_first() -> None:
    made: list[str] = []
    shelf: Shelf[str, str] = Shelf(len, 6)

    def ask(key: str) -> str:
        def make() -> str:
            made.append(key)
            return key * 3

        return shelf.of(key, make)

    for key in "abacab":
        assert ask(key) == key * 3
    assert made == ["a", "b", "c", "b"]


def test_what_cannot_be_made_is_tried_again() -> None:
    shelf: Shelf[str, str] = Shelf(len, 6)
    with pytest.raises(ZeroDivisionError):
        shelf.of("a", lambda: str(1 / 0))
    assert shelf.of("a", lambda: "made") == "made"
