"""Writes: once for each key, from the version that was read, told in the journal."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from rencity.house import RECORDS
from rencity.journal.verifying import verify
from tests.servers import Here, new_key, scenario


def test_the_same_key_has_one_effect(here: Here) -> None:
    key = new_key()
    first = here.client.post("scenarios", json=scenario("dark"), headers=key)
    again = here.client.post("scenarios", json=scenario("dark"), headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replay"] == "true"
    assert (again.headers["ETag"], again.headers["Location"]) == ('"1"', "/api/v1/scenarios/dark")
    other = here.client.post("scenarios", json=scenario("other"), headers=key)
    assert other.status_code == 409
    assert "under this key before" in other.json()["error"]["what"]
    assert [item["id"] for item in here.client.get("scenarios").json()["items"]] == ["dark"]
    assert len(here.client.get("journal").json()["items"]) == 1


def test_the_same_key_at_once_has_one_effect(here: Here) -> None:
    key = new_key()

    def ask(_: int) -> tuple[int, str]:
        answer = here.client.post("scenarios", json=scenario("dark"), headers=key)
        return answer.status_code, answer.text

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(ask, range(16)))
    assert {status for status, _ in answers} == {201}
    assert len(answers) == 1
    assert len(here.client.get("journal").json()["items"]) == 1


def test_of_many_with_other_keys_one_makes_it(here: Here) -> None:
    def ask(_: int) -> int:
        answer = here.client.post("scenarios", json=scenario("dark"), headers=new_key())
        return answer.status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(ask, range(12)))
    assert statuses == [201] + [409] * 11


def test_a_refused_write_keeps_no_answer(here: Here) -> None:
    key = new_key()
    bad = {"id": "dark", "text": "[scenario]\nname = 1"}
    assert here.client.post("scenarios", json=bad, headers=key).status_code == 422
    assert here.client.post("scenarios", json=scenario("dark"), headers=key).status_code == 201


def test_a_change_needs_the_version_that_was_read(here: Here) -> None:
    here.client.post("scenarios", json=scenario("dark"), headers=new_key())
    changed = {"text": scenario("dark", 72)["text"]}
    bare = here.client.put("scenarios/dark", json=changed, headers=new_key())
    assert (bare.status_code, bare.json()["error"]["code"]) == (428, "precondition_required")
    first = here.client.put(
        "scenarios/dark", json=changed, headers={**new_key(), "If-Match": '"1"'}
    )
    assert (first.status_code, first.headers["ETag"]) == (200, '"2"')
    late = here.client.put("scenarios/dark", json=changed, headers={**new_key(), "If-Match": '"1"'})
    assert (late.status_code, late.json()["error"]["code"]) == (412, "stale")
    assert "version 2" in late.json()["error"]["what"]
    odd = here.client.put("scenarios/dark", json=changed, headers={**new_key(), "If-Match": "*"})
    assert odd.status_code == 400


def test_of_many_changes_from_one_version_one_wins(here: Here) -> None:
    here.client.post("scenarios", json=scenario("dark"), headers=new_key())

    def change(hours: int) -> int:
        answer = here.client.put(
            "scenarios/dark",
            json={"text": scenario("dark", hours)["text"]},
            headers={**new_key(), "If-Match": '"1"'},
        )
        return answer.status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(change, range(1, 13)))
    assert statuses == [200] + [412] * 11
    assert here.client.get("scenarios/dark").json()["version"] == 2


def test_an_unchanged_record_is_not_sent_again(here: Here) -> None:
    here.client.post("scenarios", json=scenario("dark"), headers=new_key())
    tag = here.client.get("scenarios/dark").headers["ETag"]
    held = here.client.get("scenarios/dark", headers={"If-None-Match": tag})
    assert (held.status_code, held.content, held.headers["ETag"]) == (304, b"", tag)
    other = here.client.get("scenarios/dark", headers={"If-None-Match": '"7"'})
    assert other.status_code == 200


def test_why_and_request_stand_in_the_journal(here: Here) -> None:
    headers = {**new_key(), "X-Request-Id": "asked-by-me"}
    answer = here.client.post(
        "scenarios", params={"why": "冬季演练"}, json=scenario("dark"), headers=headers
    )
    assert answer.headers["X-Request-Id"] == "asked-by-me"
    entry = here.client.get("journal").json()["items"][0]
    told = {name: entry[name] for name in ("who", "verb", "kind", "subject", "why", "request")}
    assert told == {
        "who": "operator:operator",
        "verb": "create",
        "kind": "scenario",
        "subject": "dark",
        "why": "冬季演练",
        "request": "asked-by-me",
    }


def test_records_are_what_the_journal_tells(here: Here) -> None:
    for number in range(5):
        here.client.post("scenarios", json=scenario(f"s{number}"), headers=new_key())
    text = {"text": scenario("s1", 5)["text"]}
    here.client.put("scenarios/s1", json=text, headers={**new_key(), "If-Match": '"1"'})
    here.client.delete("scenarios/s2", headers={**new_key(), "If-Match": '"1"'})
    here.client.post("uploads", params={"name": "a.csv"}, content=b"x,y\n", headers=new_key())
    verdict = here.client.get("journal/verdict").json()
    assert (verdict["sound"], verdict["records"], verdict["entries"]) == (True, 5, 8)
    with here.services.store.reading() as connection:
        assert verify(connection, RECORDS).sound
    history = here.client.get("journal/scenario/s2").json()
    assert [entry["verb"] for entry in history] == ["create", "remove"]
    before = here.client.get("journal/scenario/s1/state", params={"at": history[0]["at"]}).json()[
        "state"
    ]
    assert before["version"] == 1
    assert "hours = 48" in before["text"]
    assert here.client.get("scenarios/s2").status_code == 404


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
    here: Here, text: str, files: dict[str, str], said: str
) -> None:
    body = {"id": "bad", "text": text, "files": files}
    answer = here.client.post("scenarios", json=body, headers=new_key())
    assert 400 <= answer.status_code < 500
    fault = answer.json()["error"]
    assert said in fault["what"] + fault["place"] + fault["mend"]
    assert here.client.get("journal").json()["items"] == []
