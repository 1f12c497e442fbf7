"""A city without what rules made of it, so that they can be applied afresh."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rencity.city.infer.places import HEIGHT_RULE
from rencity.city.marks import MARKED, markable, marked, rules_of, unmark
from rencity.city.model import City
from rencity.city.overruling import without_cells
from rencity.city.schema import TABLES, Table

FORGOTTEN = ("need_groups", "serves", "demands", "carriers")
"""Tables whose inferred rows are forgotten: nothing else refers to them but `needs`."""


def forget(city: City) -> City:
    """Take back every inferred need, supply, grid cell and value.

    Inferred rows that other rows may name (assets, links, buildings, other zones) stay.

    Raises
    ------
    InputError : a row that is not inferred names an inferred grid cell
    """
    city, _ = without_cells(city, set(city.zones["parent"]))
    tables = {name: _without_rows(city.tables[name]) for name in FORGOTTEN}
    gone = set(city.need_groups["id"]) - set(tables["need_groups"]["id"])
    tables["needs"] = city.needs[~city.needs["group"].isin(gone)]
    for name in MARKED:
        tables[name] = _without_values(TABLES[name], tables.get(name, city.tables[name]))
    return city.replace(**tables)


def forget_heights(city: City) -> City:
    """Take back the heights that were read from a terrain which is to be replaced."""
    assets = city.assets
    which = np.asarray(rules_of(assets, "elevation_m") == HEIGHT_RULE, dtype=bool)
    if not which.any():
        return city
    bare = assets.assign(elevation_m=assets["elevation_m"].mask(which))
    return city.replace(assets=unmark(bare, "elevation_m", which))


def _without_rows(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["origin"].ne("inferred")]


def _without_values(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    for attribute in markable(table):
        which = marked(frame, attribute.name)
        if which.any() and attribute.default is not None:
            values = frame[attribute.name].mask(which, attribute.default)
            frame = unmark(frame.assign(**{attribute.name: values}), attribute.name, which)
    return frame
