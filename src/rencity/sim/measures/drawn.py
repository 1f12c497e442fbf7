"""What is out when, by asset instead of by place in a network, so that it can be put together.

Draws are keyed by asset, so what one asset suffers does not depend on which others are there. The
outages of a set of measures are those of today with the touched assets' taken from elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rencity.city.network import Network
from rencity.sim.reach.outages import Outages

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


def joined(parts: Sequence[Drawn]) -> Drawn:
    """Outages of several hazards; those of one asset that overlap or touch are one."""
    if len(parts) == 1:
        return parts[0]
    whole = sorted_by_sample(_together(parts))
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
    return sorted_by_sample(_together([kept, *more]))


def _together(parts: Sequence[Drawn]) -> Drawn:
    return Drawn(*(np.concatenate([getattr(each, name) for each in parts]) for name in NAMES))


def sorted_by_sample(drawn: Drawn) -> Drawn:
    """In the order of `Drawn`."""
    order = np.lexsort((drawn.begin, drawn.key, drawn.sample))
    return Drawn(*(getattr(drawn, name)[order] for name in NAMES))


def _rows_by_key(network: Network) -> npt.NDArray[np.int64]:
    """Rows that are assets, by key: a link without one may share its id with an asset."""
    owned = network.nodes + np.flatnonzero(np.asarray(network.link_asset) >= 0)
    rows = np.concatenate([np.arange(network.nodes), owned])
    return rows[np.argsort(network.key[rows], kind="stable")]
