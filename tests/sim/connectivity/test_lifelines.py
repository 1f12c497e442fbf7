"""A city's lifeline as a graph, what events take from it, and measures of a whole city."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from rencity.city.network import build_network
from rencity.kit.errors import CityError, InputError, StorageError
from rencity.rehearse.measure import measure, read_events
from rencity.sim.connectivity import study
from rencity.sim.connectivity.lifeline import graph_of
from tests.cities import tiny_city


def small():
    """S – a – b with lines x, y; b is served; a pump p in the middle of a third link."""
    city = tiny_city(
        "power: S* a b c",
        "S-a/x a>b/y a-b S~c b-c/p",
        [],
        [("b", "z", 0.5), ("p", "z", 0.5)],
        {"z": 10},
    )
    return city.replace(links=city.links.assign(length_m=[100.0, 200.0, 200.0, 7.0, 60.0]))


def shown(city, **options):
    made = graph_of(city, build_network(city), "power", **options)
    ids = city.assets["id"].to_numpy()
    name = ids[made.node_asset]
    graph = made.graph
    links = [
        (name[a], ">" if d else "-", name[b], ids[own] if own >= 0 else "", w)
        for a, b, d, own, w in zip(
            graph.start, graph.end, graph.directed, made.link_asset, graph.weight, strict=True
        )
    ]
    return made, name, sorted(links)


def test_assets_are_nodes_or_links():
    made, name, links = shown(small())
    assert links == [
        ("S", "-", "a", "x", 100.0),
        ("a", "-", "b", "", 200.0),
        ("a", ">", "b", "y", 200.0),
        ("b", "-", "p", "", 30.0),  # who serves somebody stands in the middle of its link
        ("p", "-", "c", "", 30.0),
    ]  # the normally open link carries nothing
    assert set(name[made.graph.source]) == {"S"}
    assert set(name[made.graph.consumer]) == {"b", "p"}
    assert made.metres


def test_hops_and_both():
    made, _, links = shown(small(), hops=True, both=True)
    assert {link[4] for link in links} == {1.0}
    assert made.graph.source.all()
    assert made.graph.consumer.all()
    assert not made.metres


def test_without_any_length_each_link_counts_one():
    made, _, links = shown(tiny_city("power: S* a", "S-a"))
    assert [link[4] for link in links] == [1.0]
    assert not made.metres
    assert not made.findings


def test_a_length_that_lacks_is_the_straight_line_and_told():
    city = tiny_city("power: S* a b", "S-a a-b")
    city = city.replace(links=city.links.assign(length_m=[50.0, np.nan]))
    made, _, links = shown(city)
    assert links[0][4] == 50.0
    assert links[1][4] == pytest.approx(95.4, abs=0.1)  # a thousandth of a degree at latitude 31
    assert [finding.rule for finding in made.findings] == ["measure-length-straight"]


def test_what_is_down_is_nodes_and_links():
    city = small()
    made, name, _ = shown(city)
    down = np.zeros((1, len(city.assets)), bool)
    down[0, [list(city.assets["id"]).index(one) for one in ("a", "y", "p")]] = True
    masks = made.down(down)
    assert set(name[masks.nodes[0]]) == {"a", "p"}
    [link] = np.flatnonzero(masks.links[0])
    assert city.assets["id"].iloc[made.link_asset[link]] == "y"


def csv(folder, text):
    path = folder / "failed.csv"
    path.write_text(text, "utf-8")
    return path


def test_events_of_a_file(tmp_path):
    path = csv(tmp_path, "event,asset\nstorm,x\nquake,a\nstorm,y\n")
    city = small()
    made = measure(city, failed=path, lifeline="power")
    assert made.events["event"].tolist() == ["storm", "quake"]
    assert made.events["complete"].tolist() == [1.0, 1.0]
    assert measure(city, failed=path, events=1).events["event"].tolist() == ["storm"]
    [each] = measure(city, failed=path, years=50).about["lifelines"]
    assert each["average_loss"]["complete"] == pytest.approx(2 / 50)


def test_what_rides_goes_along(tmp_path):
    city = small()
    city = city.replace(carriers=pd.DataFrame({"carrier": ["y"], "asset": ["x"]}))
    events = read_events(city, build_network(city), csv(tmp_path, "asset\ny\n"), None, None)
    assert set(city.assets["id"][events.down[0]]) == {"x", "y"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name\nx\n", "no column asset among name"),
        ("asset\n", "no rows"),
        ("asset\nx\nnobody\n", "row 3: no asset 'nobody'"),
        ("", "not a readable CSV file"),
    ],
)
def test_a_bad_file_is_told(tmp_path, text, said):
    with pytest.raises(InputError) as fault:
        measure(small(), failed=csv(tmp_path, text))
    assert said in str(fault.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        measure(small(), failed=tmp_path / "none.csv")


def test_a_scenario_and_a_file_are_too_much(tmp_path):
    with pytest.raises(InputError, match="give one of them"):
        measure(small(), "a.toml", failed=tmp_path / "b.csv")


@pytest.mark.parametrize(
    ("assets", "links", "lifeline", "said"),
    [
        ("power: S* a", "S-a", "water", "no lifeline 'water'"),
        ("power: S* a", "", "power", "power has no link"),
        ("power: S* a; water: w v", "S-a w-v", "water", "water has no source"),
        ("power: S* a*", "S-a", "power", "power has no consumer"),
        ("power: S* a", "", None, "no links"),
    ],
)
def test_a_lifeline_that_cannot_be_measured(assets, links, lifeline, said):
    with pytest.raises(CityError) as fault:
        measure(tiny_city(assets, links), lifeline=lifeline)
    assert said in str(fault.value)


def test_unasked_it_is_a_finding_and_the_rest_is_measured():
    made = measure(tiny_city("power: S* a; water: w v", "S-a w-v"))
    assert [finding["rule"] for finding in made.about["findings"]] == ["measure-no-source"]
    loss = {each["lifeline"]: each["average_loss"]["complete"] for each in made.about["lifelines"]}
    assert loss == {"power": 0.0, "water": None}


def test_too_much_work_is_cut_and_told(monkeypatch):
    names = " ".join(f"n{i}" for i in range(200))
    links = " ".join(f"n{i}-n{i + 1}" for i in range(199)) + " S-n0"
    city = tiny_city(f"power: S* {names}", links)
    whole = measure(city, both=True)
    monkeypatch.setattr(study, "MOST_STEPS", 1000)
    made = measure(city, both=True)
    rules = [finding["rule"] for finding in made.about["findings"]]
    assert rules == [
        "measure-too-many-pairs",
        "measure-efficiency-sampled",
        "measure-betweenness-sampled",
    ]
    assert made.events["complete"].tolist() == whole.events["complete"].tolist()
    assert made.events["partial"].isna().all()
    between = made.about["lifelines"][0]["betweenness"]
    assert between["origins"] == study.FEWEST
    off = (made.nodes["betweenness"] - whole.nodes["betweenness"]).abs().max()
    assert 0 < off <= between["bound"]
    again = measure(city, both=True)
    assert again.nodes.equals(made.nodes)
    assert not measure(city, both=True, seed=2).nodes.equals(made.nodes)


def test_threads_do_not_matter():
    city = small()
    one, three = (measure(city, both=True, workers=k) for k in (1, 3))
    assert one.nodes.equals(three.nodes)
    assert one.links.equals(three.links)


def test_the_folder(tmp_path):
    made = measure(small())
    folder = made.write(tmp_path / "m")
    assert json.loads((folder / "measures.json").read_text("utf-8")) == made.about
    for name in ("nodes", "links", "events"):
        assert len(pd.read_parquet(folder / f"{name}.parquet")) == len(getattr(made, name))
    with pytest.raises(StorageError, match="the folder exists"):
        made.write(folder)
    made.write(folder, replace=True)
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "y").write_text("")
    with pytest.raises(StorageError, match=r"holds no measures\.json"):
        made.write(tmp_path / "x", replace=True)
