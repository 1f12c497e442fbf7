"""The order of contraction, kept in `.cache` of the city's folder under what it depends on."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path

import numpy as np

from rencity.kit.errors import StorageError
from rencity.kit.files import staged_folder
from rencity.sim.travel.order import order_of
from rencity.sim.travel.roads import Ids, Roads

VERSION = 1
_BROKEN = (OSError, EOFError, ValueError)


def kept_order(roads: Roads, folder: Path | None) -> Ids:
    """The order of the roads, from the cache of a city folder where it stands there.

    A broken one is made anew; a city that cannot be written runs without.
    """
    place = None if folder is None else folder / ".cache" / f"road-order-{VERSION}-{_key(roads)}"
    if place is not None:
        with contextlib.suppress(*_BROKEN):
            return _loaded(place, roads.nodes)
    order = order_of(roads)
    if place is not None:
        with contextlib.suppress(StorageError), staged_folder(place, replace=True) as stage:
            np.save(stage / "order.npy", order)
    return order


def _loaded(place: Path, nodes: int) -> Ids:
    order = np.load(place / "order.npy", mmap_mode="r")
    seen = np.zeros(nodes, bool)
    if order.shape == (nodes,) and order.dtype == np.int32 and order.min() >= 0:
        seen[order[order < nodes]] = True
    if not seen.all():
        raise ValueError("not an order of these roads")
    return order


def _key(roads: Roads) -> str:
    digest = hashlib.blake2b(digest_size=12)
    for array in (roads.tail, roads.head, roads.xy_m):
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
