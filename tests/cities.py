"""Cities for tests: small ones written as a few lines of text, and the demo made once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import geopandas as gpd
import pandas as pd
from shapely.geometry import LineString, Point, box

from rencity.city import City, Identity
from rencity.city.demo.build import Demo, make_demo


@lru_cache(maxsize=4)
def demo_of(scale: str, seed: int = 1) -> Demo:
    """A demo city made once for all tests of a worker; never changed."""
    return make_demo(scale, seed)


def tiny_city(
    assets: str,
    links: str = "",
    needs: Sequence[dict[str, object]] = (),
    serves: Sequence[tuple[str, str, float]] = (),
    zones: dict[str, float] | None = None,
) -> City:
    """A city from text.

    Parameters
    ----------
    assets : ``power: S* a b; water: W* p`` where ``*`` marks a source
    links : ``S-a a>b a~b`` undirected, directed, normally open; ``a-b/x`` with own asset x;
        ``a~b@90`` closed after 90 minutes
    needs : dicts with asset, lifeline, of (providers), and quorum, backup_h, manual_start_h
    """
    rows: list[dict[str, object]] = []
    for part in assets.split(";"):
        lifeline, names = part.split(":")
        for name in names.split():
            rows.append(
                {
                    "id": name.rstrip("*"),
                    "lifeline": lifeline.strip(),
                    "kind": "node",
                    "source": name.endswith("*"),
                    "geometry": Point(120 + len(rows) * 1e-3, 31),
                }
            )
    life = {row["id"]: row["lifeline"] for row in rows}
    where = {row["id"]: row["geometry"] for row in rows}
    link_rows = []
    for number, text in enumerate(links.split()):
        rest, _, switching = text.partition("@")
        ends, _, own = rest.partition("/")
        mark = next(m for m in "-~>" if m in ends)
        a, b = ends.split(mark)
        if own and own not in life:
            line = LineString([where[a], where[b]])
            rows.append(
                {"id": own, "lifeline": life[a], "kind": "line", "source": False, "geometry": line}
            )
            life[own] = life[a]
        link_rows.append(
            {
                "id": f"link{number}",
                "lifeline": life[a],
                "start": a,
                "end": b,
                "directed": mark == ">",
                "asset": own,
                "normally_open": mark == "~",
                "switching_min": float(switching) if switching else float("nan"),
            }
        )
    groups, providers = [], []
    for number, need in enumerate(needs):
        of = str(need["of"]).split()
        groups.append(
            {
                "id": f"need{number}",
                "asset": need["asset"],
                "lifeline": life[of[0]],
                "quorum": need.get("quorum", 1),
                "backup_h": need.get("backup_h", 0.0),
                "manual_start_h": need.get("manual_start_h", float("nan")),
            }
        )
        providers += [{"group": f"need{number}", "provider": provider} for provider in of]
    tables: dict[str, pd.DataFrame] = {
        "assets": gpd.GeoDataFrame(rows, crs=4326),
        "links": _frame(link_rows),
        "need_groups": _frame(groups),
        "needs": _frame(providers),
        "serves": pd.DataFrame(serves, columns=["asset", "zone", "share"]),
        "zones": gpd.GeoDataFrame(
            {
                "id": list(zones or {}),
                "level": "community",
                "people_night": list((zones or {}).values()),
            },
            geometry=[box(119.9, 30.9, 120.5, 31.1) for _ in zones or {}],
            crs=4326,
        ),
    }
    kinds = {
        f"{row['lifeline']}.{row['kind']}": {
            "zh": row["kind"],
            "en": row["kind"],
            "role": "link" if row["kind"] == "line" else "node",
        }
        for row in rows
    }
    identity = Identity(id="tiny", name="小城", kinds=kinds)
    return City.build(identity, {name: table for name, table in tables.items() if len(table)})


def _frame(rows: Sequence[dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame(list(rows))
