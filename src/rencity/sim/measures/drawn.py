"""What is out when, by asset instead of by place in a network, so that it can be put together.

Draws are keyed by asset, so what one asset suffers does not depend on which others are there. The
outages of a set of measures are those of today with the touched assets' taken from elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rencity.city.network import Network
from rencity.sim.hazard.once import Once
from rencity.sim.hazard.scene import Scene
from rencity.sim.hazard.striking import strikes_of
from rencity.sim.measures.remembered import Memory
from rencity.sim.measures.setting import Setting
from rencity.sim.reach.events import Draws, draws_of, outages_of_block
from rencity.sim.reach.lanes import LANES
from rencity.sim.reach.outages import Outages

MIN_PER_H = 60
NAMES = ("sample", "key", "begin", "end")


@dataclass(frozen=True)
class Drawn:
    """Outages of assets in samples, ascending by (sample, key, begin).

    Attributes
    ----------
    sample : int32 (f,)
    key : uint64 (f,), of the asset's id
    begin, end : int32 (f,), minutes after the scenario's start
    """

    sample: npt.NDArray[np.int32]
    key: npt.NDArray[np.uint64]
    begin: npt.NDArray[np.int32]
    end: npt.NDArray[np.int32]

    def where(self, mask: npt.NDArray[np.bool_]) -> Drawn:
        """Some of them."""
        return Drawn(self.sample[mask], self.key[mask], self.begin[mask], self.end[mask])

    def digests(self, samples: Sequence[int]) -> list[bytes]:
        """A digest of all that is out in each sample, alike exactly where that is alike."""
        what = np.stack(
            [self.key, self.begin.astype(np.uint64), self.end.astype(np.uint64)], axis=1
        )
        first, last = (
            np.searchsorted(self.sample, samples, side=side) for side in ("left", "right")
        )
        return [
            hashlib.blake2b(what[a:b].tobytes(), digest_size=16).digest()
            for a, b in zip(first, last, strict=True)
        ]

    def outages(self, samples: Sequence[int], network: Network) -> Outages:
        """Outages of chosen samples, the first in lane 0, on the rows of a network."""
        order = _rows_by_key(network)
        keys = network.key[order]
        first, last = (
            np.searchsorted(self.sample, samples, side=side) for side in ("left", "right")
        )
        count = last - first
        at = np.repeat(first - np.cumsum(count) + count, count) + np.arange(int(count.sum()))
        lane = np.repeat(np.arange(len(samples), dtype=np.int32), count)
        row = order[np.searchsorted(keys, self.key[at])].astype(np.int32)
        by = np.lexsort((self.begin[at], lane, row))
        return Outages(row[by], lane[by], self.begin[at][by], self.end[at][by])


@dataclass(frozen=True)
class Luck:
    """What draws are made of, besides the setting.

    Attributes
    ----------
    base : folder of the scenario file
    samples : drawn are 0 until before this
    memory : of random fields that were drawn before
    once : of other work of hazards
    """

    base: Path
    samples: int
    seed: int
    memory: Memory
    once: Once = field(default_factory=Once)


def drawn_of(setting: Setting, number: int, network: Network, luck: Luck) -> Drawn:
    """Draw everything that one hazard of the scenario takes out.

    Parameters
    ----------
    number : of the hazard in its scenario
    network : of the setting's city

    Raises
    ------
    InputError, ScenarioError, CityError : as `rencity.sim.hazard.striking.strikes_of`
    """
    draws = _draws(setting, number, network, luck)
    blocks = range(-(-luck.samples // LANES))
    parts = [(b, outages_of_block(draws, luck.seed, b, luck.samples)) for b in blocks]
    sample = [part.lane.astype(np.int64) + b * LANES for b, part in parts]
    made = (
        np.concatenate([*sample, np.empty(0, np.int64)]).astype(np.int32),
        network.key[np.concatenate([*(part.row for _, part in parts), np.empty(0, np.int32)])],
        *(
            np.concatenate([*(getattr(part, name) for _, part in parts), np.empty(0, np.int32)])
            for name in ("begin", "end")
        ),
    )
    return _sorted(Drawn(*made))


def _draws(setting: Setting, number: int, network: Network, luck: Luck) -> list[Draws]:
    """Every strike of a hazard made ready for drawing."""
    hazard = setting.scenario.hazards[number]
    horizon_min = round(setting.scenario.horizon_h * MIN_PER_H)
    frame = luck.base, luck.samples, luck.seed, horizon_min, network, luck.once
    return [
        draws_of(
            luck.memory.remembering(strike),
            number,
            network,
            len(setting.city.assets),
            part=part,
            start_min=round(hazard.start_h * MIN_PER_H),
        )
        for part, strike in enumerate(
            strikes_of(hazard, Scene(setting.city, setting.classes, *frame))
        )
    ]


def joined(parts: Sequence[Drawn]) -> Drawn:
    """Outages of several hazards; those of one asset that overlap or touch are one."""
    if len(parts) == 1:
        return parts[0]
    whole = _sorted(_together(parts))
    if not len(whole.sample):
        return whole
    first = np.ones(len(whole.sample), bool)
    first[1:] = (np.diff(whole.sample) != 0) | (whole.key[1:] != whole.key[:-1])
    apart = np.cumsum(first) << 32  # of one sample and asset, further than any minute
    last = np.maximum.accumulate(apart + whole.end)
    first[1:] |= (apart + whole.begin)[1:] > last[:-1]
    end = last[np.append(np.flatnonzero(first)[1:], len(last)) - 1] - apart[first]
    return Drawn(whole.sample[first], whole.key[first], whole.begin[first], end.astype(np.int32))


def spliced(today: Drawn, parts: Iterable[tuple[Drawn, npt.NDArray[np.uint64]]]) -> Drawn:
    """Today's outages with those of touched assets, uint64 keys, from elsewhere."""
    kept, more = today, []
    for drawn, keys in parts:
        kept = kept.where(~np.isin(kept.key, keys))
        more.append(drawn.where(np.isin(drawn.key, keys)))
    if not more:
        return today
    return _sorted(_together([kept, *more]))


def _together(parts: Sequence[Drawn]) -> Drawn:
    return Drawn(*(np.concatenate([getattr(each, name) for each in parts]) for name in NAMES))


def _sorted(drawn: Drawn) -> Drawn:
    order = np.lexsort((drawn.begin, drawn.key, drawn.sample))
    return Drawn(*(getattr(drawn, name)[order] for name in NAMES))


def _rows_by_key(network: Network) -> npt.NDArray[np.int64]:
    """Rows that are assets, by key: a link without one may share its id with an asset."""
    owned = network.nodes + np.flatnonzero(np.asarray(network.link_asset) >= 0)
    rows = np.concatenate([np.arange(network.nodes), owned])
    return rows[np.argsort(network.key[rows], kind="stable")]
