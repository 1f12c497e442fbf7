"""What a demo city holds, beside the facts it is modelled on."""

from __future__ import annotations

from typing import Any

from rencity.city.demo.build import Demo
from rencity.city.schema import LEVELS


def summarise(made: Demo) -> dict[str, Any]:
    """Counts by kind and level, people and areas by district, as plain values for JSON."""
    city = made.city
    return {
        "scale": made.plan.scale,
        "seed": made.plan.seed,
        "synthetic": city.identity.synthetic,
        "hash": city.hash,
        "assets": len(city.assets),
        "links": len(city.links),
        "need_groups": len(city.need_groups),
        "serves": len(city.serves),
        "kinds": _kinds(made),
        "zones": _zones(made),
        "districts": _districts(made),
    }


def _kinds(made: Demo) -> list[dict[str, Any]]:
    counts = made.city.assets.groupby(["lifeline", "kind"]).size()
    return [
        {"lifeline": lifeline, "kind": kind, "count": int(count)}
        for (lifeline, kind), count in counts.items()
    ]


def _zones(made: Demo) -> list[dict[str, Any]]:
    groups = made.city.zones.groupby("level")["people_night"]
    counts, people = groups.size(), groups.sum()
    return [
        {"level": level, "count": int(counts[level]), "people": int(people[level])}
        for level in LEVELS
    ]


def _districts(made: Demo) -> list[dict[str, Any]]:
    """People and km² made, and those of the facts where the scale covers whole districts."""
    facts = {entry["code"]: entry for entry in made.plan.facts["districts"]}
    zones = made.city.zones
    rows = zones[zones["level"] == "district"]
    km2 = rows.geometry.to_crs(made.city.identity.metric_crs).area / 1e6
    return [
        {
            "code": row.code,
            "name": row.name_zh,
            "people": int(row.people_night),
            "fact_people": facts[row.code]["people"],
            "km2": round(float(area), 2),
            "fact_km2": facts[row.code]["km2"],
        }
        for row, area in zip(
            rows.rename(columns={"name": "name_zh"}).itertuples(index=False), km2, strict=True
        )
    ]
