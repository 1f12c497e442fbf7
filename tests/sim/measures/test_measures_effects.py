"""Each measure changes what it says and nothing else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rencity.city.check import assert_valid
from rencity.city.network import build_network
from rencity.city.schema import TABLES
from rencity.kit.errors import InputError, RencityError, ScenarioError
from rencity.sim.damage import assign
from rencity.sim.measures.apply import applied, touched
from rencity.sim.measures.check import assert_fits
from rencity.sim.measures.harden import scaled
from rencity.sim.measures.setting import Setting
from rencity.sim.measures.trial import Trial
from rencity.sim.scenario import parse_scenario
from tests.cities import tiny_city
from tests.sim.measures.measured import BASE, classes, plain_losses, programme, setting, town

HEAD = '[[measures]]\nid = "m"\ncost_yuan = 1\n'


def done(text: str, today: Setting | None = None) -> tuple[Setting, Setting]:
    """The setting before and after one measure."""
    before = today or setting()
    return before, applied(programme(HEAD + text).measures, before)


def unchanged_tables(before: Setting, after: Setting, *but: str) -> None:
    """Every table but those named holds the same values."""
    for name in TABLES:
        if name not in but:
            pd.testing.assert_frame_equal(before.city.tables[name], after.city.tables[name])


def classes_in_force(made: Setting, measure: str) -> dict[str, str]:
    """Class of each asset under a measure of intensity."""
    found = assign(made.city.assets, made.classes, [measure]).fragility
    return dict(zip(made.city.assets["id"], found.astype(object), strict=True))


def test_a_class_is_replaced_for_its_own_measure_only() -> None:
    before, after = done('kind = "harden"\nids = ["a", "p"]\nfragility = "strong"')
    shaken, blown = classes_in_force(after, "PGA"), classes_in_force(after, "gust")
    assert (shaken["a"], shaken["p"]) == ("strong", "strong")
    assert shaken["b"] == classes_in_force(before, "PGA")["b"] == "weak"
    assert blown["a"] == "sail"
    unchanged_tables(before, after, "assets")
    others = [name for name in before.city.assets if name != "fragility"]
    pd.testing.assert_frame_equal(before.city.assets[others], after.city.assets[others])


def test_medians_grow_for_every_measure_of_the_chosen_assets() -> None:
    before, after = done('kind = "harden"\nids = ["a"]\nmedian_factor = 1.5')
    for measure in ("PGA", "gust"):
        was, now = classes_in_force(before, measure), classes_in_force(after, measure)
        old, new = before.classes.fragility[was["a"]], after.classes.fragility[now["a"]]
        assert new.states[0].median == pytest.approx(1.5 * old.states[0].median)
        assert {one: now[one] for one in now if one != "a"} == {
            one: was[one] for one in was if one != "a"
        }
    assert before.classes.fragility == classes().fragility


def test_a_repair_rate_scales_as_if_the_motion_were_smaller() -> None:
    from rencity.sim.classes import RepairRate
    from rencity.sim.damage import exceedance

    pipe = RepairRate(
        form="repair_rate", measure="PGV", factor=0.003, exponent=1.3, break_share=0.8
    )
    motion, length = np.array([5.0, 40.0]), np.array([500.0, 900.0])
    better = exceedance(scaled(pipe, 2.0), motion, length)
    np.testing.assert_allclose(better, exceedance(pipe, motion / 2, length))


def test_two_hardenings_of_one_asset_multiply() -> None:
    text = """
    [[measures]]
    id = "m"
    kind = "harden"
    ids = ["a"]
    median_factor = 1.5
    cost_yuan = 1
    [[measures]]
    id = "n"
    kind = "harden"
    ids = ["a"]
    median_factor = 2.0
    cost_yuan = 1
    """
    after = applied(programme(text).measures, setting())
    now = after.classes.fragility[classes_in_force(after, "PGA")["a"]]
    assert now.states[0].median == pytest.approx(0.2 * 3)


def test_probability_zero_means_never_and_moves_no_other_draw() -> None:
    before, after = done('kind = "harden"\nids = ["b"]\nprobability_factor = 0')
    dead = setting(text=SCENARIO_WITHOUT_B)
    unchanged_tables(before, after)
    np.testing.assert_array_equal(plain_losses(after, 600), plain_losses(dead, 600))
    assert plain_losses(after, 600).sum() < plain_losses(before, 600).sum()


SCENARIO_WITHOUT_B = """
[scenario]
name = "wear"
horizon_h = 48
step_h = 1
seed = 3

[[hazards]]
kind = "random"
targets = [
  { ids = ["a"], probability = 0.5, hours = 10 },
  { ids = ["c"], probability = 0.3, hours = 30 },
  { ids = ["p"], probability = 0.2, hours = 12 },
  { ids = ["x"], probability = 0.3, hours = 9 },
]
"""


def test_a_factor_of_probability_is_met_in_frequency() -> None:
    """Half the probability: half the hits, and each of them a hit of before."""
    from rencity.sim.measures.broken import Luck, broken_of
    from rencity.sim.measures.remembered import Memory

    before, after = done('kind = "harden"\nids = ["a"]\nprobability_factor = 0.5')
    network = build_network(before.city)
    hit = []
    for made in (before, after):
        drawn = broken_of(made, 0, network, Luck(BASE, 4000, 3, Memory())).jobs
        key = network.key[network.row_of_asset(len(made.city.assets))]
        of = dict(zip(made.city.assets["id"], key, strict=True))
        hit.append({one: set(drawn.sample[drawn.key == of[one]].tolist()) for one in "abcpx"})
    assert hit[1]["a"] < hit[0]["a"]
    assert len(hit[1]["a"]) / 4000 == pytest.approx(0.25, abs=0.03)
    assert all(hit[0][one] == hit[1][one] for one in "bcpx")


def test_sills_are_raised_never_lowered() -> None:
    city = town()
    city = city.replace(assets=city.assets.assign(entrance_m=[2.0, *[np.nan] * 7]))
    _, after = done('kind = "harden"\nlifeline = "power"\nsill_m = 0.5', setting(city))
    sills = dict(zip(after.city.assets["id"], after.city.assets["entrance_m"], strict=True))
    first = city.assets["id"].iloc[0]
    assert sills[first] == 2.0
    assert {sills[one] for one in "abcSx" if one != first} == {0.5}
    assert np.isnan(sills["W"])


def test_backup_is_a_floor_and_touches_only_its_needs() -> None:
    before, after = done('kind = "backup"\nlifeline = "water"\nneed = "power"\nhours = 3')
    hours = after.city.need_groups.set_index("asset")["backup_h"]
    assert (hours["p"], hours["q"]) == (3.0, 4.0)
    unchanged_tables(before, after, "need_groups")
    measure = programme(HEAD + 'kind = "backup"\nids = ["p"]\nhours = 3').measures[0]
    assert touched(measure, before, before.scenario.hazards[0]) == frozenset()


def test_a_backup_past_the_manual_start_waives_the_need_throughout() -> None:
    """Longer than until the manual start: never felt, as with a need that is not there."""
    _, after = done('kind = "backup"\nids = ["q"]\nhours = 36')
    assert_valid(after.city)
    free = town()
    free = free.replace(
        need_groups=free.need_groups.loc[free.need_groups["asset"] != "q"],
        needs=free.needs.loc[free.needs["group"] != "need1"],
    )
    np.testing.assert_array_equal(plain_losses(after, 300), plain_losses(setting(free), 300))


def test_a_new_link_is_a_second_way_and_its_own_asset_draws_alone() -> None:
    text = 'kind = "link"\nstart = "S"\nend = "b"\nasset_kind = "power.line"'
    before, after = done(text)
    assert_valid(after.city)
    row = after.city.links.set_index("id").loc["m"]
    assert (row["start"], row["end"], row["asset"]) == ("S", "b", "m")
    assert row["length_m"] == pytest.approx(2 * 95.4, rel=0.01)
    unchanged_tables(before, after, "links", "assets")
    old = after.city.assets.loc[after.city.assets["id"] != "m"].reset_index(drop=True)
    pd.testing.assert_frame_equal(pd.DataFrame(old), pd.DataFrame(before.city.assets))
    a, b = build_network(before.city), build_network(after.city)
    assert set(a.key.tolist()) <= set(b.key.tolist())
    assert plain_losses(after, 600).sum() < plain_losses(before, 600).sum()


def test_a_normally_open_link_waits_to_be_switched() -> None:
    """a down for 10 h cuts b; the tie is closed after 3 h."""
    city = tiny_city("power: S* a b", "S-a a-b", serves=[("b", "z", 1.0)], zones={"z": 60})
    text = CUT.replace("IDS", '"a"')
    tie = 'kind = "link"\nstart = "S"\nend = "b"\nnormally_open = true\nswitching_min = 180'
    before, after = done(tie, setting(city, text))
    assert plain_losses(before, 1).sum() == 60 * 600
    assert plain_losses(after, 1).sum() == 60 * 180


CUT = """
[scenario]
name = "cut"
horizon_h = 48
step_h = 1
samples = 1
[[hazards]]
kind = "random"
targets = [{ ids = [IDS], probability = 1.0, hours = 10 }]
"""


def feeder(measure: str, broken: str) -> tuple[int, int]:
    """Person-minutes lost on a feeder S a b with a pump on b, before and after."""
    city = tiny_city(
        "power: S* a b; water: W* p",
        "S-a a-b W-p",
        needs=[{"asset": "p", "of": "b"}],
        serves=[("a", "z1", 1.0), ("b", "z2", 1.0), ("p", "z2", 1.0)],
        zones={"z1": 7, "z2": 1},
    )
    today = setting(city, CUT.replace("IDS", broken))
    made = programme(HEAD + measure)
    assert_fits(made, [today], place="test")
    trial = Trial(today, BASE, made.measures, 1, 1)
    before, after = (trial.losses(frozenset(one), 0, 1).sum() for one in ((), ("m",)))
    return int(before), int(after)


GRID = 'kind = "microgrid"\nfeeds = ["b"]\nasset_kind = "power.node"\n'


def test_a_microgrid_feeds_its_consumers_and_nobody_else() -> None:
    """With S out a and b are cut; b's people and pump go on, a's 7 do not: nothing flows back."""
    before, after = feeder(GRID, '"S"')
    assert before == 600 * (7 + 1 + 1)
    assert after == 600 * 7


def test_a_microgrid_lasts_for_its_hours() -> None:
    _, after = feeder(GRID + "hours = 4", '"S"')
    assert after == 600 * 7 + 360 * 2


def test_a_microgrid_is_switched_over_in_its_time() -> None:
    _, after = feeder(GRID + "switching_min = 120", '"S"')
    assert after == 600 * 7 + 120 * 2


def test_a_microgrid_does_not_mend_what_it_feeds() -> None:
    before, after = feeder(GRID, '"b"')
    assert before == after == 600 * 2


def test_a_microgrid_itself_can_break() -> None:
    _, after = feeder(GRID, '"S", "a"')
    assert after == 600 * 7
    city_text = GRID.replace('["b"]', '["b"]') + "lon = 120.0\nlat = 31.0"
    _, placed = feeder(city_text, '"S"')
    assert placed == 600 * 7


def test_moving_takes_the_asset_and_leaves_its_links() -> None:
    before, after = done('kind = "move"\nasset = "b"\nlon = 120.3\nlat = 30.95\nsill_m = 1.0')
    unchanged_tables(before, after, "assets")
    was, now = (s.city.assets.set_index("id") for s in (before, after))
    assert (now.geometry["b"].x, now.geometry["b"].y) == (120.3, 30.95)
    assert now["entrance_m"]["b"] == 1.0
    assert now["zone"]["b"] in set(before.city.zones["id"])
    pd.testing.assert_frame_equal(
        pd.DataFrame(was.drop("b")), pd.DataFrame(now.drop("b")), check_like=True
    )


RAIN = """
[scenario]
name = "wet"
horizon_h = 24
samples = 1
[[hazards]]
kind = "rain"
storm = "cn.wuxi"
drainage_mm_h = 36.0
[[hazards]]
kind = "cutoff"
lifeline = "power"
hours = 3
"""


def test_a_drain_raises_the_rate_of_rain_alone() -> None:
    today = setting(text=RAIN)
    before, after = done('kind = "drain"\ndrainage_mm_h = 50', today)
    assert after.scenario.hazards[0].drainage_mm_h == 50.0
    assert after.scenario.hazards[1] == before.scenario.hazards[1]
    assert after.city is before.city
    assert done('kind = "drain"\ndrainage_mm_h = 30', today)[1] is today


def test_a_drain_widens_the_capacity_of_drainage_assets() -> None:
    city = tiny_city("drainage: O* m; power: S* a", "O-m S-a", serves=[], zones={"z": 1})
    capacity = city.assets["id"].map({"O": 10.0, "m": np.nan, "S": 5.0, "a": np.nan})
    today = setting(city.replace(assets=city.assets.assign(capacity=capacity)), RAIN)
    _, after = done('kind = "drain"\nlifeline = "drainage"\nfactor = 1.5', today)
    now = after.city.assets.set_index("id")["capacity"]
    assert (now["O"], now["S"]) == (15.0, 5.0)
    with pytest.raises(InputError, match="S is not of drainage"):
        done('kind = "drain"\nids = ["S"]\nfactor = 1.5', today)


def test_building_comes_after_selecting_whatever_the_order_of_the_file() -> None:
    link = '[[measures]]\nid = "l"\nkind = "link"\nstart = "S"\nend = "b"\ncost_yuan = 1\n'
    link += 'asset_kind = "power.line"\n'
    hard = '[[measures]]\nid = "h"\nkind = "harden"\nkinds = ["power.line"]\ncost_yuan = 1\n'
    hard += "probability_factor = 0.5\n"
    for text in (link + hard, hard + link):
        after = applied(programme(text).measures, setting())
        assert after.classes.eased == {"x": 0.5}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('kind = "harden"\nids = ["nobody"]\nprobability_factor = 0', "no such asset: nobody"),
        ('kind = "harden"\nkinds = ["power.moon"]\nprobability_factor = 0', "unknown kind"),
        ('kind = "harden"\nids = ["a"]\nfragility = "stronk"', "did you mean 'strong'"),
        ('kind = "backup"\nids = ["p"]\nneed = "powr"\nhours = 9', "did you mean 'power'"),
        ('kind = "link"\nstart = "a"\nend = "nowhere"', "no such asset: nowhere"),
        ('kind = "link"\nstart = "a"\nend = "p"', "two lifelines, power and water"),
        ('kind = "link"\nstart = "a"\nend = "c"\nasset_kind = "water.node"', "no kind of power"),
        ('kind = "move"\nasset = "x"\nlon = 120\nlat = 31', "x is a line"),
        ('kind = "move"\nasset = "a"\nlon = 120\nlat = 31\nzone = "z9"', "no such zone: z9"),
        ('kind = "microgrid"\nfeeds = ["a", "p"]\nasset_kind = "power.node"', "several lifelines"),
        ('kind = "microgrid"\nfeeds = ["S"]\nasset_kind = "power.node"', "sources need no feed: S"),
        ('kind = "crews"\ncrews = "city"\nmore = 2', "scenario wear has no crews"),
        ('kind = "stock"\ncrews = "city"\nparts = { pole = 3 }', "scenario wear has no crews"),
    ],
)
def test_what_does_not_fit_is_told(text: str, said: str) -> None:
    with pytest.raises((InputError, ScenarioError)) as caught:
        done(text)
    assert isinstance(caught.value, RencityError)
    assert said in str(caught.value)
    assert caught.value.mend


def test_an_id_that_is_taken_is_refused() -> None:
    text = 'kind = "link"\nstart = "S"\nend = "b"\nasset_kind = "power.line"\ncost_yuan = 1\n'
    with pytest.raises(InputError, match="already hold 'a'"):
        applied(programme('[[measures]]\nid = "a"\n' + text).measures, setting())


def test_scenarios_keep_their_own_classes() -> None:
    text = CUT.replace("IDS", '"a"') + '\n[classes]\n"power.node" = { fragility = "strong" }\n'
    scenario = parse_scenario(text, place="test")
    made = Setting.of(town(), classes(), scenario)
    after = applied(
        programme(HEAD + 'kind = "harden"\nids = ["a"]\nmedian_factor = 2').measures, made
    )
    name = classes_in_force(after, "PGA")["a"]
    assert after.classes.fragility[name].states[0].median == pytest.approx(1.6)
