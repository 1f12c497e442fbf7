"""Which tags make an asset, and of which kind."""

from __future__ import annotations

import re
from functools import cache, cached_property
from typing import Self

from pydantic import Field, model_validator

from rencity.city.readers.osm.data import Entry, Tags, load


class Feature(Entry):
    """A tag and the kind of asset it makes."""

    tag: str
    kind: str
    where: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    least_area_m2: float = 0.0
    by_voltage: bool = False

    def fits(self, tags: Tags) -> bool:
        """Whether the other tags it asks for are there."""
        return all(
            tags.get(key) is not None and ("*" in values or tags.get(key) in values)
            for key, values in self.where.items()
        )


class Substations(Entry):
    """The kind of a substation by voltage, else by its use."""

    least_kv: dict[str, float]
    by_use: dict[str, str]


class PowerLines(Entry):
    """Which power ways are lines, and how near an end must lie to a substation."""

    values: tuple[str, ...]
    snap_m: float


class Features(Entry):
    """Every tag that makes an asset."""

    features: tuple[Feature, ...]
    substations: Substations
    power_lines: PowerLines

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The keys to look at, in order."""
        return tuple(dict.fromkeys(each.tag.split("=")[0] for each in self.features))

    @cached_property
    def by_tag(self) -> dict[str, tuple[Feature, ...]]:
        """The features of each tag, in order."""
        tags = dict.fromkeys(each.tag for each in self.features)
        return {tag: tuple(f for f in self.features if f.tag == tag) for tag in tags}

    @model_validator(mode="after")
    def _tags_are_pairs(self) -> Self:
        wrong = [each.tag for each in self.features if each.tag.count("=") != 1]
        if wrong:
            raise ValueError(f"not key=value: {', '.join(wrong)}")
        return self

    def match(self, tags: Tags) -> Feature | None:
        """The first feature that fits an object's tags."""
        for key in self.keys:
            value = tags.get(key)
            for each in self.by_tag.get(f"{key}={value}", ()) if value else ():
                if each.fits(tags):
                    return each
        return None

    def kind(self, feature: Feature, tags: Tags) -> tuple[str, str]:
        """The kind of an object, and the rule that chose it where no tag says."""
        if not feature.by_voltage:
            return feature.kind, ""
        kv = voltage_kv(tags)
        if kv is not None:
            for kind, least in self.substations.least_kv.items():
                if kv >= least:
                    return kind, ""
            return feature.kind, ""
        use = tags.get("substation", "")
        return self.substations.by_use.get(use, feature.kind), "osm-substation-without-voltage"


@cache
def features() -> Features:
    """`features.toml`."""
    return Features.model_validate(load("features.toml"))


def voltage_kv(tags: Tags) -> float | None:
    """The greatest of the voltages an object carries; None when none is a number."""
    volts = [float(part) for part in tags.get("voltage", "").split(";") if _is_number(part)]
    return max(volts) / 1000 if volts else None


def _is_number(text: str) -> bool:
    return re.fullmatch(r"\s*\d+(\.\d+)?\s*", text) is not None
