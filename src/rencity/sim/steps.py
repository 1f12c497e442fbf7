"""When the city is looked at: uneven steps after the shock."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt

from rencity.city.network import Network


def step_edges(
    network: Network, horizon_min: int, step_min: int, starts: Collection[int] = ()
) -> npt.NDArray[np.int64]:
    """Start of each step: 0, every `step_min`, and each distinct wait after each start.

    Waits are backups, manual starts and switchings: one that ends between two regular steps would
    otherwise be noticed late.

    Parameters
    ----------
    starts : minutes at which hazards begin

    Returns
    -------
    int64 (t,), ascending, the first 0, all below `horizon_min`
    """
    regular = np.arange(0, horizon_min, step_min, dtype=np.int64)
    waits = np.concatenate(
        [network.group_backup_min, network.group_manual_min, network.link_open_min]
    )
    begins = np.unique([0, *starts]).astype(np.int64)
    waited = (np.unique(waits[waits >= 0])[:, None] + begins).reshape(-1)
    edges = np.unique(np.concatenate([regular, begins, waited]))
    return edges[(edges >= 0) & (edges < horizon_min)]
