"""A quarter in which repairs queue: two feeders, a road to them, crews and what could help."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely

from rencity.city import City
from rencity.sim.result import Result
from tests.cities import tiny_city

KINDS = {"depot": "depot", "plant": "plant", "t": "transformer", "u": "transformer"}
KINDS |= {"j1": "junction", "j2": "junction", "j3": "junction", "clinic": "hospital"}
KINDS |= {"s1": "segment", "s2": "segment", "s3": "segment", "wire": "line", "cord": "line"}
FAR = 40.0
"""What the tiny city is stretched by, so that a trip takes minutes that count."""

SCENARIO = """
[scenario]
name = "queue"
crews = "crews.toml"
horizon_h = 168
step_h = 2
samples = 120
seed = 3

[[hazards]]
kind = "random"
targets = [
  { ids = ["t", "u"], probability = 0.7, state = "complete" },
  { ids = ["wire", "cord"], probability = 0.6, state = "extensive" },
  { ids = ["s2", "s3"], probability = 0.5, state = "break" },
]

[[hazards]]
kind = "random"
name = "after"
start_h = 9
targets = [
  { ids = ["wire"], probability = 0.4, state = "slight" },
  { ids = ["s1"], probability = 0.4, state = "break" },
  { ids = ["cord", "u"], probability = 0.3, hours = 5 },
]
"""
CREWS = """
[planning]
roads_h = [0, 6]
roads_every_h = 12

[[crews]]
name = "line"
skill = "line"
count = 1
base = "depot"
parts = { transformer = 1 }
resupply_h = 96
shift = { start_h = 2, hours = 14 }

[[crews]]
name = "road"
skill = "road"
count = 0
base = "depot"

[[crews]]
name = "pump"
skill = "pump"
count = 1
base = "depot"
parts = { valve = 1 }
"""
MEASURES = """
[[measures]]
id = "second"
kind = "crews"
crews = "line"
more = 1
cost_yuan = 1

[[measures]]
id = "clearing"
kind = "crews"
crews = "road"
more = 1
cost_yuan = 1

[[measures]]
id = "spare"
kind = "stock"
crews = "line"
parts = { transformer = 3 }
cost_yuan = 1

[[measures]]
id = "trees"
kind = "harden"
ids = ["s2", "s3"]
probability_factor = 0.2
cost_yuan = 1

[[measures]]
id = "tie"
kind = "link"
start = "t"
end = "u"
cost_yuan = 1

[[measures]]
id = "nearer"
kind = "move"
asset = "t"
lon = 120.04
lat = 31.0
cost_yuan = 1
"""
IDLE = """
[[measures]]
id = "idle"
kind = "crews"
crews = "pump"
more = 3
cost_yuan = 1

[[measures]]
id = "shelf"
kind = "stock"
crews = "pump"
parts = { valve = 5 }
cost_yuan = 1
"""


def quarter() -> City:
    """A plant feeds t and u by a wire and a cord; from the depot a road leads past u to t."""
    city = tiny_city(
        "road: depot* j1 j2 j3; power: plant* t u; health: clinic",
        "depot-j1/s1 j1-j2/s2 j2-j3/s3 plant-t/wire plant-u/cord",
        [{"asset": "clinic", "lifeline": "power", "of": "t u", "backup_h": 4.0}],
        [("t", "z1", 1.0), ("u", "z2", 1.0), ("clinic", "z2", 1.0)],
        {"z1": 1000, "z2": 600},
    )
    assets = city.assets.copy()
    assets["kind"] = assets["id"].map(KINDS)
    at = assets.set_index("id").geometry
    near = {"plant": at["j1"], "t": at["j3"], "u": at["j2"]}
    near |= {"wire": shapely.LineString([at["j1"], at["j3"]])}
    near |= {"cord": shapely.LineString([at["j1"], at["j2"]])}
    assets["geometry"] = [near.get(name, at[name]) for name in assets["id"]]
    west = np.array([120.0, 0.0])
    assets["geometry"] = shapely.transform(
        assets.geometry.to_numpy(), lambda each: (each - west) * [FAR, 1.0] + west
    )
    return city.replace(assets=assets)


def crews_by_hand(chosen: frozenset[str]) -> str:
    """The crews file as an editor would leave it after measures."""
    text = CREWS
    if "second" in chosen:
        text = text.replace("count = 1", "count = 2", 1)
    if "clearing" in chosen:
        text = text.replace("count = 0", "count = 1")
    if "spare" in chosen:
        text = text.replace("transformer = 1", "transformer = 4")
    return text


def place(folder: Path, crews: str = CREWS) -> Path:
    """A folder with the scenario and its crews."""
    folder.mkdir(exist_ok=True)
    (folder / "queue.toml").write_text(SCENARIO, encoding="utf-8")
    (folder / "crews.toml").write_text(crews, encoding="utf-8")
    return folder


def lost_in(result: Result) -> npt.NDArray[np.int64]:
    """Person-minutes lost in a result, (lifelines, regions, samples)."""
    curves = result.curves
    edge_min = np.rint(np.append(curves["step_start_h"], result.about["horizon_h"]) * 60)
    without = curves["people"].to_numpy()[:, :, None, None] - curves["served"].to_numpy()
    lost = np.einsum("lrts,t->lrs", without.astype(np.int64), np.diff(edge_min).astype(np.int64))
    return np.asarray(lost)
