"""What rides on what, as rows of the network."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from rencity.city.model import City
from rencity.city.network.model import Ints
from rencity.city.network.rows import find, pointers


def rides_of(city: City, index: pd.Index, row_of: Ints, rows: int) -> dict[str, Any]:
    """`ride_ptr` and `ride_row` of a network: every row that rides on each, at any remove.

    Parameters
    ----------
    row_of : row of each asset, -1 outside the network
    """
    carrier = row_of[find(index, city.carriers["carrier"], "carriers.carrier")]
    rider = row_of[find(index, city.carriers["asset"], "carriers.asset")]
    inside = (carrier >= 0) & (rider >= 0)
    once = _matrix(carrier[inside], rider[inside], rows)
    every = once
    more = once @ once
    while more.nnz:
        wider = (every + more).astype(bool)
        if wider.nnz == every.nnz:
            break
        every, more = wider, more @ once
    pairs = every.tocoo()
    apart = pairs.row != pairs.col
    held, riding = pairs.row[apart], pairs.col[apart]
    order = np.lexsort((riding, held))
    return {
        "ride_ptr": pointers(np.bincount(held, minlength=rows)),
        "ride_row": riding[order].astype(np.int32),
    }


def _matrix(row: Ints, column: Ints, rows: int) -> sparse.csr_array:
    return sparse.csr_array((np.ones(len(row), bool), (row, column)), shape=(rows, rows))
