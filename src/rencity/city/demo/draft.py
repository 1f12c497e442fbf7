"""One lifeline while it is being drawn: nodes and links in local metres, then the city's rows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from rencity.city.demo.draws import Floats, Ints
from rencity.city.demo.plan import RULE

Text = npt.NDArray[np.object_]

LINK_COLUMNS = ("normally_open", "switching_min", "road_class", "lanes", "speed_km_h")


class Draft:
    """Nodes and links of one lifeline; every call adds some.

    Extra columns are the assets' (`voltage_kv` …) or, where `LINK_COLUMNS` names them, the links'.
    """

    def __init__(self, lifeline: str) -> None:
        self.lifeline = lifeline
        self._nodes: list[pd.DataFrame] = []
        self._links: list[pd.DataFrame] = []
        self._count = 0

    def nodes(self, kind: str, xy: Floats, *, source: bool = False, **columns: object) -> Ints:
        """Add a node at each place; their numbers, shape (n,)."""
        frame = pd.DataFrame({"x": xy[:, 0], "y": xy[:, 1]})
        frame = frame.assign(kind=kind, source=source, **columns)
        self._nodes.append(frame)
        self._count += len(frame)
        return np.arange(self._count - len(frame), self._count)

    def links(
        self, kind: str | Text, start: Ints, end: Ints, *, directed: bool = False, **columns: object
    ) -> None:
        """Add a link from each start to each end; an empty kind means it cannot fail itself."""
        frame = pd.DataFrame({"start": start, "end": end})
        self._links.append(frame.assign(kind=kind, directed=directed, **columns))

    @property
    def xy(self) -> Floats:
        """Places of all nodes so far, shape (n, 2)."""
        return np.vstack([frame[["x", "y"]].to_numpy() for frame in self._nodes])

    def change(self, nodes: Ints, kind: str, *, source: bool = False) -> None:
        """Make some nodes of another kind."""
        frame = pd.concat(self._nodes, ignore_index=True)
        frame.loc[nodes, "kind"] = kind
        frame.loc[nodes, "source"] = source
        self._nodes = [frame]

    def tables(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Assets with x, y and geometry in local metres, and links."""
        nodes = _numbered(pd.concat(self._nodes, ignore_index=True), self.lifeline)
        nodes["geometry"] = shapely.points(nodes[["x", "y"]].to_numpy())
        if not self._links:
            return nodes, pd.DataFrame({"start": [], "end": []})
        lines = _numbered(pd.concat(self._links, ignore_index=True), self.lifeline)
        ends = nodes[["x", "y"]].to_numpy()[lines[["start", "end"]].to_numpy()]
        lines["geometry"] = shapely.linestrings(ends)
        lines["length_m"] = np.round(shapely.length(lines["geometry"].to_numpy()), 1)
        lines[["x", "y"]] = ends.mean(axis=1)
        ids = nodes["id"].to_numpy(dtype=object)
        links = self._as_links(lines, ids)
        own = lines[lines["kind"] != ""].drop(
            columns=["start", "end", "directed", *LINK_COLUMNS], errors="ignore"
        )
        return pd.concat([nodes, own.assign(source=False)], ignore_index=True), links

    def _as_links(self, lines: pd.DataFrame, ids: Text) -> pd.DataFrame:
        links = pd.DataFrame(
            {
                "id": [f"{self.lifeline}-link-{i:06d}" for i in range(1, len(lines) + 1)],
                "lifeline": self.lifeline,
                "start": ids[lines["start"]],
                "end": ids[lines["end"]],
                "directed": lines["directed"],
                "asset": lines["id"].where(lines["kind"] != "", ""),
                "length_m": lines["length_m"],
                "origin": "synthetic",
                "rule": f"{RULE}.{self.lifeline}",
            }
        )
        for name in LINK_COLUMNS:
            if name in lines:
                links[name] = lines[name]
        return links


def _numbered(frame: pd.DataFrame, lifeline: str) -> pd.DataFrame:
    number = frame.groupby("kind", sort=False).cumcount() + 1
    frame["id"] = [
        f"{lifeline}-{kind}-{n:06d}" for kind, n in zip(frame["kind"], number, strict=True)
    ]
    return frame.assign(lifeline=lifeline, origin="synthetic", rule=f"{RULE}.{lifeline}")
