"""Damage-conditional loss: where it hurts, never what is to blame, and only with its control."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

FEWEST = 5

Floats = npt.NDArray[np.float64]


def conditional_difference(
    count: npt.NDArray[np.int64], total: Floats, squares: Floats, loss: Floats
) -> tuple[Floats, Floats]:
    """Mean loss of samples with a thing damaged less that of the others, and its q value.

    Welch's statistic with a normal tail; q values by Benjamini and Hochberg (1995) over every
    thing damaged and undamaged in at least `FEWEST` samples.

    Parameters
    ----------
    count, total, squares : (n,) samples damaged, their losses summed and their squares summed
    loss : (samples,) loss of every sample

    Returns
    -------
    difference, q : (n,), NaN where not tested
    """
    samples = len(loss)
    others = samples - count
    tested = (count >= FEWEST) & (others >= FEWEST)
    n, m = count[tested].astype(float), others[tested].astype(float)
    mean, rest = total[tested] / n, (loss.sum() - total[tested]) / m
    spread = np.maximum(squares[tested] / n - mean**2, 0) / n
    spread += np.maximum(((loss**2).sum() - squares[tested]) / m - rest**2, 0) / m
    score = np.divide(mean - rest, np.sqrt(spread), out=np.zeros_like(mean), where=spread > 0)
    difference, q = np.full(len(count), np.nan), np.full(len(count), np.nan)
    difference[tested] = mean - rest
    q[tested] = q_values(2 * ndtr(-np.abs(score)))
    return difference, q


def q_values(p: Floats) -> Floats:
    """Benjamini-Hochberg adjusted p values, (n,)."""
    n = len(p)
    order = np.argsort(p)[::-1]
    scaled = p[order] * n / np.arange(n, 0, -1)
    made = np.empty(n)
    made[order] = np.minimum.accumulate(np.minimum(scaled, 1.0))
    return made
