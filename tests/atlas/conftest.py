"""A server with runs and answers of the small demo city, for tests that change nothing."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rencity.city.model import City
from rencity.registry.cities import take_in
from rencity.registry.store import runs
from rencity.rehearse import stress
from tests.servers import Here, here_on

NASTY = "<script>alert(1)</script>"
FORMULA = "=1+cmd|' /C calc'!A0"
QUAKE = """[scenario]
name = "shaken"
title = { zh = "地震加暴雨", en = "Shaken and wet" }
horizon_h = 96
step_h = 6
samples = %(samples)s
seed = %(seed)s

[[hazards]]
kind = "earthquake"
name = "shock"
vs30_m_s = 260
plane = { lon = 120.30, lat = 31.46, depth_km = 8, strike_deg = 60, dip_deg = 80 }
magnitude = 6.8

[[hazards]]
kind = "rain"
name = "storm"
start_h = 6
storm = "cn.wuxi"
return_period_a = 100
duration_min = 120
step_min = 10
ground = "flood.built_up"
uncovered = "dry"
"""


@dataclass
class Read:
    """A server, the city it knows, and where its runs lie."""

    here: Here
    city: City
    sources: dict[str, Path]

    def get(self, path: str, **params: Any) -> Any:
        answer = self.here.client.get(path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def enter(self, key: str, folder: Path, what: str, **said: Any) -> None:
        """Put a folder in the place of a run, with its record."""
        services = self.here.services
        shutil.copytree(folder, services.places.run(key))
        mark = {"stress": "run.json", "measure": "measures.json"}.get(what, f"{what}.json")
        about = json.loads((folder / mark).read_text("utf-8"))
        row = {
            "what": what, "city": about["city"]["id"], "city_version": 1,
            "city_hash": about["city"]["hash"], "scenario": "", "scenario_version": 0,
            "samples": about.get("samples", 0), "seed": about.get("seed", 0),
            "digest": about.get("digest", ""), "job": "", "packs": about.get("packs", {}),
            "note": "",
        }  # fmt: skip
        with services.store.writing("me") as tx:
            runs.create(tx, key, {**row, "at": tx.at, **said})


def nasty(city: City) -> City:
    """The same city, in which a zone and an asset have names that mean harm."""
    zones, assets = city.zones.copy(), city.assets.copy()
    zones.loc[zones.index[-1], "name"] = NASTY
    assets.loc[assets.index[0], "name"] = FORMULA
    return dataclasses.replace(city, tables={**city.tables, "zones": zones, "assets": assets})


@pytest.fixture(scope="session")
def read(block: City, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Read]:
    """A server with two runs of one scenario that differ in their seed."""
    folder = tmp_path_factory.mktemp("read")
    city = nasty(block)
    city.write(folder / "city")
    sources = {}
    for key, seed, samples in (("shaken", 1, 40), ("again", 2, 30)):
        text = QUAKE % {"seed": seed, "samples": samples}
        sources[key] = stress(folder / "city", text, base=folder).write(folder / key)
    here = here_on(f"sqlite:///{folder / 'a.db'}", folder / "data")
    with here.services.store.writing("me") as tx:
        take_in(tx, here.services.places, folder / "city")
    made = Read(here, city, sources)
    for key, source in sources.items():
        made.enter(key, source, "stress")
    yield made
    here.stop()
