"""Scenarios and measures looked at before anything is run, and what may be written of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest

from rencity.sim.hazard.specs import SECTIONS
from rencity.sim.measures.reading import KINDS
from tests.atlas.conftest import QUAKE, Read
from tests.servers import CUTOFF

GOOD = CUTOFF.format(hours=48)
CITY = "demo-block"
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def check(read: Read, what: str, text: str, **more: Any) -> dict[str, Any]:
    answer = read.here.client.post(f"{what}-checks", json={"text": text, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_sound_scenario(read: Read) -> None:
    said = check(read, "scenario", GOOD, city=CITY, version=1)
    assert (said["ok"], said["faults"]) == (True, [])
    assert (said["title_zh"], said["title_en"]) == ("停电", "Blackout")
    assert said["hazards"] == [{"kind": "cutoff", "name": "cutoff", "start_h": 0.0}]
    assert (said["horizon_h"], said["samples"]) == (96, 1000)
    two = check(read, "scenario", QUAKE % {"seed": 1, "samples": 5})
    assert [(one["kind"], one["start_h"]) for one in two["hazards"]] == [
        ("earthquake", 0), ("rain", 6),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("[scenario", [""]),
        ("", [""]),
        (GOOD.replace("hours", "huors"), ["hazards[0].huors", "hazards[0].hours"]),
        (GOOD.replace('"cutoff"', '"cutof"').replace("96", "-1"),
         ["scenario.horizon_h", "hazards[0].kind"]),
        (GOOD.replace('"power"', '"../../etc/passwd"'), ["text"]),
        (GOOD.replace('"dark"', '"dark"\ncrews = "crews.toml"'), ["crews"]),
    ],
)  # fmt: skip
def test_faults_of_a_scenario_are_told_all_at_once(
    read: Read, text: str, places: list[str]
) -> None:
    said = check(read, "scenario", text)
    assert not said["ok"]
    assert sorted(one["place"] for one in said["faults"]) == sorted(places)
    assert all(one["what"] and one["mend"] for one in said["faults"])


def test_what_only_the_city_shows(read: Read) -> None:
    kinds = 'kinds = ["power.transformer", "power.transfomer"]\nids = ["nobody"]'
    text = GOOD.replace('lifeline = "power"', kinds)
    assert check(read, "scenario", text)["ok"]
    said = check(read, "scenario", text, city=CITY)
    assert {one["place"]: one["what"] for one in said["faults"]} == {
        "hazards[0].kinds": "the city has no kind 'power.transfomer'",
        "hazards[0].ids": "the city has no asset 'nobody'",
    }
    assert any("did you mean 'power.transformer'" in one["mend"] for one in said["faults"])
    assert said["hazards"]


def test_a_cutoff_of_what_is_no_source(read: Read) -> None:
    assets = read.city.assets
    source = assets["source"].to_numpy(bool)
    first, second = assets["id"][~source].iloc[:2]
    text = GOOD.replace('lifeline = "power"', f'ids = ["{assets["id"][source].iloc[0]}"]')
    assert check(read, "scenario", text, city=CITY)["ok"]
    said = check(
        read, "scenario", text.replace('ids = ["', f'ids = ["{first}", "{second}", "'), city=CITY
    )
    assert not said["ok"]
    (fault,) = said["faults"]
    assert fault["place"] == "hazards[0].ids"
    assert fault["what"] == f"not a source: {first}, {second}"
    assert "sources only" in fault["mend"]


def test_files_of_a_scenario(read: Read) -> None:
    text = GOOD.replace('"dark"', '"dark"\ncrews = "crews.toml"')
    said = check(read, "scenario", text, files={"crews.toml": "no-upload", "../x": "y"})
    assert sorted(one["place"] for one in said["faults"]) == ["files.../x", "files.crews.toml"]
    assert "crews.toml" not in str([one["what"] for one in said["faults"]])


@pytest.mark.parametrize(("body", "status"), [({"text": GOOD, "city": "nowhere"}, 404),
    ({"text": GOOD, "city": CITY, "version": 9}, 400), ({"text": 5}, 422), ({}, 422)])  # fmt: skip
def test_only_the_question_itself_can_be_wrong(read: Read, body: Any, status: int) -> None:
    for what in ("scenario", "measure"):
        assert read.here.client.post(f"{what}-checks", json=body).status_code == status


def test_measures(read: Read) -> None:
    text = (EXAMPLES / "demo/budget/measures.toml").read_text("utf-8")
    said = check(read, "measure", text)
    assert said["ok"]
    assert len(said["measures"]) == text.count("[[measures]]")
    assert said["measures"][0]["cost_yuan"] > 0
    bad = text.replace("cost_yuan", "cost_yaun", 1)
    assert [one["place"] for one in check(read, "measure", bad)["faults"]] == [
        "measures[0].cost_yuan", "measures[0].cost_yaun",
    ]  # fmt: skip
    one = '[[measures]]\nid="a"\nkind="backup"\nids=["x"]\nneed="pwr"\nhours=2\ncost_yuan=1'
    assert check(read, "measure", one)["ok"]
    found = check(read, "measure", one, city=CITY)["faults"]
    assert {each["place"] for each in found} == {"measures[0].ids", "measures[0].need"}


def every(parameters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = list(parameters)
    for one in parameters:
        values = list(one["values"])
        while values:
            value = values.pop()
            values += value["items"]
            found += every(value["fields"])
    return found


@pytest.mark.parametrize(("what", "names"), [("hazard", SECTIONS), ("measure", tuple(KINDS))])
def test_kinds_have_words_and_parameters(read: Read, what: str, names: tuple[str, ...]) -> None:
    said = read.get(f"{what}-kinds")
    assert {one["kind"] for one in said} == set(names)
    for kind in said:
        assert kind["title"]["zh"] != kind["kind"]
        assert kind["meaning"]["zh"].endswith("。")
        assert kind["meaning"]["en"].endswith(".")
        for one in every(kind["parameters"]):
            assert one["description"], (kind["kind"], one["name"])
            assert one["values"], (kind["kind"], one["name"])


def test_parameters_are_those_of_the_models(read: Read) -> None:
    from rencity.sim.hazard.specs import Hazard

    models = {
        get_args(each.model_fields["kind"].annotation)[0]: each
        for each in get_args(get_args(Hazard)[0])
    }
    kinds = {one["kind"]: one for one in read.get("hazard-kinds")}
    for name, model in models.items():
        fields = {one["name"]: one for one in kinds[name]["parameters"]}
        assert set(fields) == set(model.model_fields) - {"kind"}
        for field, one in fields.items():
            required = model.model_fields[field].is_required() and field != "name"
            assert one["required"] == required, (name, field)
    rain = {one["name"]: one for one in kinds["rain"]["parameters"]}
    assert (rain["duration_min"]["unit"], rain["duration_min"]["default"]) == ("min", 120)
    (value,) = rain["duration_min"]["values"]
    assert (value["type"], value["above"], value["most"]) == ("number", 0, 10_080)
    assert [one["type"] for one in rain["return_period_a"]["values"]] == ["number", "list"]
    (gauge,) = rain["gauge"]["values"]
    assert [one["name"] for one in gauge["fields"]] == ["path", "time", "depth", "unit"]
    (holes,) = rain["holes"]["values"]
    assert holes["choices"] == ["open", "wall"]
    shaken = {one["name"]: one for one in kinds["earthquake"]["parameters"]}
    assert shaken["magnitudes"]["values"][0]["items"][0]["fields"][0]["name"] == "magnitude"
