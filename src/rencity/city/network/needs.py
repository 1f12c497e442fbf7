"""Needs and their alternatives on nodes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.city.model import City
from rencity.city.network.model import Ints
from rencity.city.network.rows import find, pointers
from rencity.city.schema import MOST_ALTERNATIVES
from rencity.kit.errors import CityError


def needs_of(city: City, index: pd.Index, node_of: Ints, n: int) -> dict[str, Any]:
    """Groups sorted by the node that needs them, and who can meet them."""
    groups = city.need_groups
    needer = node_of[find(index, groups["asset"], "need_groups.asset")]
    order = np.argsort(needer, kind="stable")
    place = pd.Index(groups["id"].to_numpy()[order])
    group = find(place, city.needs["group"], "needs.group")
    provider = node_of[find(index, city.needs["provider"], "needs.provider")]
    by_group = np.lexsort((provider, group))
    counts = np.bincount(group, minlength=len(groups))
    if len(groups) and counts.max() > MOST_ALTERNATIVES:
        raise CityError(
            f"{place[int(counts.argmax())]} has {counts.max()} alternatives",
            place="needs",
            mend=f"name at most {MOST_ALTERNATIVES} providers of one need",
        )
    by_provider = np.lexsort((group, provider))
    manual = groups["manual_start_h"].fillna(0).to_numpy()[order]
    return {
        "group_node": needer[order].astype(np.int32),
        "group_quorum": groups["quorum"].to_numpy()[order].astype(np.int32),
        "group_backup_min": _minutes(groups["backup_h"].to_numpy()[order]),
        "group_manual_min": _minutes(manual),
        "group_ptr": pointers(counts),
        "group_provider": provider[by_group].astype(np.int32),
        "node_ptr": pointers(np.bincount(needer, minlength=n)),
        "use_ptr": pointers(np.bincount(provider, minlength=n)),
        "use_group": group[by_provider].astype(np.int32),
    }


def _minutes(hours: npt.NDArray[np.float64]) -> Ints:
    return np.ceil(np.round(hours * 60, 6)).astype(np.int64)
