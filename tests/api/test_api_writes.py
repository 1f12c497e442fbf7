"""Writes: once for each key, from the version that was read, told in the journal."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from rencity.house import RECORDS
from rencity.journal.verifying import verify
from tests.servers import Here, new_key, scenario


def entries(here: Here) -> int:
    """How much the journal tells, of whatever."""
    told: int = here.client.get("journal/verdict").json()["entries"]
    return told


def test_the_same_key_has_one_effect(standing: Here, own: str) -> None:
    key, before = new_key(), entries(standing)
    first = standing.client.post("scenarios", json=scenario(own), headers=key)
    again = standing.client.post("scenarios", json=scenario(own), headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replay"] == "true"
    assert (again.headers["ETag"], again.headers["Location"]) == ('"1"', f"/api/v1/scenarios/{own}")
    other = standing.client.post("scenarios", json=scenario(f"{own}-other"), headers=key)
    assert other.status_code == 409
    assert "under this key before" in other.json()["error"]["what"]
    assert standing.client.get(f"scenarios/{own}").status_code == 200
    assert standing.client.get(f"scenarios/{own}-other").status_code == 404
    assert entries(standing) == before + 1


def test_the_same_key_at_once_has_one_effect(standing: Here, own: str) -> None:
    key, before = new_key(), entries(standing)

    def ask(_: int) -> tuple[int, str]:
        answer = standing.client.post("scenarios", json=scenario(own), headers=key)
        return answer.status_code, answer.text

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(ask, range(16)))
    assert {status for status, _ in answers} == {201}
    assert len(answers) == 1
    assert entries(standing) == before + 1


def test_of_many_with_other_keys_one_makes_it(standing: Here, own: str) -> None:
    def ask(_: int) -> int:
        answer = standing.client.post("scenarios", json=scenario(own), headers=new_key())
        return answer.status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(ask, range(12)))
    assert statuses == [201] + [409] * 11


def test_a_refused_write_keeps_no_answer(standing: Here, own: str) -> None:
    key = new_key()
    bad = {"id": own, "text": "[scenario]\nname = 1"}
    assert standing.client.post("scenarios", json=bad, headers=key).status_code == 422
    assert standing.client.post("scenarios", json=scenario(own), headers=key).status_code == 201


def test_a_change_needs_the_version_that_was_read(standing: Here, own: str) -> None:
    standing.client.post("scenarios", json=scenario(own), headers=new_key())
    changed = {"text": scenario(own, 72)["text"]}
    bare = standing.client.put(f"scenarios/{own}", json=changed, headers=new_key())
    assert (bare.status_code, bare.json()["error"]["code"]) == (428, "precondition_required")
    first = standing.client.put(
        f"scenarios/{own}", json=changed, headers={**new_key(), "If-Match": '"1"'}
    )
    assert (first.status_code, first.headers["ETag"]) == (200, '"2"')
    late = standing.client.put(
        f"scenarios/{own}", json=changed, headers={**new_key(), "If-Match": '"1"'}
    )
    assert (late.status_code, late.json()["error"]["code"]) == (412, "stale")
    assert "version 2" in late.json()["error"]["what"]
    odd = standing.client.put(
        f"scenarios/{own}", json=changed, headers={**new_key(), "If-Match": "*"}
    )
    assert odd.status_code == 400


def test_of_many_changes_from_one_version_one_wins(standing: Here, own: str) -> None:
    standing.client.post("scenarios", json=scenario(own), headers=new_key())

    def change(hours: int) -> int:
        answer = standing.client.put(
            f"scenarios/{own}",
            json={"text": scenario(own, hours)["text"]},
            headers={**new_key(), "If-Match": '"1"'},
        )
        return answer.status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(change, range(1, 13)))
    assert statuses == [200] + [412] * 11
    assert standing.client.get(f"scenarios/{own}").json()["version"] == 2


def test_an_unchanged_record_is_not_sent_again(standing: Here, own: str) -> None:
    standing.client.post("scenarios", json=scenario(own), headers=new_key())
    tag = standing.client.get(f"scenarios/{own}").headers["ETag"]
    held = standing.client.get(f"scenarios/{own}", headers={"If-None-Match": tag})
    assert (held.status_code, held.content, held.headers["ETag"]) == (304, b"", tag)
    other = standing.client.get(f"scenarios/{own}", headers={"If-None-Match": '"7"'})
    assert other.status_code == 200


def test_why_and_request_stand_in_the_journal(standing: Here, own: str) -> None:
    headers = {**new_key(), "X-Request-Id": "asked-by-me"}
    answer = standing.client.post(
        "scenarios", params={"why": "冬季演练"}, json=scenario(own), headers=headers
    )
    assert answer.headers["X-Request-Id"] == "asked-by-me"
    entry = standing.client.get("journal").json()["items"][0]
    told = {name: entry[name] for name in ("who", "verb", "kind", "subject", "why", "request")}
    assert told == {
        "who": "operator:operator",
        "verb": "create",
        "kind": "scenario",
        "subject": own,
        "why": "冬季演练",
        "request": "asked-by-me",
    }


def test_records_are_what_the_journal_tells(standing: Here, own: str) -> None:
    before = standing.client.get("journal/verdict").json()
    for number in range(5):
        standing.client.post("scenarios", json=scenario(f"{own}-{number}"), headers=new_key())
    text = {"text": scenario(f"{own}-1", 5)["text"]}
    standing.client.put(f"scenarios/{own}-1", json=text, headers={**new_key(), "If-Match": '"1"'})
    standing.client.delete(f"scenarios/{own}-2", headers={**new_key(), "If-Match": '"1"'})
    standing.client.post("uploads", params={"name": "a.csv"}, content=b"x,y\n", headers=new_key())
    verdict = standing.client.get("journal/verdict").json()
    assert verdict["sound"] is True
    assert verdict["records"] == before["records"] + 5
    assert verdict["entries"] == before["entries"] + 8
    with standing.services.store.reading() as connection:
        assert verify(connection, RECORDS).sound
    history = standing.client.get(f"journal/scenario/{own}-2").json()
    assert [entry["verb"] for entry in history] == ["create", "remove"]
    at = {"at": history[0]["at"]}
    state = standing.client.get(f"journal/scenario/{own}-1/state", params=at).json()["state"]
    assert state["version"] == 1
    assert "hours = 48" in state["text"]
    assert standing.client.get(f"scenarios/{own}-2").status_code == 404


@pytest.mark.parametrize(
    ("text", "files", "said"),
    [
        ("not toml", {}, "not TOML"),
        ("[scenario]\nname = 'a'\n", {}, "hazards"),
        ('[scenario]\nname = "a"\ncrews = "/etc/passwd"\n[[hazards]]\nkind = "cutoff"\n'
         'lifeline = "power"\nhours = 3\n', {}, "leads out"),
        ('[scenario]\nname = "a"\ncrews = "a/../../b"\n[[hazards]]\nkind = "cutoff"\n'
         'lifeline = "power"\nhours = 3\n', {}, "leads out"),
        (scenario("a")["text"], {"../x": "u"}, "no path inside"),
        (scenario("a")["text"], {"x": "nobody"}, "no upload"),
    ],
)  # fmt: skip
def test_a_scenario_is_checked_at_the_door(
    standing: Here, own: str, text: str, files: dict[str, str], said: str
) -> None:
    before = entries(standing)
    body = {"id": own, "text": text, "files": files}
    answer = standing.client.post("scenarios", json=body, headers=new_key())
    assert 400 <= answer.status_code < 500
    fault = answer.json()["error"]
    assert said in fault["what"] + fault["place"] + fault["mend"]
    assert entries(standing) == before
    assert standing.client.get(f"scenarios/{own}").status_code == 404
