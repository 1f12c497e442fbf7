"""A plain network of any size as a city, for timings."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import Delaunay

from rencity.city import City, Identity


def mesh_city(nodes: int, links: int, sources: int, seed: int) -> City:
    """Random points joined by `links` of their shortest Delaunay edges; each link can fail."""
    rng = np.random.default_rng(seed)
    at = rng.random((nodes, 2))
    corners = Delaunay(at).simplices
    pairs = np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]])
    pairs = np.unique(np.sort(pairs, axis=1), axis=0)
    length = np.hypot(*(at[pairs[:, 0]] - at[pairs[:, 1]]).T)
    pairs = pairs[np.sort(np.argsort(length)[:links])]
    name = np.array([f"n{i:07d}" for i in range(nodes)], dtype=object)
    own = np.array([f"l{i:07d}" for i in range(len(pairs))], dtype=object)
    source = np.zeros(nodes + len(pairs), bool)
    source[rng.choice(nodes, sources, replace=False)] = True
    place = shapely.points(120 + at[:, 0], 31 + at[:, 1])
    lines = shapely.linestrings(
        np.stack([shapely.get_coordinates(place)[pairs[:, k]] for k in (0, 1)], 1)
    )
    assets = gpd.GeoDataFrame(
        {
            "id": np.r_[name, own],
            "lifeline": "power",
            "kind": ["node"] * nodes + ["line"] * len(pairs),
            "source": source,
        },
        geometry=np.r_[place, lines],
        crs=4326,
    )
    made = pd.DataFrame(
        {
            "id": own,
            "lifeline": "power",
            "start": name[pairs[:, 0]],
            "end": name[pairs[:, 1]],
            "asset": own,
        }
    )
    return City.build(Identity(id="mesh", name="网"), {"assets": assets, "links": made})
