"""What a hazard does to assets before anything is drawn: where hazards and engine meet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

TABLE_SIZE = 4096
"""Quantiles in a repair table: entry q is the time at probability (q + ½) / TABLE_SIZE."""

EVERY_SAMPLE = -1
NEVER = -1


@dataclass(frozen=True)
class Strike:
    """Damage probabilities and certain outages of one hazard.

    Assets are row numbers of ``city.assets``. A hazard may have several equally detailed events
    (ground-motion fields of a weighted set); each sample belongs to one of them.

    Attributes
    ----------
    asset : int32 (m,), ascending, unique; assets that may be damaged
    exceed : float64 (c, k, m); P(state k or worse) in event c, falling along k
    table : int16 (m,), row of `repair_min` for each asset
    repair_min : int32 (n, k, TABLE_SIZE), minutes out of service by quantile; 0: keeps working
    weight : float64 (c,), probability of each event, sums to 1
    event : str (c,), name of each event
    out_asset, out_sample, out_min : int32 (f,), int32 (f,), int64 (f,); certain outages of an
        asset in a sample (`EVERY_SAMPLE`: in all) for minutes from the shock (`NEVER`: not
        restored within the run)
    """

    name: str
    asset: npt.NDArray[np.int32]
    exceed: npt.NDArray[np.float64]
    table: npt.NDArray[np.int16]
    repair_min: npt.NDArray[np.int32]
    weight: npt.NDArray[np.float64]
    event: tuple[str, ...]
    out_asset: npt.NDArray[np.int32]
    out_sample: npt.NDArray[np.int32]
    out_min: npt.NDArray[np.int64]
