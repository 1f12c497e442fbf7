"""What a run is explained by: why its worst places were out, and what its weakest assets take down.

A report has the run folder only; the answers of `rencity.rehearse.why` need the city, so the few
that a report tells are kept with the run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from rencity.city.model import City
from rencity.rehearse.why import why_of_run
from rencity.sim.result import Result

FORMAT = 1
SAMPLES = 64
MOST_ASSETS = 200_000
"""Beyond, an answer takes seconds: they are given to whoever asks `rencity why`."""
TOLD = 6
FACILITIES, ZONES, CAUSES = 12, 5, 10


def explained(result: Result, city: City, most: int | None) -> Result:
    """The result with up to `most` answers; None: `TOLD`, and none in a great city."""
    if most is None:
        most = TOLD if len(result.assets) <= MOST_ASSETS else 0
    if not most or not result.about.get("outages"):
        return result
    answers = why_of_run(result, city, told(result, city, most), samples=SAMPLES)
    kept = min(SAMPLES, int(result.about["outages"]["samples"]))
    why = {"format": FORMAT, "samples": kept, "answers": [_short(each) for each in answers]}
    return replace(result, why=why)


def told(result: Result, city: City, most: int) -> list[str | tuple[str, str]]:
    """Assets that would have spared most, the one worst alone, and the zones longest out."""
    weak = result.weak_links
    clear = weak[(weak["knock_samples"] > 0) & (weak["knock_low_ph"] > 0)]
    clear = clear.sort_values(["knock_saved_ph", "asset"], ascending=[False, True])
    alone = weak[weak["n1_people"] > 0]
    alone = alone.sort_values(["n1_people", "asset"], ascending=[False, True])
    assets = [*clear["asset"].head(max(1, most // 2 - 1)), *alone["asset"].head(1)]
    picked = list(dict.fromkeys(f"asset:{one}" for one in assets))[:most]
    known = set(city.zones["id"])  # a city without zones is told as one that is not among them
    zones = [
        (f"zone:{zone}", lifeline) for zone, lifeline in _zones(result.summary) if zone in known
    ]
    return [*picked, *zones[: most - len(picked)]]


def _zones(summary: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The zone longest without each lifeline, the lifeline that loses most first."""
    lost = {
        name: found["loss_person_h"]["mean"] or 0.0 for name, found in summary["lifelines"].items()
    }
    for name in sorted(lost, key=lambda name: -lost[name]):
        for worst in summary["lifelines"][name]["equity"]["worst_zones"][:1]:
            if (worst["mean_outage_h"] or 0.0) > 0:
                yield worst["zone"], name


def _short(answer: Mapping[str, Any]) -> dict[str, Any]:
    """An answer without the long lists that only the command prints."""
    alone, causes = answer["consequences"], answer["causes"]
    made: dict[str, Any] = {"target": answer["target"], "text": answer["text"]}
    made["consequences"] = alone and {
        **{name: alone[name] for name in ("asset", "runs", "unit", "people", "lost", "zones_hit")},
        "facilities": alone["facilities"][:FACILITIES],
        "facilities_hit": len(alone["facilities"]),
        "zones": alone["zones"][:ZONES],
    }
    made["causes"] = causes and {**causes, "causes": causes["causes"][:CAUSES]}
    return made
