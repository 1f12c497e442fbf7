"""What cannot be asked for, and what the refusal says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rencity.jobs import inputs
from rencity.jobs.catalogue import KINDS
from rencity.jobs.pinning import _PINS
from rencity.kit.errors import (
    AbsentError,
    ConflictError,
    RencityError,
    RequestError,
    ScenarioError,
)
from rencity.registry.cities import take_in
from tests.faults.test_faults_import import MAP, NODES
from tests.jobs.conftest import SCENARIO, Desk

CITY = {"city": "block"}
TEXT = {**CITY, "text": SCENARIO}
FILES = {"reader": "tables", "files": {"a.csv": "nothing"}}


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory, demo_city: Path) -> Iterator[Desk]:
    """A desk at which nothing is changed."""
    folder = tmp_path_factory.mktemp("desk")
    made = Desk(f"sqlite:///{folder}/rencity.db", folder / "data")
    with made.store.writing("me") as tx:
        take_in(tx, made.places, demo_city)
    yield made
    made.store.close()


def test_every_kind_is_pinned_and_can_be_loaded() -> None:
    assert set(_PINS) == set(KINDS)
    for kind in KINDS.values():
        assert callable(kind.load())
        assert kind.input.model_config["extra"] == "forbid"


@pytest.mark.parametrize(
    ("kind", "given", "error", "said"),
    [
        ("stres", {}, RequestError, ("'stres'", "did you mean 'stress'")),
        ("stress", {}, RequestError, ("'city' is missing", "give city")),
        ("stress", CITY, RequestError, ("nothing strikes", "scenario or text")),
        ("stress", {**TEXT, "scenario": "s"}, RequestError, ("both given",)),
        ("stress", {**TEXT, "sample": 3}, RequestError, ("'sample'", "did you mean 'samples'")),
        ("stress", {**TEXT, "samples": 0}, RequestError, ("samples", "value 0")),
        ("stress", {**TEXT, "samples": True, "seed": -1}, RequestError, ("seed", "value -1")),
        ("stress", {**TEXT, "city": "../etc"}, RequestError, ("city", "'../etc'")),
        ("stress", {**TEXT, "city": "nowhere"}, AbsentError, ("'nowhere'", "city")),
        ("stress", {**TEXT, "version": 7}, RequestError, ("no version 7", "from 1 to 1")),
        ("stress", {**CITY, "scenario": "none"}, AbsentError, ("'none'", "scenario")),
        ("stress", {**CITY, "text": "[scenario"}, ScenarioError, ("not TOML", "text")),
        ("stress", {**CITY, "text": SCENARIO.replace("random", "radnom")}, ScenarioError, ()),
        (
            "stress",
            {**CITY, "text": SCENARIO.replace("[[haz", 'crews = "/etc/passwd"\n[[haz')},
            RequestError,
            ("leads out", "/etc/passwd"),
        ),
        ("stress", {**TEXT, "files": {"../x": "u"}}, RequestError, ("no path inside",)),
        ("stress", {**TEXT, "files": {"x.csv": "u"}}, AbsentError, ("'u'", "upload")),
        ("n1", {**CITY, "length_m": 3}, RequestError, ("length_m goes with with_link",)),
        ("measure", {**TEXT, "failed": "u"}, RequestError, ("both given",)),
        ("measure", {**CITY, "failed": "u"}, AbsentError, ("'u'", "upload")),
        ("rate", {**CITY, "scenarios": []}, RequestError, ("scenarios", "at least 1")),
        ("rate", {**CITY, "scenarios": [{"rate_per_a": 1}]}, RequestError, ("scenario or run",)),
        (
            "rate",
            {**CITY, "scenarios": [{"run": "r", "rate": 1}]},
            RequestError,
            ("'rate'", "rate_per_a"),
        ),
        ("rate", {**CITY, "scenarios": [{"run": "r"}]}, AbsentError, ("'r'", "run")),
        (
            "invest",
            {**CITY, "scenarios": [{"run": "r"}], "budget_yuan": 1},
            RequestError,
            ("measures or measures_text",),
        ),
        (
            "invest",
            {**CITY, "scenarios": [{"run": "r"}], "measures": "m", "budget_yuan": float("inf")},
            RequestError,
            ("budget_yuan",),
        ),
        ("import", {**FILES, "id": "c", "reader": "tabels"}, RequestError, ("'tabels'", "tables")),
        ("import", FILES, RequestError, ("into", "id")),
        ("import", {**FILES, "into": "block", "name": "x"}, RequestError, ("name cannot be set",)),
        ("import", {**FILES, "id": "c"}, AbsentError, ("'nothing'", "upload")),
        ("import", {**FILES, "id": "c", "files": {}}, RequestError, ("files",)),
        ("demo", {"scale": "town"}, RequestError, ("'town'", "use one of")),
        ("demo", {"city": "block"}, ConflictError, ("stands already", "import into it")),
        ("report", {"runs": ["r"]}, AbsentError, ("'r'", "run")),
        ("report", {"runs": []}, RequestError, ("runs",)),
        ("report", ["r"], RequestError, ("input",)),
    ],
)
def test_what_cannot_be_asked_for(
    refusing: Desk, kind: str, given: Any, error: type[RencityError], said: tuple[str, ...]
) -> None:
    from rencity.jobs import service

    with pytest.raises(error) as told, refusing.store.writing("me") as tx:
        service.ask(tx, kind, given, "me")
    assert told.value.place
    assert told.value.mend
    for word in said:
        assert word in str(told.value)
    with refusing.store.reading() as connection:
        assert service.page(connection) == []


@pytest.mark.parametrize(
    ("kind", "more", "what", "mend"),
    [
        ("n1", {"lifeline": "pwer"}, "no lifeline 'pwer'", "power"),
        ("n1", {"with_link": ["a", "b"]}, "no asset 'a'", "use one of"),
        ("stress", {"text": SCENARIO, "event": "none"}, "none", ""),
    ],
)
def test_what_the_work_refuses_is_told(
    plain_desk: Desk, kind: str, more: dict[str, Any], what: str, mend: str
) -> None:
    job = plain_desk.here(plain_desk.ask(kind, city="block", **more))
    assert job["state"] == "failed"
    assert what in job["fault"]["what"]
    assert mend in job["fault"]["mend"]
    assert job["outcome"] is None


def test_an_unexpected_fault_is_told_with_its_traceback_in_the_log_only(
    plain_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rencity.jobs.rehearsals.measured", lambda *_, **__: 1 / 0)
    key = plain_desk.ask("measure", city="block")
    job = plain_desk.here(key)
    assert job["fault"]["what"] == "an unexpected ZeroDivisionError"
    assert "Traceback" not in str(job["fault"])
    assert "Traceback" in plain_desk.log(key)


def test_memory_that_does_not_suffice_is_tried_thrice(
    plain_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise MemoryError

    monkeypatch.setattr("rencity.jobs.rehearsals.measured", full)
    key = plain_desk.ask("measure", city="block")
    states = [plain_desk.here(key)["state"] for _ in range(3)]
    assert states == ["queued", "queued", "failed"]
    assert "memory" in plain_desk.job(key)["fault"]["mend"]


def test_a_mapping_reads_what_was_handed_in_only(plain_desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(MAP.replace("nodes.csv", "../../../rencity.db"))
    (tmp_path / "a.csv").write_text(NODES)
    files = {"a.csv": plain_desk.upload(tmp_path / "a.csv")}
    mapping = plain_desk.upload(tmp_path / "map.toml")
    key = plain_desk.ask("import", reader="tables", id="c", files=files, mapping=mapping)
    job = plain_desk.here(key)
    assert job["state"] == "failed"
    assert "no path inside a folder" in job["fault"]["what"]


def test_a_division_code_may_be_typed_as_a_number() -> None:
    given = {"reader": "osm", "files": {"a.osm": "u"}, "id": "memphis", "code": 47157}
    read = inputs.read(inputs.ImportInput, given)
    assert isinstance(read, inputs.ImportInput)
    assert read.code == "47157"
