"""Jobs over HTTP: asked for, watched, cancelled, tried again, limited; what they make is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rencity import stress
from rencity.city import City
from rencity.jobs.catalogue import KINDS
from rencity.jobs.store import Limits
from tests.api.versions import registered
from tests.servers import Here, events_of, new_key, scenario, until


def ask(here: Here, kind: str, **given: Any) -> dict[str, Any]:
    answer = here.client.post("jobs", json={"kind": kind, "input": given}, headers=new_key())
    assert answer.status_code == 202, answer.text
    assert answer.headers["Location"] == f"/api/v1/jobs/{answer.json()['id']}"
    return answer.json()


def ended(here: Here, job: str, state: str = "done") -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        row = here.client.get(f"jobs/{job}").json()
        return row if row["state"] in ("done", "failed", "cancelled") else None

    row = until(look, f"job {job}")
    log = here.client.get(f"jobs/{job}/log").text
    assert row["state"] == state, (row, log)
    return row


def test_a_rehearsal_from_city_to_page(standing: Here) -> None:
    made = ended(standing, ask(standing, "demo", scale="block", city="block")["id"])
    assert made["outcome"]["city"] == "block"
    city = standing.client.get("cities/block").json()
    assert city["current"] == 1
    version = standing.client.get("cities/block/versions/1").json()
    assert version["job"] == made["id"]
    assert standing.client.get("cities/block/versions/1/info").json()["hash"] == version["hash"]
    findings = standing.client.get("cities/block/versions/1/findings").json()
    assert not [each for each in findings if each["severity"] == "error"]
    standing.client.post("scenarios", json=scenario("dark"), headers=new_key())
    struck = ended(
        standing,
        ask(standing, "stress", city="block", scenario="dark", samples=16, explain=0)["id"],
    )
    run = standing.client.get(f"runs/{struck['outcome']['run']}").json()
    told = (run["city"], run["city_hash"], run["scenario"], run["scenario_version"], run["samples"])
    assert told == ("block", version["hash"], "dark", 1, 16)
    folder = standing.services.places.city("block", 1)
    alone = stress(folder, scenario("dark")["text"], samples=16, explain=0)
    assert run["digest"] == alone.digest
    assert standing.client.get(f"runs/{run['id']}/summary").json() == alone.summary
    paths = {file["path"] for file in standing.client.get(f"runs/{run['id']}/files").json()}
    assert {"run.json", "summary.json", "result.nc"} <= paths
    part = standing.client.get(f"runs/{run['id']}/files/run.json", headers={"Range": "bytes=0-0"})
    assert (part.status_code, part.content) == (206, b"{")
    for bad in ("../../keys/journal.key", "..%2f..%2fkeys%2fjournal.key", "nothing"):
        assert standing.client.get(f"runs/{run['id']}/files/{bad}").status_code in (400, 404)
    pages = ended(standing, ask(standing, "report", runs=[run["id"]])["id"])
    page = next((standing.services.places.reports / pages["outcome"]["report"]).rglob("*zh.html"))
    inside = page.relative_to(standing.services.places.reports)
    assert "停电" in standing.client.get(f"{standing.address}reports/{inside}").text
    # what leans on a city keeps it; what is removed leaves nothing behind
    kept = standing.client.delete("cities/block", headers={**new_key(), "If-Match": '"1"'})
    assert kept.status_code == 409
    gone = standing.client.delete(f"runs/{run['id']}", headers={**new_key(), "If-Match": '"1"'})
    assert gone.status_code == 204
    until(lambda: not standing.services.places.run(run["id"]).exists(), "the run's folder to go")
    gone = standing.client.delete("cities/block", headers={**new_key(), "If-Match": '"1"'})
    assert gone.status_code == 204
    until(lambda: not folder.exists(), "the city's folder to go")
    assert standing.client.get("journal/verdict").json()["sound"] is True


def test_progress_is_told_as_events(standing: Here, block: City, tmp_path: Path) -> None:
    city = registered(standing, block, tmp_path / "city").split("/")[1]
    with standing.client.stream("GET", "events", params={"topics": "job"}) as stream:
        events = events_of(stream)
        assert next(events)[0] == "ready"
        text = scenario("long")["text"]
        job = ask(standing, "stress", city=city, text=text, samples=200_000)["id"]
        seen = []
        for name, _, data in events:
            if data["subject"] != job:  # news of the job before may come a moment late
                continue
            seen.append(name)
            if name == "job.progress" and "job.cancel" not in seen:
                assert data["stage"]
                assert 0 <= float(str(data["share"])) <= 1
                standing.client.post(f"jobs/{job}/cancel", headers=new_key())
            if seen.count("job.cancel") == 2:  # asked for, and done
                break
    first = dict.fromkeys(seen)
    assert list(first)[:3] == ["job.create", "job.begin", "job.progress"]
    assert "job.cancel" in first


def test_a_job_is_cancelled_and_tried_again(here: Here) -> None:
    here.services.supervisor.stop()  # so that it waits
    job = ask(here, "demo", scale="block", city="later")
    assert here.client.get(f"jobs/{job['id']}/progress").json()["state"] == "queued"
    stale = here.client.post(f"jobs/{job['id']}/cancel", headers={**new_key(), "If-Match": '"9"'})
    assert stale.status_code == 412
    cancelled = here.client.post(
        f"jobs/{job['id']}/cancel", params={"why": "别做了"}, headers=new_key()
    ).json()
    assert (cancelled["state"], cancelled["cancel_asked"]) == ("cancelled", True)
    again = here.client.post(f"jobs/{job['id']}/cancel", headers=new_key())
    assert (again.status_code, again.json()["error"]["code"]) == (409, "conflict")
    retried = here.client.post(f"jobs/{job['id']}/retry", headers=new_key()).json()
    assert retried["state"] == "queued"
    kept = here.client.delete(
        f"jobs/{job['id']}", headers={**new_key(), "If-Match": f'"{retried["version"]}"'}
    )
    assert kept.status_code == 409
    history = here.client.get(f"journal/job/{job['id']}").json()
    assert [entry["verb"] for entry in history] == ["create", "cancel", "retry"]
    assert history[1]["why"] == "别做了"


def test_a_caller_has_only_so_many(here: Here) -> None:
    here.services.supervisor.stop()
    for number in range(Limits().unfinished):
        ask(here, "demo", scale="block", city=f"c{number}")
    more = here.client.post(
        "jobs", json={"kind": "demo", "input": {"city": "more"}}, headers=new_key()
    )
    assert (more.status_code, more.json()["error"]["code"]) == (429, "limit")
    assert int(more.headers["Retry-After"]) > 0
    listed = here.client.get("jobs", params={"limit": 7, "state": "queued"}).json()
    rest = here.client.get("jobs", params={"limit": 500, "after": listed["next"]}).json()
    ids = [row["id"] for row in listed["items"] + rest["items"]]
    assert ids == sorted(set(ids), reverse=True)
    assert len(ids) == Limits().unfinished
    metrics = here.client.get(f"{here.address}metrics").text
    assert f'rencity_jobs{{of="queued"}} {Limits().unfinished}.0' in metrics


@pytest.mark.parametrize(
    ("kind", "given", "status", "said"),
    [
        ("dance", {}, 400, "use one of demo"),
        ("demo", {"size": 3}, 400, "unknown key"),
        ("demo", {"scale": "world"}, 400, "no scale"),
        ("stress", {"city": "nobody", "scenario": "none"}, 404, "no city"),
        ("report", {"runs": ["none"]}, 404, "no run"),
        ("import", {"reader": "osm", "files": {"../a": "u"}, "id": "x"}, 400, "no path"),
    ],
)
def test_what_cannot_be_done_is_refused(
    standing: Here, kind: str, given: dict[str, Any], status: int, said: str
) -> None:
    answer = standing.client.post("jobs", json={"kind": kind, "input": given}, headers=new_key())
    assert answer.status_code == status, answer.text
    fault = answer.json()["error"]
    assert said in fault["what"] + fault["mend"]


def test_every_kind_tells_its_schema(standing: Here) -> None:
    told = {each["kind"]: each for each in standing.client.get("jobs/kinds").json()}
    assert told.keys() == KINDS.keys()
    for each in told.values():
        assert each["does"]
        assert each["input"]["additionalProperties"] is False
