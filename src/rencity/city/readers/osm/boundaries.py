"""Administrative levels and the ranks of zones they make."""

from __future__ import annotations

from functools import cache

from rencity.city.readers.osm.data import Entry, Tags, load


class Boundaries(Entry):
    """Ranks of zones by country and administrative level."""

    default: str
    elsewhere: dict[str, str]
    countries: dict[str, dict[str, str]]
    codes: dict[str, str]

    def rank(self, country: str, tags: Tags) -> str:
        """The rank of a boundary; empty when its level is not used."""
        own = self.codes.get(tags.get("ISO3166-2", ""))
        levels = self.countries.get(country, self.elsewhere)
        return own or levels.get(tags.get("admin_level", ""), "")


@cache
def boundaries() -> Boundaries:
    """`boundaries.toml`."""
    return Boundaries.model_validate(load("boundaries.toml"))
