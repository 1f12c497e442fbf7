"""What every test may ask for."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LineString, Point, box

from rencity.city import City, Identity
from rencity.city.demo.build import make_demo

pytest_plugins = ["tests.figures", "tests.databases", "tests.servers", "tests.browsers"]

# a shell that starts the tests in the background has them ignore Ctrl-C, and their children too
signal.signal(signal.SIGINT, signal.default_int_handler)

HERE = Path(__file__).resolve().parent
SHARED = HERE.parents[1] / "shared" / "data"
ROOMS = ("city", "content", "db", "journal", "backup", "api", "atlas", "cli", "docs", "web")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have two workers compile no kernel twice.

    The first of two begins with rooms that need none. The other begins in the middle, which is
    where the web comes, and waits for the demo: its jobs compile what nearly all others need.
    """
    turn = {room: number for number, room in enumerate(ROOMS)}
    depth = len(HERE.parts)
    items.sort(key=lambda item: turn.get("".join(item.path.parts[depth:][:1]), len(ROOMS)))


def require(present: bool, what: str) -> None:
    """Skip with the reason, or fail where RENCITY_REQUIRE_DATA=1 says it must be there."""
    if present:
        return
    if os.environ.get("RENCITY_REQUIRE_DATA") == "1":
        pytest.fail(f"{what} is absent and RENCITY_REQUIRE_DATA=1")
    pytest.skip(f"{what} is absent")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real input beside the project."""
    require(SHARED.is_dir(), f"real input in {SHARED}")
    return SHARED


@pytest.fixture(scope="session")
def block() -> City:
    """The small demo city."""
    return make_demo("block", 1).city


WEST, SOUTH = 120.30, 31.55
TINY_PLACES = {
    "plant": ("power", "plant", 0.001, 0.01),
    "substation": ("power", "substation_medium", 0.005, 0.01),
    "transformer_a": ("power", "transformer", 0.009, 0.012),
    "transformer_b": ("power", "transformer", 0.011, 0.008),
    "works": ("water", "works", 0.002, 0.005),
    "pump": ("water", "pump", 0.006, 0.005),
    "junction": ("water", "junction", 0.010, 0.005),
    "core": ("telecom", "core", 0.004, 0.015),
    "mast": ("telecom", "mast", 0.012, 0.015),
}
TINY_LINKS = {
    "l1": ("power", "plant", "substation", "line"),
    "l2": ("power", "substation", "transformer_a", ""),
    "l3": ("power", "substation", "transformer_b", ""),
    "l4": ("power", "transformer_a", "transformer_b", "tie"),
    "w1": ("water", "works", "pump", "main"),
    "w2": ("water", "pump", "junction", "pipe"),
    "t1": ("telecom", "core", "mast", ""),
}
TINY_NEEDS = {
    "works-power": ("works", "power", 0, ("transformer_a", "transformer_b")),
    "pump-power": ("pump", "power", 0, ("transformer_b",)),
    "core-power": ("core", "power", 24, ("substation",)),
    "mast-power": ("mast", "power", 4, ("transformer_a",)),
}


def _tiny_tables() -> dict[str, pd.DataFrame]:
    at = {name: Point(WEST + x, SOUTH + y) for name, (_, _, x, y) in TINY_PLACES.items()}
    assets = [
        {"id": name, "lifeline": line, "kind": kind, "zone": "g1", "geometry": at[name]}
        for name, (line, kind, _, _) in TINY_PLACES.items()
    ]
    owned = {"line": "line", "tie": "line", "main": "pipe", "pipe": "pipe"}
    assets += [
        {
            "id": own,
            "lifeline": line,
            "kind": owned[own],
            "zone": "",
            "geometry": LineString([at[start], at[end]]),
        }
        for line, start, end, own in TINY_LINKS.values()
        if own
    ]
    frame = gpd.GeoDataFrame(assets)
    frame["source"] = frame["id"].isin(["plant", "works", "core"])
    return {
        "zones": gpd.GeoDataFrame(
            [
                ("city", "city", "", 300.0, box(WEST, SOUTH, WEST + 0.02, SOUTH + 0.02)),
                ("d1", "district", "city", 300.0, box(WEST, SOUTH, WEST + 0.02, SOUTH + 0.02)),
                ("g1", "grid", "d1", 100.0, box(WEST, SOUTH, WEST + 0.01, SOUTH + 0.02)),
                ("g2", "grid", "d1", 200.0, box(WEST + 0.01, SOUTH, WEST + 0.02, SOUTH + 0.02)),
            ],
            columns=["id", "level", "parent", "people_night", "geometry"],
        ),
        "assets": frame,
        "links": pd.DataFrame(
            [(name, *row, name == "l4", False) for name, row in TINY_LINKS.items()],
            columns=["id", "lifeline", "start", "end", "asset", "normally_open", "directed"],
        ),
        "need_groups": pd.DataFrame(
            [(name, *row[:3], 1) for name, row in TINY_NEEDS.items()],
            columns=["id", "asset", "lifeline", "backup_h", "quorum"],
        ),
        "needs": pd.DataFrame(
            [(name, provider) for name, row in TINY_NEEDS.items() for provider in row[3]],
            columns=["group", "provider"],
        ),
        "serves": pd.DataFrame(
            [
                (asset, zone, 1.0)
                for zone, transformer in (("g1", "transformer_a"), ("g2", "transformer_b"))
                for asset in (transformer, "junction", "mast")
            ],
            columns=["asset", "zone", "share"],
        ),
        "demands": pd.DataFrame(
            [("g1", "power", 50.0), ("g2", "power", 90.0)], columns=["zone", "lifeline", "amount"]
        ),
    }


@pytest.fixture(scope="session")
def tiny_city() -> Callable[..., City]:
    """Make a sound city of 13 assets; keywords change its identity or replace its tables.

    A table's keyword takes a function from its frame (schema's columns, sorted by key) to another.
    """

    def make(
        identity: dict[str, Any] | None = None, **edits: Callable[[Any], pd.DataFrame]
    ) -> City:
        said = {"id": "tiny", "name": "小城", "name_en": "Tiny", "metric_crs": "EPSG:32651"}
        city = City.build(Identity.model_validate(said | (identity or {})), _tiny_tables())
        changed = {name: edit(city.tables[name].copy()) for name, edit in edits.items()}
        return city.replace(**changed)

    return make
