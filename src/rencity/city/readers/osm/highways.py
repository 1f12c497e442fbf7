"""Roads for vehicles: classes, refusals, speeds."""

from __future__ import annotations

import re
from functools import cache

from rencity.city.readers.osm.data import Entry, Tags, load


class RoadClass(Entry):
    """A kept highway value: speed where none is mapped, rank, whether it leads out of the city."""

    speed_km_h: float
    rank: int
    entry: bool = False
    oneway: bool = False


class Highways(Entry):
    """Kept classes, refused values and speeds said in words."""

    classes: dict[str, RoadClass]
    refused: dict[str, str]
    implicit_km_h: dict[str, float]
    implicit_suffix_km_h: dict[str, float]

    def refusal(self, tags: Tags) -> str:
        """Why a highway way is no road for vehicles; empty when it is one."""
        value = tags.get("highway", "")
        if value not in self.classes:
            return self.refused.get(value, "unknown highway value")
        if tags.get("area") == "yes":
            return "an area, not a line"
        if "no" in (tags.get("motor_vehicle"), tags.get("access")) and (
            tags.get("emergency") != "yes"
        ):
            return "closed to vehicles"
        return ""

    def speed_km_h(self, tags: Tags) -> float | None:
        """The mapped speed; None when none is mapped or it is not a number."""
        said = tags.get("maxspeed") or tags.get("maxspeed:forward") or tags.get("maxspeed:type")
        speeds = [self._one_speed(part.strip()) for part in (said or "").split(";")]
        known = [speed for speed in speeds if speed is not None]
        return min(known) if known else None

    def _one_speed(self, text: str) -> float | None:
        if text in self.implicit_km_h:
            return self.implicit_km_h[text]
        if ":" in text:
            return self.implicit_suffix_km_h.get(text.rsplit(":", 1)[1])
        found = _SPEED.fullmatch(text)
        if not found:
            return None
        speed = float(found[1]) * _KM_H[found[2] or "km/h"]
        return speed if 0 < speed <= GREATEST_SPEED_KM_H else None


GREATEST_SPEED_KM_H = 400.0
_SPEED = re.compile(r"(\d+(?:\.\d+)?)\s*(km/h|kmh|kph|mph|knots)?")
_KM_H = {"km/h": 1.0, "kmh": 1.0, "kph": 1.0, "mph": 1.609344, "knots": 1.852}


@cache
def highways() -> Highways:
    """`highways.toml`."""
    return Highways.model_validate(load("highways.toml"))
