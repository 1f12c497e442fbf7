"""Each kind of job on real functions: what it makes, where it lies, what the records say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rencity.city import City
from rencity.jobs import attempts, finishing
from rencity.jobs.store import Limits
from rencity.jobs.sweeping import sweep
from rencity.kit.errors import StorageError
from rencity.registry import scenarios as kept
from rencity.registry.cities import take_in
from rencity.registry.store import cities, city_versions, runs, scenarios
from rencity.rehearse import invest, rate, stress
from rencity.sim.nminus1 import study
from tests.faults.test_faults_import import MAP, NODES
from tests.jobs.conftest import SCENARIO, Desk

MEASURES = """
[[measures]]
id = "harden"
kind = "harden"
kinds = ["power.transformer"]
probability_factor = 0.5
cost_yuan = 1e6
"""


def done(desk: Desk, kind: str, **given: Any) -> dict[str, Any]:
    key = desk.ask(kind, **given)
    job = desk.here(key)
    assert job["state"] == "done", (job["fault"], desk.log(key))
    assert not (desk.places.work / key).exists()
    return job


def run_of(desk: Desk, job: dict[str, Any]) -> dict[str, Any]:
    with desk.store.reading() as connection:
        return runs.get(connection, job["outcome"]["run"])


def keep_scenario(desk: Desk, key: str, text: str, version: int | None = None) -> None:
    with desk.store.writing("me") as tx:
        said = kept.checked(tx, text, {})
        kept.put(tx, key, said, version=version, new=version is None)


def test_a_scenario_is_struck_as_it_stood_when_asked(plain_desk: Desk, demo_city: Path) -> None:
    keep_scenario(plain_desk, "s", SCENARIO)
    key = plain_desk.ask("stress", city="block", scenario="s", explain=0)
    keep_scenario(plain_desk, "s", SCENARIO.replace("0.05", "0.5"), version=1)
    with plain_desk.store.writing("me") as tx:
        scenarios.remove(tx, "s")
    job = plain_desk.here(key)
    row = run_of(plain_desk, job)
    assert row["digest"] == stress(demo_city, SCENARIO, explain=0).digest
    assert (row["what"], row["scenario"], row["scenario_version"]) == ("stress", "s", 1)
    assert (row["city"], row["city_version"], row["samples"]) == ("block", 1, 64)
    assert row["city_hash"] == City.open(demo_city).hash
    assert row["job"] == job["id"]
    assert row["packs"]


def test_answers_are_those_of_the_commands(plain_desk: Desk, demo_city: Path) -> None:
    keep_scenario(plain_desk, "s", SCENARIO)
    struck = done(plain_desk, "stress", city="block", scenario="s", explain=0)
    alone = done(plain_desk, "n1", city="block", lifeline="power")
    nets = done(plain_desk, "measure", city="block", scenario="s", events=3, lifeline="power")
    rated = done(plain_desk, "rate", city="block", scenarios=[{"scenario": "s", "rate_per_a": 0.1}])
    again = done(
        plain_desk, "rate", city="block",
        scenarios=[{"run": struck["outcome"]["run"], "rate_per_a": 0.1}],
    )  # fmt: skip
    best = done(
        plain_desk, "invest", city="block", scenarios=[{"scenario": "s"}], budget_yuan=2e6,
        measures_text=MEASURES,
    )  # fmt: skip
    folder = plain_desk.folder.parent
    (folder / "s.toml").write_text(SCENARIO)
    (folder / "m.toml").write_text(MEASURES)
    (folder / "set.toml").write_text('[[scenarios]]\npath = "s.toml"\nrate_per_a = 0.1\n')
    direct = rate(demo_city, folder / "set.toml").about["digest"]
    assert run_of(plain_desk, rated)["digest"] == direct
    first, second = (
        json.loads((plain_desk.places.run(job["id"]) / "rate.json").read_text())["aal"]
        for job in (rated, again)
    )
    assert first == second
    direct = invest(demo_city, [folder / "s.toml"], folder / "m.toml", 2e6).about["digest"]
    assert run_of(plain_desk, best)["digest"] == direct
    said = json.loads((plain_desk.places.run(alone["id"]) / "n1.json").read_text())
    assert said["worst"] == study(City.open(demo_city), lifeline="power").about["worst"]
    said = json.loads((plain_desk.places.run(nets["id"]) / "measures.json").read_text())
    assert said["events"]["count"] == run_of(plain_desk, nets)["samples"] == 3
    keys = [job["id"] for job in (struck, alone, nets, rated, best)]
    pages = done(plain_desk, "report", runs=keys)
    names = [page["file"] for page in pages["outcome"]["files"]]
    assert names == [f"{keys[0]}-zh.html", "decide-zh.html", f"{keys[0]}-en.html", "decide-en.html"]
    for name in names:
        assert "<html" in (plain_desk.places.reports / pages["id"] / name).read_text()


def test_a_demo_city_is_entered(plain_desk: Desk) -> None:
    job = done(plain_desk, "demo", scale="block", seed=3, city="other")
    assert job["outcome"]["version"] == 1
    with plain_desk.store.reading() as connection:
        row = city_versions.get(connection, "other@1")
        assert cities.get(connection, "other")["current"] == 1
    city = City.open(plain_desk.places.city("other", 1))
    assert (city.identity.id, city.hash) == ("other", row["hash"])
    assert row["job"] == job["id"]


@pytest.fixture
def tables(plain_desk: Desk, tmp_path: Path) -> dict[str, Any]:
    """What an import of two assets is told."""
    (tmp_path / "nodes.csv").write_text(NODES)
    (tmp_path / "map.toml").write_text(MAP)
    files = {"nodes.csv": plain_desk.upload(tmp_path / "nodes.csv")}
    return {"reader": "tables", "files": files, "mapping": plain_desk.upload(tmp_path / "map.toml")}


def test_an_import_makes_a_city_and_its_next_version(
    plain_desk: Desk, tables: dict[str, Any], tmp_path: Path
) -> None:
    first = done(plain_desk, "import", id="new", name="新城", **tables)["outcome"]
    assert (first["city"], first["version"], first["added"]["assets"]) == ("new", 1, 2)
    (layer,) = first["layers"]
    assert layer["read"] == layer["kept"] == 2
    same = done(plain_desk, "import", into="new", **tables)["outcome"]
    assert (same["version"], same["changed"]) == (1, False)
    (tmp_path / "nodes.csv").write_text(NODES + "s2,power,substation_low,120.302,31.500,1\n")
    more = {**tables, "files": {"nodes.csv": plain_desk.upload(tmp_path / "nodes.csv")}}
    second = done(plain_desk, "import", into="new", **more)["outcome"]
    assert (second["version"], second["added"]["assets"]) == (2, 1)
    cities_there = [City.open(plain_desk.places.city("new", number)) for number in (1, 2)]
    assert [len(city.assets) for city in cities_there] == [2, 3]
    with plain_desk.store.reading() as connection:
        assert city_versions.get(connection, "new@2")["parent"] == cities_there[0].hash


def test_a_failed_import_names_its_file_as_handed_in(
    plain_desk: Desk, tables: dict[str, Any], tmp_path: Path
) -> None:
    """Whoever asks knows the file by its name, not by where the server keeps it."""
    (tmp_path / "nodes.csv").write_text("")
    empty = {**tables, "files": {"given/nodes.csv": plain_desk.upload(tmp_path / "nodes.csv")}}
    job = plain_desk.here(plain_desk.ask("import", id="new", **empty))
    assert job["state"] == "failed"
    assert str(plain_desk.places.folder) not in str(job["fault"])
    assert str(job["fault"]["place"]).startswith(("nodes.csv", "given/nodes.csv")), job["fault"]


def test_a_city_that_went_on_meanwhile_is_begun_from_anew(
    plain_desk: Desk, tables: dict[str, Any], monkeypatch: pytest.MonkeyPatch, demo_city: Path
) -> None:
    """Another import ends while this one works: neither's rows are lost."""
    entering, others = finishing.entering, iter([1])

    def later(context: Any, made: Any) -> Any:
        if next(others, None):
            city = City.open(demo_city)
            zones = city.zones.copy()
            zones.loc[0, "people_night"] += 1
            city.replace(zones=zones).write(plain_desk.folder / "other")
            with plain_desk.store.writing("other") as tx:
                take_in(tx, plain_desk.places, plain_desk.folder / "other")
        return entering(context, made)

    monkeypatch.setattr(finishing, "entering", later)
    key = plain_desk.ask("import", into="block", far=True, infer=False, **tables)
    job = plain_desk.here(key)
    assert (job["state"], job["outcome"]["version"]) == ("done", 3), job["fault"]
    assert "from version 1 to 2 meanwhile" in plain_desk.log(key)
    whole, base = (City.open(plain_desk.places.city("block", n)) for n in (3, 2))
    assert whole.zones["people_night"].sum() == base.zones["people_night"].sum()
    assert set(whole.assets["id"]) - set(base.assets["id"]) == {"s1", "p1"}


def test_a_city_made_meanwhile_is_not_overwritten(plain_desk: Desk, tables: dict[str, Any]) -> None:
    one, two = (plain_desk.ask("import", id="new", **tables) for _ in range(2))
    assert plain_desk.here(one)["state"] == "done"
    job = plain_desk.here(two)
    assert job["state"] == "failed"
    assert "was made meanwhile" in job["fault"]["what"]


class Killed(BaseException):
    """As if the process ended here."""


@pytest.mark.parametrize("kind", ["stress", "demo"])
def test_killed_between_the_folder_and_the_record(
    plain_desk: Desk, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    given = {"city": "block", "text": SCENARIO, "explain": 0} if kind == "stress" else {"city": "x"}
    key = plain_desk.ask(kind, **given)

    def die(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(attempts, "done", die)
        with pytest.raises(Killed):
            plain_desk.here(key)
    there = plain_desk.places.run(key) if kind == "stress" else plain_desk.places.city("x", 1)
    assert there.is_dir()
    with plain_desk.store.reading() as connection:
        assert runs.find(connection, key) is None
        assert cities.find(connection, "x") is None
    with plain_desk.store.writing("system") as tx:
        attempts.lost(tx, key, 1, "killed")
    monkeypatch.setattr("rencity.jobs.worker.kind_of", None)  # nothing is made again
    job = plain_desk.here(key)
    assert (job["state"], job["attempt"]) == ("done", 2), job["fault"]
    assert there.is_dir()


def test_a_full_disk_at_the_end_loses_no_work(
    plain_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = plain_desk.ask("stress", city="block", text=SCENARIO, explain=0)

    def full(*_: Any) -> None:
        raise StorageError("No space left on device", place="runs", mend="free space")

    with monkeypatch.context() as patch:
        patch.setattr(finishing, "_link", full)
        patch.setattr("rencity.jobs.worker.TELL_S", 0.0)
        job = plain_desk.here(key)
    assert job["fault"] == {
        "what": "No space left on device", "place": "runs", "mend": "free space",
    }  # fmt: skip
    from rencity.jobs import service

    with plain_desk.store.writing("me") as tx:
        service.retry(tx, key)
    monkeypatch.setattr("rencity.jobs.worker.kind_of", None)
    assert plain_desk.here(key)["state"] == "done"


def test_what_a_removed_job_left_goes(plain_desk: Desk) -> None:
    from rencity.jobs import service

    keys = [plain_desk.ask("n1", city="block") for _ in range(2)]
    for key in keys:
        (plain_desk.places.work / key).mkdir()
        plain_desk.places.run(key).mkdir()
    with plain_desk.store.writing("me") as tx:
        service.cancel(tx, keys[0])
        service.remove(tx, keys[0])
    sweep(plain_desk.store, plain_desk.places)
    assert not (plain_desk.places.work / keys[0]).exists()
    assert not plain_desk.places.run(keys[0]).exists()
    assert (plain_desk.places.work / keys[1]).exists()
    with plain_desk.store.writing("me") as tx:
        assert attempts.claim(tx, Limits(), "w")["id"] == keys[1]


def test_a_real_network_is_imported(plain_desk: Desk, shared_data: Path) -> None:
    source = next(iter(sorted((shared_data / "water").rglob("*.inp"))))
    files = {source.name: plain_desk.upload(source)}
    key = plain_desk.ask("import", reader="epanet", id="net", files=files, crs="EPSG:32651")
    job = plain_desk.here(key)
    assert job["state"] == "done", job["fault"]
    city = City.open(plain_desk.places.city("net", 1))
    assert job["outcome"]["added"]["assets"] == len(city.assets)
