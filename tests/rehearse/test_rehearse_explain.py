"""What a run keeps of its causes, through the doors a user goes through."""

import json

import pytest
from typer.testing import CliRunner

from rencity.cli import app
from rencity.rehearse import explain, stress
from rencity.rehearse.why import why
from rencity.report.folder import open_run
from rencity.report.page import page
from rencity.sim.result import Result
from tests.sim.measures.measured import SCENARIO, town


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explain") / "town"
    town().write(folder)
    return folder


@pytest.fixture(scope="module")
def scenario(city):
    path = city.parent / "wear.toml"
    path.write_text(SCENARIO.replace("samples = 600", "samples = 80"), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def result(city, scenario):
    return stress(city, scenario)


def test_weak_assets_come_first_then_the_places_longest_out(result):
    targets = [each["target"] for each in result.why["answers"]]
    weak = result.weak_links
    clear = weak[(weak.knock_samples > 0) & (weak.knock_low_ph > 0)]
    best = clear.sort_values("knock_saved_ph", ascending=False).asset.head(2).tolist()
    assert [one["id"] for one in targets[:2]] == best
    assert weak.sort_values("n1_people", ascending=False).asset.iloc[0] in [
        one["id"] for one in targets if one["kind"] == "asset"
    ]
    longest = {
        name: found["equity"]["worst_zones"][0]["zone"]
        for name, found in result.summary["lifelines"].items()
    }
    zones = {one["lifeline"]: one["id"] for one in targets if one["kind"] == "zone"}
    assert zones == longest


def test_an_answer_is_that_of_the_command(result, city, tmp_path):
    run = result.write(tmp_path / "run")
    for kept in result.why["answers"]:
        target = kept["target"]
        zone = target["lifeline"] if target["kind"] == "zone" else None
        asked = why(run, f"{target['kind']}:{target['id']}", city=city, lifeline=zone)
        found = asked.to_dict()["causes"]
        # the command looks at every sample that the run kept, the run at its first 64
        assert kept["causes"]["samples"] == result.why["samples"] == 64
        assert found["samples"] == 80
        assert {one["asset"]["id"] for one in kept["causes"]["causes"]} <= {
            one["asset"]["id"] for one in found["causes"]
        }
        assert target["id"] in kept["text"]["zh"]


def test_it_is_kept_with_the_run_and_told_on_its_page(result, tmp_path):
    run = result.write(tmp_path / "run")
    kept = json.loads((run / "why.json").read_text(encoding="utf-8"))
    assert kept == Result.open(run).why == json.loads(json.dumps(result.why))
    text = page(open_run(run), "zh")
    assert text.count('<article class="reason">') == len(kept["answers"])
    assert "根因" in text


@pytest.mark.parametrize(("asked", "told"), [("0", None), ("1", 1), ("3", 3)])
def test_the_command_says_how_many(city, scenario, tmp_path, asked, told):
    words = ["stress", str(city), str(scenario), "--out", str(tmp_path / "run"), "--json"]
    done = CliRunner().invoke(app, [*words, "--explain", asked])
    assert done.exit_code == 0, done.output
    path = tmp_path / "run" / "why.json"
    if told is None:
        assert not path.exists()
    else:
        assert len(json.loads(path.read_text("utf-8"))["answers"]) == told


def test_a_great_city_is_explained_only_where_asked(city, scenario, monkeypatch):
    monkeypatch.setattr(explain, "MOST_ASSETS", 3)
    assert stress(city, scenario).why is None
    assert len(stress(city, scenario, explain=2).why["answers"]) == 2


def test_the_digest_does_not_hang_on_it(city, scenario, result):
    assert stress(city, scenario, explain=0).digest == result.digest


def test_a_run_in_which_nothing_breaks_has_nothing_to_blame(city):
    text = '[scenario]\nname = "calm"\nsamples = 8\n[[hazards]]\nkind = "random"\n'
    text += 'targets = [{ ids = ["a"], probability = 0.0, hours = 4 }]\n'
    calm = stress(city, text)
    assert {one["target"]["kind"] for one in calm.why["answers"]} == {"asset"}
    assert all(one["causes"]["out_samples"] == 0 for one in calm.why["answers"])
