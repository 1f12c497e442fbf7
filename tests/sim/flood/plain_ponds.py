"""Filling and spilling in the plainest way: sets of basins, volumes by direct sums, no tree."""

from __future__ import annotations

import heapq

import numpy as np
import numpy.typing as npt

Heights = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int32]
AROUND = [(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1) if a or b]


def filled(z: Heights) -> npt.NDArray[np.float64]:
    """Level to which each cell fills under endless rain; holes and the rim let water out."""
    rows, columns = z.shape
    rim = np.isnan(np.pad(z, 1, constant_values=np.nan))
    opens = np.zeros(z.shape, bool)
    for a, b in AROUND:
        opens |= rim[1 + a : rows + 1 + a, 1 + b : columns + 1 + b]
    level = np.full(z.shape, np.nan)
    front = [(float(z[i]), *i) for i in np.ndindex(*z.shape) if opens[i] and not np.isnan(z[i])]
    heapq.heapify(front)
    while front:
        high, r, c = heapq.heappop(front)
        if not np.isnan(level[r, c]):
            continue
        level[r, c] = high
        for a, b in AROUND:
            i, j = r + a, c + b
            if 0 <= i < rows and 0 <= j < columns and np.isnan(level[i, j]) and z[i, j] == z[i, j]:
                heapq.heappush(front, (max(high, float(z[i, j])), i, j))
    return level


def descent(z: Heights, size_m: tuple[float, float]) -> Labels:
    """Basin of each cell where no neighbours are equal, numbered in reading order; 0: out."""
    rows, columns = z.shape
    label = np.full(z.shape, -1, np.int32)
    pits: dict[tuple[int, int], int] = {}
    for start in np.ndindex(*z.shape):
        r, c = start
        while True:
            best, to, edge = 0.0, None, False
            for a, b in AROUND:
                i, j = r + a, c + b
                if not (0 <= i < rows and 0 <= j < columns):
                    edge = True
                    continue
                run = float(np.hypot(b * size_m[0], a * size_m[1]))
                fall = (float(z[r, c]) - float(z[i, j])) / run
                if fall > best:
                    best, to = fall, (i, j)
            if to is None:
                label[start] = 0 if edge else pits.setdefault((r, c), len(pits) + 1)
                break
            r, c = to
    return label


class Plain:
    """Ponds as sets of basins."""

    def __init__(self, z: Heights, label: Labels) -> None:
        self.z, self.label = z.astype(float), label
        self.pairs = self._pairs()
        self.ponds = {frozenset({int(n)}): 0.0 for n in np.unique(label) if n > 0}
        self.left = 0.0

    def _pairs(self) -> list[tuple[float, int, int]]:
        """Borders in reading order: height, basin, basin beside; 0 outside."""
        rows, columns = self.z.shape
        out = []
        for r in range(rows):
            for c in range(columns):
                one = int(self.label[r, c])
                for a, b in AROUND:
                    i, j = r + a, c + b
                    if not (0 <= i < rows and 0 <= j < columns):
                        out.append((self.z[r, c], one, 0))
                    elif (a, b) > (0, 0):
                        out.append((max(self.z[r, c], self.z[i, j]), one, int(self.label[i, j])))
        return [pair for pair in out if pair[1] != pair[2]]

    def way_out(self, pond: frozenset[int]) -> tuple[float, int]:
        """Height of the lowest pass out of a pond, and the basin beyond."""
        best, beyond = np.inf, 0
        for high, one, other in self.pairs:
            if (one in pond) != (other in pond) and high < best:
                best, beyond = high, other if one in pond else one
        return best, beyond

    def room(self, pond: frozenset[int]) -> float:
        spill, _ = self.way_out(pond)
        mine = np.isin(self.label, list(pond))
        return float(np.maximum(spill - self.z[mine], 0).sum())

    def pour(self, inflow: npt.NDArray[np.float64]) -> None:
        self.left += inflow[0]
        for leaf in range(1, len(inflow)):
            self.ponds[self._holding(leaf)] += inflow[leaf]
        while over := [p for p, v in self.ponds.items() if v > self.room(p) + 1e-12]:
            self._spill(over[0])

    def _holding(self, leaf: int) -> frozenset[int]:
        return next(pond for pond in self.ponds if leaf in pond)

    def _spill(self, pond: frozenset[int]) -> None:
        room = self.room(pond)
        rest = self.ponds[pond] - room
        _, beyond = self.way_out(pond)
        if beyond == 0:
            self.left += rest
            self.ponds[pond] = room
            return
        beside = self._holding(beyond)
        full = self.ponds[beside] >= self.room(beside) - 1e-12
        if full and self.way_out(beside)[1] in pond:
            self.ponds[pond | beside] = self.ponds.pop(pond) + self.ponds.pop(beside)
        else:
            self.ponds[pond] = room
            self.ponds[beside] += rest

    def depth(self) -> npt.NDArray[np.float64]:
        """Depth of each cell, by bisection of each pond's volume."""
        out = np.zeros(self.z.shape)
        for pond, volume in self.ponds.items():
            mine = np.isin(self.label, list(pond))
            low, high = float(self.z[mine].min()), self.way_out(pond)[0]
            for _ in range(200):
                middle = (low + high) / 2
                if np.maximum(middle - self.z[mine], 0).sum() < volume:
                    low = middle
                else:
                    high = middle
            out[mine] = np.maximum(high - self.z[mine], 0)
        return out
