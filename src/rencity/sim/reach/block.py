"""What is kept of one block of samples: sums small enough to write down and add up."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from rencity.city.network import Network
from rencity.sim.reach.account import Account
from rencity.sim.reach.bits import count_bits
from rencity.sim.reach.lanes import LANES, Rows, lowest_bit
from rencity.sim.reach.outages import Outages, set_bits

U = np.uint64
KEPT_LANES = 128
KEPT_MOST = 2_000_000
"""Outages kept of a run: those of its first samples, this many samples and outages at most."""

Ints = npt.NDArray[np.int64]


class Block(NamedTuple):
    """Sums over the samples of one block; n nodes, k link rows, p pairs of lifeline and zone.

    Attributes
    ----------
    served : int32 (lifelines, regions, steps, samples), change of people served at each step
    loss : int64 (samples,), person-minutes without service, all lifelines
    pair_loss, pair_loss_sq : int64 (p,), float64 (p,) or (0,) in a great city
    pair_served : int32 or int64 (p, steps), change of people served
    out_min : int64 (n + k,), minutes out of service: nodes with all they need, links by damage
    hit : int32 (n + k,), samples in which a row is out of service by damage
    hit_loss, hit_loss_sq : float64 (n + k,), loss of those samples and its squares
    kept : int32 (4, f), row, lane, begin and end of the outages of the first samples
    kept_lanes : int64 (1,), how many samples those are
    crews : int64, what crews did, see `rencity.sim.crews.account`; empty without crews
    trips : int32 (6, t), their trips in the first sample
    """

    served: Any
    loss: Any
    pair_loss: Any
    pair_loss_sq: Any
    pair_served: Any
    out_min: Any
    hit: Any
    hit_loss: Any
    hit_loss_sq: Any
    kept: Any
    kept_lanes: Any
    crews: Any = np.empty(0, np.int64)
    trips: Any = np.empty((6, 0), np.int32)


class Hits:
    """Which rows are out by damage in which lanes, and for how long; filled span by span."""

    def __init__(self, network: Network, horizon_min: int) -> None:
        self._nodes, self._horizon_min = network.nodes, horizon_min
        count = network.nodes + network.link_rows
        self.ever: Rows = np.zeros((count, LANES // 64), np.uint64)
        self.out_min: Ints = np.zeros(count, np.int64)

    def add(self, damage: Outages, full: Outages) -> None:
        """Add a span: what is damaged, and with it what rides on that."""
        set_bits(damage.row, damage.lane, self.ever)
        _add_minutes(full.row, full.begin, full.end, self._nodes, self._horizon_min, self.out_min)


class Kept:
    """The outages of the first samples, for whoever asks why."""

    def __init__(self, wanted: int) -> None:
        self._wanted = wanted
        self._parts: list[Outages] = []
        self.lanes = 0
        self._count = 0

    def add(self, outages: Outages, first: int, last: int) -> None:
        """Take what fits of a span; after one that does not, no more."""
        if first != self.lanes or first >= self._wanted:
            return
        per_lane = np.cumsum(np.bincount(outages.lane - first, minlength=last - first))
        room = int(np.searchsorted(per_lane, KEPT_MOST - self._count, side="right"))
        end = min(first + room, self._wanted)
        self._parts.append(outages.where(outages.lane < end))
        self.lanes = end
        self._count += len(self._parts[-1].row)

    def table(self) -> npt.NDArray[np.int32]:
        """Row, lane, begin, end; int32 (4, f)."""
        columns = [[getattr(part, name) for part in self._parts] for name in Outages.NAMES]
        if not self._parts:
            return np.empty((4, 0), np.int32)
        return np.stack([np.concatenate(column) for column in columns])


def block_of(
    account: Account,
    hits: Hits,
    kept: Kept,
    rest_min: npt.NDArray[np.int64],
    lanes: int,
) -> Block:
    """Sum up one block.

    Parameters
    ----------
    rest_min : int64 (steps,), from the start of each step to the horizon
    lanes : how many hold a sample
    """
    loss = loss_of(account, rest_min)[:lanes]
    pair_loss = -np.einsum("pt,t->p", account.pair_served, rest_min)
    each = account.pair_loss.astype(float)
    squares = np.einsum("ps,ps->p", each, each)
    count = np.array(_count_rows(hits.ever), np.int32)
    hit_loss, hit_loss_sq = np.zeros(len(count)), np.zeros(len(count))
    full = np.zeros(LANES)
    full[:lanes] = loss
    _sum_rows(hits.ever, full, hit_loss, hit_loss_sq)
    out_min = hits.out_min
    out_min[: len(account.out_min)] = account.out_min
    return Block(
        served=account.served[..., :lanes],
        loss=loss,
        pair_loss=pair_loss,
        pair_loss_sq=squares,
        pair_served=account.pair_served,
        out_min=out_min,
        hit=count,
        hit_loss=hit_loss,
        hit_loss_sq=hit_loss_sq,
        kept=kept.table(),
        kept_lanes=np.array([kept.lanes]),
    )


def loss_of(account: Account, rest_min: Ints) -> Ints:
    """Person-minutes without service of each lane, all lifelines, int64 (LANES,)."""
    change = account.served.sum(axis=(0, 1), dtype=np.int64)
    return -(rest_min @ change)


@njit(nogil=True, cache=True)
def _add_minutes(
    row: Any, begin: Any, end: Any, first: Any, horizon_min: Any, out_min: Any
) -> None:
    """Add the minutes until the horizon to rows from `first` on."""
    for i in range(len(row)):
        if row[i] >= first:
            out_min[row[i]] += min(end[i], horizon_min) - min(begin[i], horizon_min)


@njit(nogil=True, cache=True)
def _count_rows(bits: Any) -> Any:
    made = np.zeros(bits.shape[0], np.int32)
    for i in range(bits.shape[0]):
        made[i] = count_bits(bits[i : i + 1], 0, bits.shape[1])
    return made


@njit(nogil=True, cache=True)
def _sum_rows(bits: Any, value: Any, total: Any, squares: Any) -> None:
    """Sum the lanes' values, and their squares, over the set bits of each row."""
    for i in range(bits.shape[0]):
        for k in range(bits.shape[1]):
            word = bits[i, k]
            while word:
                x = value[k * 64 + np.int64(lowest_bit(word))]
                word &= word - U(1)
                total[i] += x
                squares[i] += x * x
