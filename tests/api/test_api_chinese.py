"""What the server says in English it says in Chinese too."""

from __future__ import annotations

import re

from tests.servers import Here

HAN = re.compile(r"[\u4e00-\u9fff]")


def test_a_refusal_is_said_in_both_languages(standing: Here) -> None:
    error = standing.client.get("cities/nowhere").json()["error"]
    assert HAN.search(error["what_zh"])
    assert HAN.search(error["mend_zh"])
    assert not HAN.search(error["what"] + error["mend"])


def test_every_fault_of_a_scenario_is_said_in_both_languages(standing: Here) -> None:
    text = '[scenario]\nname = "x"\nsamples = -1\nwrong = 2\n[[hazards]]\nkind = "cutof"\n'
    faults = standing.client.post("scenario-checks", json={"text": text}).json()["faults"]
    assert len(faults) >= 2
    for fault in faults:
        assert HAN.search(fault["what_zh"]), fault
        assert HAN.search(fault["mend_zh"]), fault


def test_a_field_that_is_not_taken_is_told_in_both_languages(standing: Here) -> None:
    body = {"text": 3, "unknown": 1}
    error = standing.client.post("scenario-checks", json=body).json()["error"]
    assert {one["place"] for one in error["details"]} == {"body.text", "body.unknown"}
    assert all(HAN.search(one["what_zh"]) for one in error["details"])


def test_forms_are_described_in_both_languages(standing: Here) -> None:
    kinds = standing.client.get("hazard-kinds").json()
    said = [one for kind in kinds for one in kind["parameters"] if one["description"]]
    assert said
    assert all(HAN.search(one["description_zh"]) for one in said)
