"""Random fields remembered, because measures are tried on the same shaking again and again."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from rencity.kit.digests import digest_of
from rencity.sim.strike import RandomField, Strike

F32 = npt.NDArray[np.float32]
MOST_BYTES = 1 << 30
"""Fields kept of a trial; beyond, they are drawn again."""


class Memory:
    """Fields of samples by the digest of all that they depend on."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._kept: dict[tuple[object, ...], F32] = {}
        self._room = most_bytes

    def remembering(self, strike: Strike) -> Strike:
        """The strike, its random field drawn once."""
        if strike.sampled is None:
            return strike
        field = _Remembered(strike.sampled.field, digest_of(strike.sampled.field), self)
        return replace(strike, sampled=replace(strike.sampled, field=field))

    def get(self, key: tuple[object, ...]) -> F32 | None:
        """A field that was kept."""
        return self._kept.get(key)

    def keep(self, key: tuple[object, ...], field: F32) -> None:
        """Keep a field while there is room."""
        if field.nbytes <= self._room:
            self._room -= field.nbytes
            self._kept[key] = field


@dataclass(frozen=True)
class _Remembered:
    """As `rencity.sim.strike.RandomField`."""

    field: RandomField
    digest: str
    memory: Memory

    def log_intensity(
        self, seed: int, purpose: int, event: npt.NDArray[np.int32], first: int
    ) -> F32:
        """As `rencity.sim.strike.RandomField`."""
        key = (self.digest, seed, purpose, first, event.tobytes())
        made = self.memory.get(key)
        if made is None:
            made = self.field.log_intensity(seed, purpose, event, first)
            self.memory.keep(key, made)
        return made
