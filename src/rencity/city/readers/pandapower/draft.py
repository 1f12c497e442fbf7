"""Assets and links of a net under way."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.city.readers.pandapower.net import Net
from rencity.city.readers.pandapower.places import Places
from rencity.city.readers.pandapower.rows import Buses, Floats, Ints, Rows

Objects = npt.NDArray[np.object_]

ASSETS = (
    "id",
    "lifeline",
    "kind",
    "name",
    "source",
    "capacity",
    "demand",
    "voltage_kv",
    "length_m",
    "origin",
    "rule",
    "geometry",
)


class Draft:
    """Assets and links under way; `voltage_kv` is of each bus."""

    def __init__(self, net: Net, buses: Buses, voltage_kv: Floats, where: Places) -> None:
        self.net, self.buses, self.voltage_kv, self.where = net, buses, voltage_kv, where
        self._assets: list[pd.DataFrame] = []
        self._links: list[pd.DataFrame] = []

    def add(self, rows: Rows, at: Ints, kind: object, **values: object) -> None:
        """Add the rows that stand as assets.

        Parameters
        ----------
        at : position of the bus that gives voltage, and place where `geometry` is not given
        kind : of power, one for all or one a row
        values : other columns of assets
        """
        frame = pd.DataFrame(index=range(len(rows)), columns=list(ASSETS), dtype=object)
        frame["id"], frame["name"] = ids(rows), rows.text("name")
        frame["lifeline"], frame["kind"] = "power", kind
        frame["voltage_kv"] = self.voltage_kv[at]
        frame["geometry"] = self.where.buses[at]
        said = {"source": False, "origin": "measured", "rule": ""} | values
        frame = frame.assign(**said)[list(ASSETS)]
        if rows.stands.any():
            self._assets.append(frame[rows.stands])

    def link(
        self, rows: Rows, key: Objects, start: Objects, end: Objects, **values: object
    ) -> None:
        """Add the rows that stand as links; `values` are other columns of links."""
        frame = pd.DataFrame({"id": key, "start": start, "end": end})
        said = {"lifeline": "power", "asset": "", "normally_open": False, "length_m": np.nan}
        if rows.stands.any():
            self._links.append(frame.assign(**(said | values))[rows.stands])

    def at_bus(self, rows: Rows, at: Ints, kind: str, **values: object) -> None:
        """Add the rows that stand as assets at a bus, each linked to it."""
        self.add(rows, at, kind, **values)
        key = ids(rows)
        self.link(rows, key, self.buses.ids(at), key)

    def assets(self) -> pd.DataFrame:
        """Every asset."""
        return pd.concat(self._assets, ignore_index=True)

    def links(self) -> pd.DataFrame:
        """Every link."""
        if not self._links:
            return pd.DataFrame({"id": [], "lifeline": [], "start": [], "end": []}, dtype=object)
        return pd.concat(self._links, ignore_index=True)


def ids(rows: Rows) -> Objects:
    """Ids of the assets of a table's rows, shape (n,)."""
    return np.array([f"pandapower-{rows.name}-{i}" for i in rows.index], dtype=object)
