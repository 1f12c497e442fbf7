"""What a city holds, in figures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely

from rencity.city.model import City
from rencity.city.origins import describe_origins, origins_text
from rencity.city.schema import LEVELS, TABLES
from rencity.city.statistics import against_stated, lines_of, statistics


def describe(city: City) -> dict[str, Any]:
    """Plain values for JSON: identity, hash, extent, counts, people, origins, sources."""
    identity, found = city.identity, statistics(city)
    return {
        "id": identity.id,
        "name": identity.name,
        "name_en": identity.name_en,
        "code": identity.code,
        "synthetic": identity.synthetic,
        "seed": identity.seed,
        "time_zone": identity.time_zone,
        "metric_crs": identity.metric_crs,
        "version": identity.version,
        "parent": identity.parent,
        "hash": city.hash,
        "extent_deg": _extent(city),
        "rows": {name: len(frame) for name, frame in city.tables.items()},
        "people": _people(city),
        "zones": _by(city.zones, "level", LEVELS),
        "assets": _assets(city),
        "links": _by(city.links, "lifeline"),
        "needs": _by(city.need_groups, "lifeline"),
        "origins": describe_origins(city),
        "statistics": found,
        "stated": against_stated(found, identity.code),
        "sources": [source.model_dump() for source in identity.sources],
    }


def as_text(said: dict[str, Any]) -> str:
    """The same for a reader."""
    names = " / ".join(name for name in (said["name"], said["name_en"]) if name)
    kind = f"合成 synthetic, seed {said['seed']}" if said["synthetic"] else "实有数据 from sources"
    lines = [
        f"{names} ({said['id']}{', ' + said['code'] if said['code'] else ''}), {kind}",
        f"版本 version     {said['version']}",
        f"散列 hash        {said['hash']}",
        f"范围 extent      {_extent_text(said['extent_deg'])}",
        f"坐标 systems     {said['metric_crs']}, {said['time_zone']}",
        f"人口 people      {said['people']:,.0f}",
        f"分区 zones       {_counts(said['zones'])}",
        f"连线 links       {_counts(said['links'])}",
        f"需求 needs       {_counts(said['needs'])}",
        "设施 assets      " + ("" if said["assets"] else "none"),
    ]
    for name, line in said["assets"].items():
        lines.append(
            f"  {name:<10}{line['total']:,} ({_starts(line['sources'])}): {_counts(line['kinds'])}"
        )
    lines += origins_text(said["origins"])
    lines += lines_of(said["statistics"], said["stated"])
    lines.append("来源 sources     " + ("" if said["sources"] else "none named"))
    lines += [f"  {s['layer']}: {s['title']} ({s['licence']})" for s in said["sources"]]
    return "\n".join(line.rstrip() for line in lines)


def _extent(city: City) -> list[float] | None:
    """West, south, east, north of everything that has a place."""
    shapes = [city.tables[name].geometry.to_numpy() for name in TABLES if TABLES[name].geometry]
    bounds = shapely.bounds(np.concatenate(shapes)).reshape(-1, 4)
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    if not len(bounds):
        return None
    low, high = bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)
    return [float(v) for v in (*low, *high)]


def _people(city: City) -> float:
    """Residents of the lowest zones."""
    zones = city.zones
    leaf = ~zones["id"].isin(zones["parent"])
    people = zones.loc[leaf, "people_night"].to_numpy()
    return float(people[np.isfinite(people)].sum())


def _by(frame: pd.DataFrame, column: str, order: tuple[str, ...] = ()) -> dict[str, int]:
    counts = frame[column].value_counts()
    names = [*(n for n in order if n in counts), *sorted(set(counts.index) - set(order))]
    return {str(name): int(counts[name]) for name in names}


def _assets(city: City) -> dict[str, Any]:
    return {
        str(name): {
            "total": len(part),
            "sources": int(part["source"].sum()),
            "kinds": _by(part, "kind"),
        }
        for name, part in city.assets.groupby("lifeline", sort=True)
    }


def _extent_text(extent: list[float] | None) -> str:
    if extent is None:
        return "nothing has a place"
    west, south, east, north = extent
    return f"{_degrees(west, 'EW')} to {_degrees(east, 'EW')}, " + (
        f"{_degrees(south, 'NS')} to {_degrees(north, 'NS')}"
    )


def _degrees(value: float, sides: str) -> str:
    return f"{abs(value):.4f}° {sides[value < 0]}"


def _starts(sources: int) -> str:
    """How many of the assets service starts from."""
    return f"{sources:,} source{'' if sources == 1 else 's'}" if sources else "no source"


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{n:,} {name}" for name, n in counts.items()) or "none"
