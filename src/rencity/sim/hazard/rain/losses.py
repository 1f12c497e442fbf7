"""What the ground takes: a share that never runs off, and Horton's falling rate.

R. E. Horton (Soil Sci. Soc. Am. Proc. 5:399, 1941): capacity f = f_c + (f_0 − f_c)·exp(−k·t). The
time t is the time since the rain began.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def horton_mm(
    first_mm_h: float, last_mm_h: float, decay_per_h: float, start_h: float, end_h: float
) -> float:
    """Greatest infiltration between two times after the rain's start, mm."""
    whole_h = end_h - start_h
    if decay_per_h == 0:
        return first_mm_h * whole_h
    fading = np.exp(-decay_per_h * start_h) * -np.expm1(-decay_per_h * whole_h) / decay_per_h
    return float(last_mm_h * whole_h + (first_mm_h - last_mm_h) * fading)


def split_mm(
    rain_mm: float, share: npt.ArrayLike, soak_mm: npt.ArrayLike, drain_mm: npt.ArrayLike
) -> tuple[Floats, Floats, Floats]:
    """Rain of a step split into infiltrated, drained and running off, each (kinds,), mm.

    A share of the rain may fall where nothing soaks in (roofs, paving); the rest soaks up to the
    capacity, also a share. What is left goes to the drains up to theirs.

    Parameters
    ----------
    rain_mm : depth of the step
    share : pervious share, 0 to 1
    soak_mm, drain_mm : capacities of the step
    """
    soaked = np.asarray(share, np.float64) * np.minimum(rain_mm, soak_mm)
    drained = np.minimum(rain_mm - soaked, drain_mm)
    return soaked, drained, rain_mm - soaked - drained
