"""A city in short, for a terminal or a notebook."""

from __future__ import annotations

import pandas as pd

from rencity.city.model import City
from rencity.kit.notebook import html_of, text_of


def as_text(city: City) -> str:
    """The city for a terminal."""
    return text_of(_head(city), _table(city), _notes(city))


def as_html(city: City) -> str:
    """The city for a notebook."""
    return html_of(_head(city), _table(city), _notes(city))


def _head(city: City) -> str:
    identity = city.identity
    names = " / ".join(name for name in (identity.name, identity.name_en) if name)
    kind = " · synthetic" if identity.synthetic else ""
    return f"City: {names} ({identity.id}){kind}"


def _table(city: City) -> pd.DataFrame:
    assets = city.assets.groupby("lifeline")
    made = pd.DataFrame({"assets": assets.size(), "sources": assets["source"].sum()})
    for name, table in (("links", city.links), ("needs", city.need_groups)):
        made[name] = table.groupby("lifeline").size()
    return made.fillna(0).astype("int64").rename_axis("lifeline").reset_index()


def _notes(city: City) -> list[str]:
    held = ", ".join(
        f"{len(frame):,} {name}"
        for name, frame in city.tables.items()
        if len(frame) or name == "assets"
    )
    return [held, f"from {city.folder}" if city.folder else "in memory"]
