"""Crews in a whole run: who waits for whom, what is told, and what does not change."""

from __future__ import annotations

import numpy as np
import pytest

from rencity.kit.errors import ScenarioError
from rencity.rehearse import stress
from rencity.sim.result import Result
from tests.sim.crews.street import CREWS, S3, T, scenario, street


@pytest.fixture
def run(tmp_path):
    def go(targets, crews=CREWS, city=None, **how):
        (tmp_path / "crews.toml").write_text(crews, "utf-8")
        text = scenario(targets, **how) if isinstance(targets, list) else targets
        return stress(city or street(), text, base=tmp_path)

    return go


def rules(result):
    return {note["rule"]: note for note in result.about["notes"]}


def trips(result):
    return {row.asset: row for row in result.crews.itertuples()}


def test_a_line_crew_waits_until_the_road_is_clear(run):
    done = trips(run([T, S3]))
    assert set(done) == {"t", "s3"}
    assert done["s3"].leave_h == 0
    assert done["t"].leave_h >= done["s3"].finish_h
    assert done["t"].leave_h % 6 == 0  # the roads are looked at
    assert done["t"].finish_h > done["t"].arrive_h > done["t"].leave_h


def test_without_a_road_crew_nobody_gets_there_and_it_is_told(run):
    lines = CREWS[: CREWS.index('[[crews]]\nname = "road"')]
    blocked = '{ ids = ["s3"], probability = 1.0, hours = 500.0 }'
    result = run([T, blocked], lines)
    assert result.crews.empty
    told = rules(result)["crews-no-way"]["what"]
    assert "63 jobs of line in 64 samples are never begun" in told  # one draw is no work at all
    assert rules(result)["crews-idle"]["ids"] == ["line"]
    lost = result.summary["lifelines"]["power"]["loss_person_h"]["mean"]
    assert lost == 1000 * 240 * 63 / 64  # out until the end


def test_a_road_clears_by_itself_where_no_crew_has_the_skill(run):
    lines = CREWS[: CREWS.index('[[crews]]\nname = "road"')]
    result = run([T, '{ ids = ["s3"], probability = 1.0, hours = 7.0 }'], lines)
    assert trips(result)["t"].leave_h == 12.0


def test_given_hours_are_no_work_of_crews(run):
    result = run(['{ ids = ["t"], probability = 1.0, hours = 30.0 }'])
    assert result.crews.empty
    assert result.summary["lifelines"]["power"]["loss_person_h"]["mean"] == 1000 * 30


def test_skills_that_no_crew_has_follow_their_curves_and_are_named(run):
    roads = CREWS[CREWS.index('[[crews]]\nname = "road"') :]
    told = rules(run([T], roads))["crews-no-skill"]
    assert "skill line" in told["what"]
    assert told["ids"] == ["power.transformer"]
    without = stress(street(), scenario([T], crews=""))
    with_roads = run([T], roads)
    assert (with_roads.curves["served"].to_numpy() == without.curves["served"].to_numpy()).all()


def test_a_repair_class_that_an_asset_names_holds(run):
    result = run([T], city=street(t="hazus.circuit"))
    assert result.crews.empty
    assert result.about["crews"]["jobs_mean"] == 0


def test_a_repair_class_of_the_scenario_holds(run):
    text = scenario([T]) + '[classes]\n"power.transformer" = { repair = "hazus.circuit" }\n'
    assert run(text).crews.empty


def test_jobs_given_by_class_are_work(run, tmp_path):
    (tmp_path / "down.csv").write_text("sample,asset,hours\nall,t,\nall,s3,9\n", "utf-8")
    text = (
        '[scenario]\nname = "x"\nsamples = 3\nhorizon_h = 240\ncrews = "crews.toml"\n'
        '[[hazards]]\nkind = "given"\nname = "g"\npath = "down.csv"\nrestore = "class"\n'
    )
    done = trips(run(text))
    assert set(done) == {"t"}
    assert done["t"].leave_h == 12.0  # s3 is back after 9 h as it says
    # the median of the gravest state is 56 crew-hours
    assert done["t"].finish_h - done["t"].arrive_h == pytest.approx(56.0)


def test_parts_run_out_and_come_again(run):
    stock = CREWS.replace('base = "depot"', 'base = "depot"\nparts = { transformer = 0 }', 1)
    result = run([T], stock)
    assert result.crews.empty
    assert "crews-no-part" in rules(result)
    one = stock.replace("transformer = 0", "transformer = 1")
    told = rules(run([T], one))["crews-parts-used-up"]
    assert "the 1 of part transformer at line are used up in 63 of 64 samples" in told["what"]


def test_zero_crews_are_told(run):
    result = run([T], CREWS.replace("count = 2", "count = 0").replace("count = 1", "count = 0"))
    assert {"crews-none", "crews-empty", "crews-no-skill"} <= set(rules(result))


def test_an_unknown_base_is_refused_with_a_near_name(run):
    with pytest.raises(ScenarioError, match=r"'dpot'.*crews|crews.*'dpot'") as caught:
        run([T], CREWS.replace('base = "depot"', 'base = "dpot"', 1))
    assert "depot" in caught.value.mend


def test_a_base_far_from_every_road_is_told(run):
    far = CREWS.replace('base = "depot"', "base = { lon = 10.0, lat = 10.0 }", 1)
    told = rules(run([T], far))
    assert told["crews-base-off-roads"]["ids"] == ["line"]
    assert told["crews-base-cut-off"]["what"].startswith("the base of line is cut off in 63 of 64")


def test_a_depot_behind_a_broken_road_is_cut_off(run):
    result = run([T, '{ ids = ["s1"], probability = 1.0, hours = 20.0 }'])
    told = rules(result)["crews-base-cut-off"]
    assert told["ids"] == ["depot"]
    assert trips(result)["t"].leave_h == 24.0


def test_a_list_names_what_is_not_there(run):
    listed = CREWS + '[priority]\nrule = "list"\nlist = ["t", "tt"]\n'
    told = rules(run([T], listed))["crews-list-unknown"]
    assert told["ids"] == ["tt"]
    assert "t" in told["mend"]


def test_an_unknown_critical_kind_is_refused(run):
    text = CREWS + '[priority]\nrule = "critical"\ncritical = ["health.hopsital"]\n'
    with pytest.raises(ScenarioError, match=r"health\.hopsital") as caught:
        run([T], text)
    assert "health.hospital" in caught.value.mend


def test_a_crews_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ScenarioError, match=r"crews\.toml"):
        stress(street(), scenario([T]), base=tmp_path)


def test_workers_spans_and_blocks_change_nothing(run, tmp_path):
    many = '{ lifeline = "road", kinds = ["road.segment"], probability = 0.4, state = "break" }'
    half = '{ ids = ["t", "wire"], probability = 0.5, state = "moderate" }'
    text = scenario([many, half], samples=600)
    one = run(text)
    two = stress(street(), text, base=tmp_path, workers=2)
    assert one.digest == two.digest
    few = run(scenario([many, half], samples=100))
    assert np.array_equal(few.curves["served"], one.curves["served"][..., :100])


def test_a_run_folder_keeps_crews(run, tmp_path):
    result = run([T, S3])
    back = Result.open(result.write(tmp_path / "run"))
    assert back.crews.equals(result.crews)
    line, road = back.about["crews"]["entries"]
    assert (line["name"], line["done_mean"], road["done_mean"]) == ("line", 63 / 64, 61 / 64)
    assert line["first_h"] == 0  # in a sample in which the road holds
    assert 0 < line["busy_share"] < 1


def test_with_crews_the_account_balances(run):
    result = run([T, S3, '{ ids = ["wire"], probability = 0.5, state = "slight" }'])
    about = result.about["crews"]
    begun = sum(one["jobs_mean"] for one in about["entries"])
    left = sum(v for row in about["left"] for k, v in row.items() if k.endswith("_mean"))
    assert begun + left - about["jobs_mean"] == pytest.approx(about["jobs_mean"])
