from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rencity.kit.errors import ScenarioError
from rencity.sim.damage import Classes
from rencity.sim.hazard.scene import Scene
from rencity.sim.hazard.striking import strikes_of
from rencity.sim.strike import EVERY_SAMPLE
from tests.sim.random_cities import random_city

TWO = """kind = "cyber"
{spread}
[[hazards.systems]]
name = "scada"
lifeline = "power"
probability = 0.3
hours = 10
[[hazards.systems]]
name = "waterworks"
lifeline = "water"
probability = 0.6
hours = "never"
"""


def small_city():
    return random_city(np.random.default_rng(5))


def made(hazard, text, city, samples=4000, seed=1):
    return strikes_of(hazard(text), Scene(city, Classes(), None, samples, seed))


def fallen(strike):
    """Assets out by sample."""
    frame = pd.DataFrame({"sample": strike.out_sample, "asset": strike.out_asset})
    return frame.groupby("sample")["asset"].agg(frozenset)


def test_all_of_a_system_falls_together_as_often_as_said(hazard):
    city = small_city()
    power, water = made(hazard, TWO.format(spread=""), city)
    whole = frozenset(np.flatnonzero(city.assets["lifeline"] == "power"))
    assert set(fallen(power)) == {whole}
    assert power.facts["scada_assets"] == len(whole)
    for strike, chance in ((power, 0.3), (water, 0.6)):
        share = len(fallen(strike)) / 4000
        assert abs(share - chance) < 4 * np.sqrt(chance * (1 - chance) / 4000)
    both = len(set(fallen(power).index) & set(fallen(water).index)) / 4000
    assert abs(both - 0.18) < 4 * np.sqrt(0.18 * 0.82 / 4000)


def test_together_the_likelier_falls_wherever_the_other_does(hazard):
    power, water = made(hazard, TWO.format(spread='spread = "together"'), small_city())
    assert set(fallen(power).index) < set(fallen(water).index)


def test_samples_do_not_depend_on_how_many_there_are_nor_on_the_place_in_the_list(hazard):
    city = small_city()
    few, many = (made(hazard, TWO.format(spread=""), city, n)[0] for n in (100, 4000))
    assert set(fallen(few).index) == {s for s in fallen(many).index if s < 100}
    other = made(hazard, TWO.format(spread=""), city, 4000, seed=2)[0]
    assert set(fallen(other).index) != set(fallen(many).index)


def test_a_certain_attack_stands_in_every_sample(hazard):
    text = 'kind = "cyber"\n[[hazards.systems]]\nname = "s"\nkinds = ["power.line"]\nhours = 5'
    city = small_city()
    city = city.replace(assets=city.assets)
    (strike,) = made(hazard, text.replace("power.line", "power.transformer"), with_kind(city))
    assert set(strike.out_sample.tolist()) == {EVERY_SAMPLE}
    assert set(strike.out_min.tolist()) == {300}


def with_kind(city):
    assets = city.assets.copy()
    row = int(np.flatnonzero((assets["lifeline"] == "power") & ~assets["source"])[0])
    assets.loc[row, "kind"] = "transformer"
    return city.replace(assets=assets)


def test_a_controller_takes_what_needs_it_and_itself(hazard):
    city = small_city()
    provider = city.needs["provider"].iloc[0]
    groups = city.needs["group"][city.needs["provider"] == provider]
    want = set(city.need_groups["asset"][city.need_groups["id"].isin(groups)]) | {provider}
    text = f'kind = "cyber"\n[[hazards.systems]]\nname = "s"\ncontroller = "{provider}"\nhours = 5'
    (strike,) = made(hazard, text, city)
    assert set(city.assets["id"].to_numpy()[strike.out_asset]) == want


def test_owners_and_their_misspellings(hazard):
    city = small_city()
    owner = np.where(np.arange(len(city.assets)) < 2, "Acme Grid", "")
    city = city.replace(assets=city.assets.assign(owner=owner))
    text = 'kind = "cyber"\n[[hazards.systems]]\nname = "s"\nowner = "Acme Grid"\nhours = 5'
    (strike,) = made(hazard, text, city)
    assert strike.out_asset.tolist() == [0, 1]
    with pytest.raises(ScenarioError, match=r"systems.s.owner.*did you mean 'Acme Grid'"):
        made(hazard, text.replace("Acme Grid", "Acme Grit"), city)


@pytest.mark.parametrize(
    "system",
    [
        'name = "s"\nhours = 5',
        'name = "s"\nlifeline = "power"',
        'name = "s"\nlifeline = "power"\nhours = 5\nprobability = 1.5',
        'lifeline = "power"\nhours = 5',
    ],
)
def test_a_system_that_says_too_little_is_refused(hazard, system):
    with pytest.raises(ScenarioError, match="systems"):
        hazard(f'kind = "cyber"\n[[hazards.systems]]\n{system}')


def test_names_that_are_not_there_are_told(hazard):
    text = 'kind = "cyber"\n[[hazards.systems]]\nname = "s"\ncontroller = "ghost"\nhours = 5'
    with pytest.raises(ScenarioError, match="no such asset: ghost"):
        made(hazard, text, small_city())
    with pytest.raises(ScenarioError, match="controls nothing"):
        made(
            hazard,
            'kind = "cyber"\n[[hazards.systems]]\nname = "s"\nlifeline = "shelter"\nhours = 5',
            small_city(),
        )
