"""Standard normal fields with a given correlation in space, drawn cell by cell by counter.

Circulant embedding (Wood and Chan 1994; Dietrich and Newsam 1997): on a grid that closes on itself
the correlation matrix is diagonal in Fourier space, so one transform of complex white noise gives
two independent fields. The correlation is summed over the images of a cell, which keeps every
eigenvalue above zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.fft
from numba import njit

from rencity.kit.draws import draw, stream

U = np.uint64
F32 = npt.NDArray[np.float32]

SIZES = tuple(2**k * three for k in range(5, 11) for three in (2, 3))[:-1]
"""Cells along a side of the grid, 64 to 2,048, so that a city may grow a while on one grid."""
AHEAD = 2.0
"""Ranges left between the far sides of the city round the back, where ρ = exp(−6)."""
PER_RANGE = 20
"""Cells a range."""
_HALF_32 = 1.0 / (1 << 32)


@dataclass(frozen=True)
class Torus:
    """A square grid that closes on itself, fixed to absolute coordinates.

    Attributes
    ----------
    side : cells along a side
    cell_km : length of a cell
    """

    side: int
    cell_km: float

    def cells_of(self, xy_km: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        """Cell of each place (p, 2), from 0 to side²; places a whole side apart share one."""
        at = np.floor(xy_km / self.cell_km).astype(np.int64) % self.side
        return np.asarray(at[:, 1] * self.side + at[:, 0])

    def amplitude(self, range_km: float) -> F32:
        """Root of the spectrum of ρ(h) = exp(−3 h / range), float32 (side, side)."""
        near = np.arange(self.side)
        size = self.side * self.cell_km
        rho = np.zeros((self.side, self.side))
        for i in (-1, 0, 1):
            for j in (-1, 0, 1):
                y, x = (near * self.cell_km + k * size for k in (i, j))
                rho += np.exp(-3.0 / range_km * np.hypot(*np.meshgrid(y, x, indexing="ij")))
        spectrum = scipy.fft.fft2(rho / rho[0, 0]).real.clip(0)
        spectrum *= self.side**2 / spectrum.sum()
        return np.sqrt(spectrum / self.side**2).astype(np.float32)


def torus_for(extent_km: float, shortest_km: float, longest_km: float) -> Torus:
    """The grid for places that lie within `extent_km` of each other along each axis.

    The cell is a 20th of the shortest range, or twice, four times … that where the grid would
    else have too many cells.
    """
    cell_km = shortest_km / PER_RANGE
    while True:
        needed = (extent_km + AHEAD * longest_km) / cell_km
        fitting = [side for side in SIZES if side >= needed]
        if fitting:
            return Torus(fitting[0], cell_km)
        cell_km *= 2


class Fields:
    """Correlated normal fields on a grid, one for each sample, at chosen cells.

    A field is made from components of white noise mixed by `mix` and given one range; fields of
    other measures that share components are correlated with it. Samples 2k and 2k + 1 are the real
    and the imaginary part of one transform.

    Parameters
    ----------
    range_km : distance at which ρ = exp(−3)
    mix : weight of each component, their squares sum to 1
    cells : cells asked for, from `Torus.cells_of`
    """

    def __init__(
        self,
        torus: Torus,
        range_km: float,
        mix: tuple[float, ...],
        cells: npt.NDArray[np.int64],
    ) -> None:
        self.torus = torus
        self.mix = np.array(mix, np.float32)
        self.cells = cells
        self.amplitude = torus.amplitude(range_km).ravel()

    def at(self, seed: int, purpose: int, first: int, lanes: int) -> F32:
        """Fields of samples ``first …``, float32 (lanes, cells)."""
        out = np.empty((lanes, len(self.cells)), np.float32)
        if not len(self.cells):
            return out
        starts = _starts(U(seed), U(purpose), len(self.mix), self.torus.side**2)
        for pair in range(first // 2, -(-(first + lanes) // 2)):
            field = self._pair(starts, pair)
            for sample, part in ((2 * pair, field.real), (2 * pair + 1, field.imag)):
                if first <= sample < first + lanes:
                    out[sample - first] = part[self.cells]
        return out

    def _pair(self, starts: npt.NDArray[np.uint64], pair: int) -> npt.NDArray[np.complex64]:
        noise = np.zeros(self.torus.side**2, np.complex64)
        _add_noise(starts, self.mix, self.amplitude, pair, noise)
        plane = noise.reshape(self.torus.side, -1)
        return np.asarray(scipy.fft.fft2(plane, overwrite_x=True)).ravel()


def normals(seed: int, purpose: int, key: int, first: int, count: int) -> npt.NDArray[np.float64]:
    """Independent standard normal draws ``first …`` of one thing, float64 (count,)."""
    return np.asarray(_normals(U(seed), U(purpose), U(key), first, count))


def uniforms(seed: int, purpose: int, keys: npt.NDArray[np.uint64], sample: int) -> F32:
    """One uniform draw of each thing in a sample, in [0, 1), float32 (n,)."""
    return np.asarray(_uniforms(U(seed), U(purpose), keys, sample))


@njit(nogil=True, cache=True, inline="always")
def _polar(word: Any) -> tuple[Any, Any]:
    """Box and Muller's pair of normal numbers from 64 bits."""
    radius = np.sqrt(-2.0 * np.log(((word >> U(32)) + 0.5) * _HALF_32))
    angle = 2.0 * np.pi * (word & U(0xFFFFFFFF)) * _HALF_32
    return radius * np.cos(angle), radius * np.sin(angle)


@njit(nogil=True, cache=True)
def _starts(seed: Any, purpose: Any, components: Any, cells: Any) -> Any:
    starts = np.empty((components, cells), np.uint64)
    for c in range(components):
        for i in range(cells):
            starts[c, i] = stream(seed, purpose, (U(i) << U(8)) + U(c))
    return starts


@njit(nogil=True, cache=True)
def _add_noise(starts: Any, mix: Any, amplitude: Any, pair: Any, noise: Any) -> None:
    for c in range(len(mix)):
        if mix[c] == 0.0:
            continue
        for i in range(len(noise)):
            one, two = _polar(draw(starts[c, i], pair))
            weight = mix[c] * amplitude[i]
            noise[i] += weight * np.complex64(complex(one, two))


@njit(nogil=True, cache=True)
def _normals(seed: Any, purpose: Any, key: Any, first: Any, count: Any) -> Any:
    start = stream(seed, purpose, key)
    made = np.empty(count)
    for i in range(count):
        made[i] = _polar(draw(start, first + i))[0]
    return made


@njit(nogil=True, cache=True)
def _uniforms(seed: Any, purpose: Any, keys: Any, sample: Any) -> Any:
    made = np.empty(len(keys), np.float32)
    for i in range(len(keys)):
        word = draw(stream(seed, purpose, keys[i]), sample)
        made[i] = np.float32(word >> U(40)) / np.float32(1 << 24)
    return made
