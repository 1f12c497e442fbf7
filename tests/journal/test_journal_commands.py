"""What the commands of the journal print, write and leave out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rencity.db import Store
from rencity.journal.chain import COVERED, digested
from rencity.kit.crypto import DEFAULT, named_digest
from rencity.registry.places import Places
from rencity.registry.store import scenarios
from tests.faults.conftest import Cli, cli
from tests.journal.kinds import Clock, gauges, opened, people

__all__ = ["cli"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    Places(folder).make()
    clock = Clock()
    store: Store = opened(f"sqlite:///{folder / 'rencity.db'}", folder, clock)
    with store.writing("li", why="hired") as tx:
        people.create(tx, "p", {"name": "王小明", "role": "chief"})
        gauges.create(tx, "g", {"count": 1, "title": "bad \x1b[31m title"})
        said = {"title_zh": "雨", "title_en": "", "text": "", "files": {}, "hazards": []}
        scenarios.create(tx, "s", {**said, "at": tx.at})
    clock.move(3600)
    with store.writing("wang") as tx:
        scenarios.change(tx, "s", {"title_en": "Rain"}, why="a name")
    store.close()
    return folder


def lines(done_out: str) -> list[dict]:
    return [json.loads(line) for line in done_out.splitlines()]


def test_export_leaves_personal_words_out(data: Path, cli: Cli, tmp_path: Path) -> None:
    done = cli("journal", "export", "--data", data)
    assert (done.code, len(lines(done.out)), "王小明" in done.out) == (0, 4, False)
    (person,) = (one for one in lines(done.out) if one["kind"] == "person")
    assert person["changed"]["personal"] == ["contacts", "name"]
    done = cli("journal", "export", "--data", data, "--personal", "--out", tmp_path / "all.jsonl")
    assert done.code == 0
    assert "王小明" in (tmp_path / "all.jsonl").read_text()


def test_an_exported_entry_can_be_proved_without_rencitys_database(data: Path, cli: Cli) -> None:
    before: dict[int, str] = {}
    for one in lines(cli("journal", "export", "--data", data).out):
        changed = json.dumps(
            one["changed"], ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )
        fields = [changed if name == "changed" else one[name] for name in COVERED]
        digest = named_digest(digested(before.get(one["stream"], ""), fields), DEFAULT)
        assert digest == one["digest"]
        before[one["stream"]] = digest


def test_export_takes_what_is_asked_for(data: Path, cli: Cli) -> None:
    def verbs(*words: str) -> list[str]:
        return [one["verb"] for one in lines(cli("journal", "export", "--data", data, *words).out)]

    assert verbs("--kind", "scenario") == ["create", "change"]
    assert verbs("--subject", "g") == ["create"]
    assert verbs("--since", "2026-03-01T08:30:00") == ["change"]
    assert verbs("--until", "2026-03-01T08:30:00") == ["create"] * 3
    assert verbs("--kind", "none") == []


def test_show_tells_before_and_after(data: Path, cli: Cli) -> None:
    done = cli("journal", "show", "scenario", "s", "--data", data)
    assert "change  v2  wang  (a name)" in done.out
    assert '  title_en: "" → "Rain"' in done.out
    at = ("--at", "2026-03-01T08:30:00")
    assert json.loads(cli("journal", "show", "scenario", "s", *at, "--data", data).out) == {
        "at": "2026-03-01T08:00:00.000000Z", "files": {}, "hazards": [], "text": "",
        "title_en": "", "title_zh": "雨", "version": 1,
    }  # fmt: skip
    assert "\x1b" not in cli("journal", "show", "gauge", "g", "--data", data).out
    cli("journal", "show", "scenario", "x", "--data", data).refuses("scenario/x", "tells of none")


def test_verify_says_what_is_proved_and_what_is_not(data: Path, cli: Cli, tmp_path: Path) -> None:
    root = tmp_path / "root.json"
    done = cli("journal", "verify", "--data", data)
    assert done.code == 0
    assert "not proven" in done.out
    assert "entries after it: 4" in done.out
    assert cli("journal", "export", "--root", "--out", root, "--data", data).code == 0
    said = cli("journal", "verify", "--root", root, "--data", data)
    assert "proved by a root kept elsewhere" in said.out
    assert "not proven" not in said.out
    assert json.loads(root.read_text())["digest"] in said.out
    store = opened(f"sqlite:///{data / 'rencity.db'}", data)
    with store.engine.begin() as connection:
        connection.execute(scenarios.table.update().values(title_en="Flood"))
    store.close()
    done = cli("journal", "verify", "--data", data, "--json")
    assert done.code == 1
    verdict = json.loads(done.out)
    assert (verdict["sound"], [one["rule"] for one in verdict["findings"]]) == (
        False, ["record-changed"],
    )  # fmt: skip
    assert "scenario/s: title_en differs" in cli("journal", "verify", "--data", data).out
    empty = tmp_path / "empty"
    assert cli("db", "upgrade", "--data", empty).code == 0
    cli("journal", "export", "--root", "--data", empty).refuses("the journal is empty")


def test_erase_tells_what_it_cannot_reach(data: Path, cli: Cli) -> None:
    done = cli("journal", "erase", "scenario", "s", "--why", "asked", "--data", data)
    assert (done.code, "backups made before" in done.out) == (0, True)
    cli("journal", "erase", "nothing", "s", "--why", "x", "--data", data).refuses("one of city")
    cli("journal", "erase", "city", "x", "--why", "x", "--data", data).refuses("no city has the id")
    assert cli("journal", "verify", "--data", data).code == 0
