"""Tables of a community under way, and the accounts of what became of each entry."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from rencity.city.readers.ledger import Layer
from rencity.city.readers.pyrecodes.files import Community, Sort, sort_of

WITHIN_RULE = "pyrecodes-flows-within-locality"
EVERYWHERE_RULE = "pyrecodes-flows-everywhere"
LAYERS = ("localities", "components", "links", "supply", "operation demand")


class Draft:
    """Rows by table, and where each resource flows together.

    Attributes
    ----------
    shapes : of localities
    """

    def __init__(self, community: Community, shapes: dict[str, Any]) -> None:
        self.community, self.shapes = community, shapes
        self.rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.layers = {name: Layer(name) for name in LAYERS}
        self._nodes: set[str] = set()
        known = [shape for shape in shapes.values() if shape is not None]
        self._middle = shapely.centroid(shapely.union_all(known)) if known else None

    def at(self, locality: str) -> Any:
        """A point in a locality; None where it has no place."""
        shape = self.shapes[locality]
        return None if shape is None else shapely.point_on_surface(shape)

    def asset(
        self, key: str, lifeline: str, kind: str, name: str, geometry: Any, **more: Any
    ) -> None:
        """Add an asset."""
        row = {"id": key, "lifeline": lifeline, "kind": kind, "name": name, "geometry": geometry}
        self.rows["assets"].append({"source": False, "origin": "measured", "rule": ""} | row | more)

    def link(self, key: str, lifeline: str, start: str, end: str, asset: str = "") -> None:
        """Add a link that carries service from start to end."""
        self.rows["links"].append(
            {
                "id": key,
                "lifeline": lifeline,
                "start": start,
                "end": end,
                "directed": True,
                "asset": asset,
            }
        )

    def node(self, resource: str, locality: str) -> str:
        """Id of the asset where a resource flows together: its locality's, or the community's."""
        sort = sort_of(resource)
        assert sort is not None  # noqa: S101 - resources without a sort are refused before
        moved = self.community.system.resources.get(resource)
        everywhere = moved is None or not moved.model.parameters.transfer
        key = f"pyrecodes-{resource}" + ("" if everywhere else f"-{locality}")
        if key not in self._nodes:
            self._nodes.add(key)
            rule = EVERYWHERE_RULE if everywhere else WITHIN_RULE
            name = resource if everywhere else f"{resource}, {locality}"
            place = self._middle if everywhere else self.at(locality)
            self.asset(key, sort.lifeline, sort.node, name, place, origin="inferred", rule=rule)
        return key

    def junction(self, locality: str) -> str:
        """Id of the road junction that stands for a locality."""
        key = f"pyrecodes-road-{locality}"
        if key not in self._nodes:
            self._nodes.add(key)
            self.asset(
                key, "road", "junction", locality, self.at(locality),
                origin="inferred", rule=WITHIN_RULE,
            )  # fmt: skip
        return key

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table that has rows."""
        made: dict[str, pd.DataFrame] = {}
        for name, rows in self.rows.items():
            frame = pd.DataFrame(rows)
            spatial = "geometry" in frame
            made[name] = (
                gpd.GeoDataFrame(frame, geometry="geometry", crs=4326) if spatial else frame
            )
        return made


def lifeline_sort(resource: str) -> Sort | None:
    """What a resource is, if it belongs to a lifeline."""
    sort = sort_of(resource)
    return sort if sort is not None and sort.lifeline else None
