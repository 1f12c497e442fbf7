"""The table of outages a run keeps: what goes in comes out, and every fault is said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rencity.city.network import build_network
from rencity.kit.errors import RunError
from rencity.sim.reach.outages import FOREVER, Outages, merged
from rencity.sim.why.kept import hazard_bits, kept_of, outages_table
from rencity.sim.why.names import Names
from tests.cities import tiny_city


@pytest.fixture
def names():
    city = tiny_city("power: S* a b; road: r", "S-a/x a-b")
    return Names(city, build_network(city))


def outages(*rows):
    columns = np.array(rows, np.int32).reshape(-1, 4).T
    return merged([Outages(*(np.ascontiguousarray(c) for c in columns))])


def row(names, asset):
    return int(names.row_of_asset[list(names.ids).index(asset)])


def kept(names):
    wind = outages((row(names, "a"), 0, 0, 60), (row(names, "x"), 2, 5, FOREVER))
    water = outages((row(names, "a"), 0, 30, 90), (row(names, "a"), 0, 200, 300))
    both = merged([wind, water])
    table = outages_table(
        names.ids, names.network, both, hazard_bits(both, [wind, water]), ["wind", "water"]
    )
    return both, table


def test_what_goes_in_comes_out(names):
    both, table = kept(names)
    assert list(table["asset"]) == ["a", "a", "x"]
    assert list(table["sample"]) == [0, 0, 2]
    back = kept_of(table, names, 3)
    for name in Outages.NAMES:
        assert (getattr(back.outages, name) == getattr(both, name)).all()


def test_each_outage_knows_the_hazards_that_began_within_it(names):
    _, table = kept(names)
    assert list(table["hazard"].astype(str)) == ["wind + water", "water", "wind"]
    back = kept_of(table, names, 3)
    assert back.hazard_of(row(names, "a"), 0, 80) == "wind + water"
    assert back.hazard_of(row(names, "a"), 0, 250) == "water"
    assert back.hazard_of(row(names, "b"), 0, 250) == ""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.drop(columns="hazard"), "no column hazard"),
        (lambda t: t.assign(asset="nobody"), "'nobody' is in no network of this city"),
        (lambda t: t.assign(sample=7), "a sample that was not kept"),
        (lambda t: t.assign(end_min=FOREVER), "outages of one asset overlap"),
        (lambda t: pd.concat([t, t]), "outages of one asset overlap"),
    ],
)
def test_a_broken_table_is_told(names, change, said):
    _, table = kept(names)
    with pytest.raises(RunError, match=said):
        kept_of(change(table), names, 3)


def test_an_empty_table_is_fine(names):
    _, table = kept(names)
    assert not len(kept_of(table.iloc[:0], names, 3).outages.row)
