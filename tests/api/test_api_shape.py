"""Every operation refuses in the one shape, and every list gives each item once."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from rencity.api.errors import ErrorOut
from rencity.db import Label
from rencity.journal import Records
from tests.servers import Here, new_key, scenario

BAD = ("nobody", "..%2f..%2fetc%2fpasswd", "%00", "0' OR '1'='1", "x" * 300, "<script>", "城")


def operations(here: Here) -> list[tuple[str, str, dict[str, Any]]]:
    paths = here.client.get("openapi.json").json()["paths"]
    return [(method, path, said) for path, each in paths.items() for method, said in each.items()]


def refused(answer: httpx.Response) -> None:
    shape = ErrorOut.model_validate(answer.json())
    assert answer.headers["content-type"] == "application/json"
    assert shape.error.code
    assert shape.error.what
    assert shape.error.mend
    assert shape.error.request == answer.headers["x-request-id"]
    assert "Traceback" not in answer.text
    if answer.status_code in (429, 503):
        assert int(answer.headers["retry-after"]) > 0


def test_every_operation_refuses_in_one_shape(standing: Here) -> None:
    asked = 0
    for method, path, said in operations(standing):
        places = re.findall(r"{(\w+)}", path)
        bodies: list[bytes] = [b"", b"{", b"[]", b'{"strange": 1}', b'"\\ud800"', b"\xff"]
        if path in {"/api/v1/events", "/metrics"}:
            continue
        for bad in BAD if places else ("",):
            url = standing.address.rstrip("/") + re.sub(r"{\w+}", bad, path)
            for body in bodies if "requestBody" in said and bad in ("", BAD[0]) else (b"",):
                headers = {"Content-Type": "application/json", "If-Match": '"1"', **new_key()}
                answer = standing.client.request(method, url, content=body, headers=headers)
                assert answer.status_code < 500, (method, url, body, answer.text)
                if answer.status_code >= 400:
                    refused(answer)
                    asked += 1
    assert asked > 100


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "nothing", 404),
        ("POST", "cities", 405),
        ("TRACE", "cities", 405),
        ("GET", "cities/", 404),
        ("GET", "scenarios?limit=0", 422),
        ("GET", "scenarios?limit=501", 422),
        ("GET", "scenarios?after=%21%21", 400),
        ("GET", "journal?after=YWJj", 400),
        ("GET", "journal?since=yesterday", 422),
        ("GET", "journal?since=2026-01-01T00:00:00", 422),
        ("GET", "events?after=-1", 422),
        ("GET", "content/nothing", 404),
        ("GET", "content/fragility/nothing", 404),
        ("GET", "packs?region=Wuxi", 422),
    ],
)
def test_bad_requests(standing: Here, method: str, path: str, status: int) -> None:
    answer = standing.client.request(method, path)
    assert answer.status_code == status
    refused(answer)


def test_a_text_with_half_a_character_is_refused(standing: Here) -> None:
    body = json.dumps({"id": "half", "text": "[scenario]\nname = '\ud800'"}).encode()
    headers = {"Content-Type": "application/json", **new_key()}
    answer = standing.client.post("scenarios", content=body, headers=headers)
    assert 400 <= answer.status_code < 500
    refused(answer)


def test_no_text_holds_a_nul(standing: Here) -> None:
    body = {"id": "nul", "text": scenario("nul")["text"] + "# \0"}
    answer = standing.client.post("scenarios", json=body, headers=new_key())
    assert (answer.status_code, answer.json()["error"]["what"]) == (
        400, "a text holds a NUL character",
    )  # fmt: skip
    for path in ("journal?who=a%00", "scenarios/%00"):
        answer = standing.client.get(path)
        assert answer.status_code == 400
        refused(answer)


def test_what_openapi_says_of_writes(standing: Here) -> None:
    for method, path, said in operations(standing):
        if method == "get" or path.endswith("-checks"):  # these keep nothing
            continue
        headers = {each["name"] for each in said.get("parameters", []) if each["in"] == "header"}
        assert ("Idempotency-Key" in headers) != said.get("x-question", False), (method, path)
    ids = [said["operationId"] for _, _, said in operations(standing)]
    assert len(ids) == len(set(ids))


def pages(here: Here, path: str, limit: int, **params: Any) -> list[dict[str, Any]]:
    found, after = [], None
    while True:
        asked = {"limit": limit, **params, **({"after": after} if after else {})}
        answer = here.client.get(path, params=asked).json()
        found += answer["items"]
        after = answer["next"]
        if after is None:
            return found


def test_pages_give_each_item_once(here: Here) -> None:
    names = [f"s{number:02d}" for number in range(23)]
    for name in names:
        here.client.post("scenarios", json=scenario(name), headers=new_key())
    for limit in (1, 7, 23, 500):
        assert [item["id"] for item in pages(here, "scenarios", limit)] == names
    told = pages(here, "journal", 5, kind="scenario")
    assert [entry["subject"] for entry in told] == names[::-1]
    assert pages(here, "journal", 5, kind="city") == []
    assert [entry["subject"] for entry in pages(here, "journal", 5, subject="s03")] == ["s03"]
    assert len(pages(here, "journal", 5, who="operator:operator", verb="create")) == 23
    instant = told[10]["at"]
    late = pages(here, "journal", 5, since=instant)
    early = pages(here, "journal", 5, until=instant)
    assert {entry["subject"] for entry in late + early} == set(names)


def test_a_page_holds_its_place_while_items_come(here: Here) -> None:
    for name in ("b", "d", "f"):
        here.client.post("scenarios", json=scenario(name), headers=new_key())
    first = here.client.get("scenarios", params={"limit": 2}).json()
    for name in ("a", "c", "e"):
        here.client.post("scenarios", json=scenario(name), headers=new_key())
    rest = here.client.get("scenarios", params={"limit": 9, "after": first["next"]}).json()
    assert [item["id"] for item in first["items"] + rest["items"]] == ["b", "d", "e", "f"]


def test_packs_and_content(standing: Here) -> None:
    packs = standing.client.get("packs").json()
    assert "hazus" in [pack["id"] for pack in packs]
    assert standing.client.get("packs/hazus").json()["entries"]["fragility"] > 0
    assert (
        standing.client.get("packs/hazuz")
        .json()["error"]["mend"]
        .startswith("did you mean 'hazus'")
    )
    curves = standing.client.get("content/fragility").json()
    one = standing.client.get(f"content/fragility/{curves[0]['id']}").json()
    assert one == curves[0]
    assert one["source"]["title"]


def test_nothing_personal_is_shown(standing: Here) -> None:
    store = standing.services.store
    tables = sa.MetaData()
    id_, version = sa.Column("id", Label, primary_key=True), sa.Column("version", sa.BigInteger)
    name, phone = sa.Column("name", sa.Text), sa.Column("phone", sa.Text)
    people = Records(
        "person", sa.Table("people_of_test", tables, id_, version, name, phone), ["phone"]
    )
    at_once = {"begin": "BEGIN IMMEDIATE"}  # the server writes as well
    with store.engine.connect().execution_options(**at_once) as connection, connection.begin():
        tables.create_all(connection)
    with store.writing("me") as tx:
        people.create(tx, "p1", {"name": "网格员", "phone": "555-0199"})
        people.change(tx, "p1", {"phone": "555-0100"})
    entry = standing.client.get("journal/person/p1").json()[-1]
    state = standing.client.get("journal/person/p1/state", params={"at": entry["at"]}).json()[
        "state"
    ]
    assert state == {"name": "网格员", "phone": {"withheld": True}, "version": 2}
    listed = standing.client.get("journal", params={"kind": "person"}).text
    stream = standing.client.get("journal/person/p1").text
    assert "555-01" not in listed + stream
    assert entry["personal"] == "kept"
