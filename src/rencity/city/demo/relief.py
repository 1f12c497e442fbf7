"""Smooth noise on a grid: random heights on a coarse net, joined by cubic B-splines."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

Heights = npt.NDArray[np.float32]

SPREAD = 0.48
"""Standard deviation of a surface of bicubic B-splines whose coefficients are standard normal."""


def relief(
    rng: np.random.Generator, shape: tuple[int, int], pixel_m: float, wave_m: float
) -> Heights:
    """Noise of mean 0 and standard deviation 1 with humps about `wave_m` across, shape `shape`."""
    down, along = (_splines(n, 2 * pixel_m / wave_m) for n in shape)
    net = rng.standard_normal((down.shape[1], along.shape[1]), dtype=np.float32)
    return np.asarray((along @ (down @ net).T).T / np.float32(SPREAD), dtype=np.float32)


def _splines(n: int, step: float) -> sp.csr_matrix:
    """Weight of each knot at n places `step` knots apart, shape (n, knots); rows sum to 1."""
    place = np.arange(n) * min(step, 1.0)
    first = np.floor(place).astype(np.int64)
    f = place - first
    weight = np.stack(
        [(1 - f) ** 3, 3 * f**3 - 6 * f**2 + 4, -3 * f**3 + 3 * f**2 + 3 * f + 1, f**3], axis=1
    )
    column = first[:, None] + np.arange(4)
    row = np.repeat(np.arange(n), 4)
    return sp.csr_matrix(
        ((weight / 6).astype(np.float32).ravel(), (row, column.ravel())),
        shape=(n, int(first[-1]) + 4),
    )
