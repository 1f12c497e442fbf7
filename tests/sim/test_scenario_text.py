"""A scenario written as text reads back as itself."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rencity.sim.hazard.spec import CutoffHazard, FieldHazard, GivenHazard, RandomHazard, Target
from rencity.sim.scenario import ClassNames, Scenario, Title, parse_scenario
from rencity.sim.scenario_text import scenario_toml

words = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
hours = st.floats(1e-6, 1e6)
targets = st.builds(
    Target, probability=st.floats(0, 1), hours=hours, ids=st.lists(words).map(tuple)
)
hazards = st.one_of(
    st.builds(CutoffHazard, kind=st.just("cutoff"), lifeline=words.filter(bool), name=st.just("c"),
              hours=hours | st.just("never")),
    st.builds(GivenHazard, kind=st.just("given"), path=words, name=st.just("g"), restore=hours),
    st.builds(RandomHazard, kind=st.just("random"), name=st.just("r"),
              targets=st.lists(targets, min_size=1, max_size=3).map(tuple)),
)  # fmt: skip
scenarios = st.builds(
    Scenario,
    name=st.just("a-b.c"),
    title=st.builds(Title, zh=words, en=words),
    horizon_h=st.floats(10, 87_600),
    seed=st.integers(0, 2**63 - 1),
    packs=st.lists(words).map(tuple),
    classes=st.dictionaries(
        st.sampled_from(["power.line", "water.pump"]), st.builds(ClassNames, fragility=words)
    ),
    hazards=hazards.map(lambda hazard: (hazard,)),
)


@settings(deadline=None, max_examples=80)
@given(scenarios)
def test_text_reads_back_as_the_same_scenario(scenario: Scenario) -> None:
    assert parse_scenario(scenario_toml(scenario), place="") == scenario


def test_a_field_with_events_and_measures_comes_back() -> None:
    field = {
        "kind": "field",
        "name": "shaking",
        "measures": [{"measure": "PGA", "unit": "g", "column": 'a "quoted" one'}],
        "events": [{"path": "a\\b.csv", "weight": 1e-05}, {"path": "c\x7f\t.csv", "weight": 1.0}],
    }
    scenario = Scenario(name="x", hazards=(FieldHazard.model_validate_json(_json(field)),))
    text = scenario_toml(scenario)
    assert parse_scenario(text, place="") == scenario
    assert "horizon_h" not in text


def _json(value: object) -> str:
    import json

    return json.dumps(value)


@pytest.mark.parametrize("seed", [0, 2**63 - 1])
def test_whole_numbers_stay_whole(seed: int) -> None:
    dark = CutoffHazard(kind="cutoff", name="c", lifeline="power", hours="never")
    text = scenario_toml(Scenario(name="x", seed=seed, hazards=(dark,)))
    assert f"seed = {seed}\n" in text
