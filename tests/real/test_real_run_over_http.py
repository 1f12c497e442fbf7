"""A run on Shelby County asked over HTTP, against its folder and `rencity why`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from rencity.registry.cities import take_in
from tests.atlas.conftest import Read
from tests.real.conftest import SAMPLES, Brought, rencity
from tests.servers import here_on


@pytest.fixture(scope="module")
def asked(
    brought: Callable[[str], Brought],
    shaken_memphis: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Read]:
    """A server that knows Memphis and its run."""
    folder = tmp_path_factory.mktemp("asked")
    here = here_on(f"sqlite:///{folder / 'a.db'}", folder / "data")
    with here.services.store.writing("me") as tx:
        take_in(tx, here.services.places, brought("memphis").folder)
    made = Read(here, brought("memphis").city, {"quake": shaken_memphis})
    made.enter("quake", shaken_memphis, "stress")
    yield made
    here.stop()


def at(read: Read) -> str:
    return f"cities/{read.city.identity.id}/versions/1"


def why_by_command(read: Read, target: str, *more: str) -> dict[str, Any]:
    folder = read.here.services.places.city(read.city.identity.id, 1)
    status, told = rencity("why", read.sources["quake"], target, "--city", folder, *more, "--json")
    assert status == 0, told
    return dict(json.loads(told))


def within(mine: Any, whole: Any) -> bool:
    """Whether all that is said in one place is said in the other."""
    if isinstance(mine, dict):
        return all(name in whole and within(one, whole[name]) for name, one in mine.items())
    if isinstance(mine, list):
        return len(mine) == len(whole) and all(map(within, mine, whole))
    return bool(mine == whole)


def test_key_figures_are_those_of_the_folder(asked: Read) -> None:
    held = json.loads((asked.sources["quake"] / "summary.json").read_text("utf-8"))["lifelines"]
    figures = {one["lifeline"]: one for one in asked.get("runs/quake/key-figures")["city"]}
    assert set(figures) == set(held) == {"power", "water", "gas", "telecom"}
    for name, one in figures.items():
        assert one["loss_person_h"] == held[name]["loss_person_h"]
        assert one["loss_person_h"]["mean"] > 0
        assert one["t90_h"] == held[name]["t90_h"]
        assert one["equity"]["gini"] == held[name]["equity"]["gini"]


def test_weak_links_are_those_of_the_folder(asked: Read) -> None:
    held = pd.read_parquet(asked.sources["quake"] / "weak_links.parquet").set_index("asset")
    said = asked.get("runs/quake/weak-links", by="n1", limit=500)
    assert said["total"] == int((held["n1_people"] > 0).sum()) > 100
    for one in said["items"]:
        assert one["n1_people"] == held.loc[one["asset"], "n1_people"]
        assert asked.city.assets["id"].iloc[one["row"]] == one["asset"]
    people = {one["asset"]: one["n1_by"] for one in said["items"]}
    assert people["power-18"]["power"] == 871_013


@pytest.mark.parametrize(
    ("target", "lifeline"), [("power-18", ""), ("water-30", ""), ("zone-23", "water")]
)
def test_why_is_what_the_command_says(asked: Read, target: str, lifeline: str) -> None:
    more = ("--lifeline", lifeline) if lifeline else ()
    mine = why_by_command(asked, target, *more)
    said = asked.get(
        "runs/quake/why", target=target, **({"lifeline": lifeline} if lifeline else {})
    )
    assert within(mine, said)
    assert said["causes"]["samples"] == said["causes"]["of"] == SAMPLES
    table = asked.city.zones if lifeline else asked.city.assets
    assert table["id"].iloc[said["row"]] == target


def test_what_if_substation_18_fails_is_what_why_says_of_it_alone(asked: Read) -> None:
    alone = why_by_command(asked, "power-18")["consequences"]
    answer = asked.here.client.post(f"{at(asked)}/what-if", json={"assets": ["power-18"]})
    assert answer.status_code == 200, answer.text
    said = answer.json()
    everybody = 924_339
    assert said["people"] == alone["people"]
    assert said["people"] == {
        "power": 871_013, **dict.fromkeys(("water", "gas", "telecom"), everybody),
    }  # fmt: skip
    assert said["assets_out"] == alone["lost"]
    assert said["zones_hit"] == alone["zones_hit"]
    assert said["hours"] == alone["hours"]
    counts = [[(one["how"], one["count"]) for one in groups] for groups in said["rounds"]]
    assert counts == [[(one["how"], one["count"]) for one in groups] for groups in alone["rounds"]]
    dark = asked.city.assets["lifeline"].iloc[said["dark"]["rows"]].value_counts().to_dict()
    assert dark == alone["lost"]
