"""The report's texts in one language, and names in it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Literal, get_args

from markupsafe import Markup

from rencity.kit.chinese import chinese
from rencity.report import numbers
from rencity.report.about import LifelineOfRun, Unit
from rencity.report.about import Words as Bilingual

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = get_args(Lang)

GREY = "#6b7280"
LEVELS_SHOWN = 3
PATH = " · "
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
# half of a character that Unicode splits in two, or a control: no reader can show them
_UNSHOWABLE = re.compile("[\ud800-\udfff\x00-\x08\x0b-\x1f\x7f]")


@cache
def catalogue() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Texts by section, key and language, as `texts.toml` holds them."""
    text = resources.files("rencity.report").joinpath("texts.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text))


class Words:
    """Texts, names and numbers of one language, for a run that counts people or assets."""

    def __init__(self, lang: Lang, unit: Unit = "people") -> None:
        self.lang: Lang = lang
        variant = lang if unit == "people" else f"{lang}_{unit}"
        self._texts = {
            key: entry.get(variant, entry[lang])
            for section in catalogue().values()
            for key, entry in section.items()
        }

    def t(self, key: str, **values: object) -> Markup:
        """The text of that key; values are escaped, the text itself is ours and is not."""
        text = Markup(self._texts[key])  # noqa: S704
        return text.format(**values) if values else text

    def text_or(self, key: str, otherwise: str) -> str:
        """The text of that key, else what a file says, as shown."""
        return self._texts.get(key) or shown(otherwise)

    def of_script(self) -> dict[str, str]:
        """The texts that the page's script shows."""
        return {key: self._texts[key] for key in catalogue()["script"]}

    def pick(self, name: str, name_en: str) -> str:
        """The name in this language, else in the other, as shown."""
        return shown((name_en or name) if self.lang == "en" else (name or name_en))

    def zone(self, zones: Any, zone: str) -> str:
        """The name of a zone, its id when it has none."""
        if zone not in zones.index:
            return shown(zone)
        row = zones.loc[zone]
        return self.pick(str(row["name"]), str(row["name_en"])) or shown(zone)

    def zone_path(self, zones: Any, zone: str, regions: Collection[str]) -> str:
        """The names from below the region down to a zone: grid cells of two streets share names."""
        names: list[str] = []
        while zone in zones.index and len(names) < LEVELS_SHOWN:
            if names and zone in regions:
                break
            names.append(self.zone(zones, zone))
            if zone in regions:
                break
            zone = str(zones.loc[zone, "parent"])
        return PATH.join(reversed(names)) if names else shown(zone)

    def kind(self, row: Any) -> str:
        """The kind of an asset."""
        return self.pick(row.kind_zh, row.kind_en) or shown(row.kind)

    def asset(self, row: Any) -> str:
        """The name of an asset; its kind and id when it has none."""
        name = row.name if isinstance(row.name, str) else ""
        return shown(name) if name.strip() else f"{self.kind(row)} {shown(row.asset)}"

    def colour(self, line: LifelineOfRun) -> str:
        """The lifeline's colour, grey unless it is written #rrggbb."""
        return line.colour if _COLOUR.fullmatch(line.colour) else GREY

    def said(self, sentence: str) -> str:
        """A sentence of the engine."""
        return shown(chinese(sentence) if self.lang == "zh" else sentence)

    def count(self, value: float | None) -> str:
        """A number of people or facilities, or of their hours."""
        return numbers.count(value, self.lang)

    def hours(self, value: float | None) -> str:
        """A length of time."""
        return numbers.hours(value, self.lang)

    def share(self, value: float | None) -> str:
        """A percentage."""
        return numbers.share(value)


def bilingual(key: str, otherwise: str) -> Bilingual:
    """The text of that key in both languages, else what a file says, as shown."""
    entry = next((each[key] for each in catalogue().values() if key in each), None)
    if entry is None:
        return Bilingual(zh=shown(otherwise), en=shown(otherwise))
    return Bilingual(zh=entry["zh"], en=entry["en"])


def shown(text: str) -> str:
    """Text from a city's files with what cannot be shown replaced."""
    return _UNSHOWABLE.sub("\ufffd", str(text))
