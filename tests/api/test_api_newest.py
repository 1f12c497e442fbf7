"""Lists of what happened are by time, whatever the ids are."""

from __future__ import annotations

import pytest

from rencity.registry.store import runs
from tests.servers import Here

IDS = ["zz", "aa", "mm", "bb", "yy"]


def _run(key: str, number: int) -> dict[str, object]:
    return {
        "what": "stress", "city": "c", "city_version": 1, "city_hash": "", "scenario": key,
        "scenario_version": 0, "samples": 1, "seed": number, "digest": "", "job": "", "packs": {},
        "note": "",
    }  # fmt: skip


@pytest.fixture(scope="module")
def ran(standing: Here) -> Here:
    """With runs whose ids are in no order."""
    for number, key in enumerate(IDS):
        with standing.services.store.writing("operator:me") as tx:
            runs.create(tx, key, {**_run(key, number), "at": tx.at})
    return standing


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_runs_come_newest_first_page_by_page(ran: Here, limit: int) -> None:
    seen: list[str] = []
    after = None
    while True:
        query = {"limit": limit, **({"after": after} if after else {})}
        page = ran.client.get("runs", params=query).json()
        seen += [each["id"] for each in page["items"]]
        if (after := page["next"]) is None:
            break
    assert seen == IDS[::-1]


def test_jobs_come_newest_first_page_by_page(standing: Here) -> None:
    standing.services.supervisor.stop()  # so that they wait
    for key in IDS:
        with standing.services.store.writing("operator:me") as tx:
            from rencity.jobs import service

            service.ask(tx, "demo", {"scale": "block", "city": key}, "operator:me", key=key)
    first = standing.client.get("jobs", params={"limit": 3}).json()
    rest = standing.client.get("jobs", params={"limit": 3, "after": first["next"]}).json()
    assert [each["id"] for each in (*first["items"], *rest["items"])] == IDS[::-1]
    assert rest["next"] is None


@pytest.mark.parametrize("after", ["bm93aGVyZQ", "MjAyNi0xMy0wMSB4", "!!"])
def test_a_cursor_that_is_none_is_refused(standing: Here, after: str) -> None:
    for kind in ("runs", "jobs", "uploads"):
        answer = standing.client.get(kind, params={"after": after})
        assert answer.status_code == 400, kind
        assert answer.json()["error"]["place"] == "after"
