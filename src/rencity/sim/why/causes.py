"""From an outage back to its causes, and the test of each: the same samples without it.

A *root cause* of a target in a sample is an asset whose own outage stands behind the target's (see
`rencity.sim.why.blame`). The roots of a sample are checked by the engine: with their outages taken
out and nothing else changed, the target is never out; where it still is, its new roots are added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from rencity.city.network import Network
from rencity.sim.reach.engine import Engine
from rencity.sim.reach.lanes import LANES
from rencity.sim.reach.outages import Outages, merged
from rencity.sim.why.blame import Scratch
from rencity.sim.why.chain import Chain, chain_of
from rencity.sim.why.kept import Kept
from rencity.sim.why.lane import Ints
from rencity.sim.why.names import Asset, Names
from rencity.sim.why.target import ASSET, Target
from rencity.sim.why.trace import Trace, Watch, trace

TESTED = 10
"""Causes tested by running their samples again without them."""
SHOWN = 50
ROUNDS = 8
"""Times that new roots are looked for before all damage of the sample is named."""


@dataclass(frozen=True)
class Cause:
    """An asset whose own outage stands behind the target's.

    Attributes
    ----------
    samples, share : samples in which it does, and their share of those in which the target is out
    time_share : share of the target's outage (weighted by people for a zone) behind which it stands
    behind_others : samples in which it only shows once the other causes are taken out
    tested : whether its samples were run again with this asset kept from damage
    avoided_h, avoided_share : outage that goes then, mean over all kept samples, and its share
    alone : share of the samples with outage in which sparing it alone keeps the target on
    """

    asset: Asset
    samples: int
    share: float
    time_share: float
    behind_others: int
    tested: bool
    avoided_h: float | None
    avoided_share: float | None
    alone: float | None


@dataclass(frozen=True)
class Causes:
    """Why a target was out in a run.

    Attributes
    ----------
    kind, id, name, lifeline : of the target
    never : whether it is not served even in the undamaged city
    samples, of : kept samples this tells of, the first of so many that the run kept
    out_samples : those in which it is out at some step
    at_h : the hour asked about, then every figure is of the step that holds it; None: the whole run
    unit : of `out_h`: ``h``, or ``person h`` (``asset h``) for a zone
    out_h : outage, mean over all kept samples; at one hour the people, or the share of samples, out
    time_h : hours in which any of it is out, mean over all kept samples
    causes : by outage avoided, then by share of it; `found` of them in all
    widened : samples in which every damaged asset had to be named
    example : one sample told step by step
    """

    kind: str
    id: str
    name: str
    lifeline: str
    never: bool
    samples: int
    of: int
    out_samples: int
    at_h: float | None
    unit: str
    out_h: float
    time_h: float
    causes: tuple[Cause, ...]
    found: int
    widened: int
    example: Chain | None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Roots:
    """Root causes of every sample, one entry each; see `Causes`.

    Attributes
    ----------
    root, lane : int64 (f,)
    minutes : int64 (f,), weighted minutes of outage behind which it stands; 0 where it only shows
        once others are taken out
    widened : lanes in which all damage was named
    """

    root: Ints
    lane: Ints
    minutes: Ints
    widened: Ints


def causes(
    network: Network,
    kept: Kept,
    engine: Engine,
    target: Target,
    names: Names,
    *,
    tested: int = TESTED,
    at_h: float | None = None,
    of: int | None = None,
    scratch: Scratch | None = None,
) -> Causes:
    """Root causes of a target over the kept samples.

    Parameters
    ----------
    engine : with the steps and the horizon of the run
    tested : how many of the first causes are tested
    at_h : ask about the step that holds this hour only
    of : samples that the run kept, where `kept` has the first of them only
    scratch : room kept from a question before; None: made here
    """
    whole = kept.samples if of is None else of
    watch = Watch(engine, target, None if at_h is None else round(at_h * 60), scratch)
    unit = "h" if target.kind == ASSET else ("person h" if network.unit == "people" else "asset h")
    if watch.never or not kept.samples:
        return _nothing(target, watch, kept, whole, unit, at_h)
    found = trace(watch, kept.outages, kept.samples)
    roots = roots_of(watch, kept.outages, kept.samples, found)
    order = _by_share(roots)
    test = _test(watch, kept, roots, order[:tested], found)
    told = [_cause(names, roots, found, kept, int(row), test) for row in order]
    told.sort(
        key=lambda each: (-(each.avoided_h or 0.0), -each.time_share, -each.share, each.asset.id)
    )
    return Causes(
        kind=target.kind,
        id=target.id,
        name=target.name,
        lifeline=target.lifeline,
        never=False,
        samples=kept.samples,
        of=whole,
        out_samples=int((found.out_min > 0).sum()),
        at_h=at_h,
        unit=unit,
        out_h=float(found.out_min.sum()) / kept.samples / 60,
        time_h=float(found.time_min.sum()) / kept.samples / 60,
        causes=tuple(told[:SHOWN]),
        found=len(told),
        widened=len(roots.widened),
        example=chain_of(watch, kept, found, names),
    )


def _nothing(
    target: Target, watch: Watch, kept: Kept, of: int, unit: str, at_h: float | None
) -> Causes:
    return Causes(
        target.kind, target.id, target.name, target.lifeline, watch.never, kept.samples, of,
        0, at_h, unit, 0.0, 0.0, (), 0, 0, None,
    )  # fmt: skip


def roots_of(watch: Watch, outages: Outages, lanes: int, first: Trace) -> Roots:
    """Roots of each lane such that without their outages the target is never out in it."""
    parts = [(first.root, first.lane, first.minutes)]
    out = np.flatnonzero(first.out_min)
    widened = np.empty(0, np.int64)
    for _ in range(ROUNDS):
        rest = _without(outages.where(np.isin(outages.lane, out)), parts)
        again = trace(watch, rest, lanes)
        out = np.flatnonzero(again.out_min)
        if not len(out):
            break
        new = np.isin(again.lane, out)
        parts.append((again.root[new], again.lane[new], np.zeros(int(new.sum()), np.int64)))
        if not new.any():
            break
    if len(out):
        widened = out
        all_ = outages.where(np.isin(outages.lane, out))
        row, lane = (each.astype(np.int64) for each in all_.pairs())
        parts.append((row, lane, np.zeros(len(row), np.int64)))
    return _joined(parts, widened)


def _joined(parts: Sequence[tuple[Ints, Ints, Ints]], widened: Ints) -> Roots:
    root, lane, minutes = (np.concatenate([part[i] for part in parts]) for i in range(3))
    place, at = np.unique(root * LANES + lane, return_inverse=True)
    total = np.zeros(len(place), np.int64)
    np.add.at(total, at, minutes)
    return Roots(place // LANES, place % LANES, total, widened)


def _without(outages: Outages, parts: Sequence[tuple[Ints, Ints, Ints]]) -> Outages:
    """Outages but those of roots in their lanes."""
    gone = np.concatenate([root * LANES + lane for root, lane, _ in parts])
    place = outages.row.astype(np.int64) * LANES + outages.lane
    return outages.where(~np.isin(place, gone))


def _by_share(roots: Roots) -> Ints:
    """Rows of causes, most outage behind them first, then most samples, then row."""
    row, at, count = np.unique(roots.root, return_inverse=True, return_counts=True)
    minutes = np.zeros(len(row), np.int64)
    np.add.at(minutes, at, roots.minutes)
    return row[np.lexsort((row, -count, -minutes))]


def _rank(each: Cause) -> tuple[float, float, float, str]:
    return -(each.avoided_h or 0.0), -each.time_share, -each.share, each.asset.id


@dataclass(frozen=True)
class _Test:
    """What sparing one row alone leaves of the outage, by lane."""

    out_min: dict[int, dict[int, int]]


def _test(watch: Watch, kept: Kept, roots: Roots, rows: Ints, found: Trace) -> _Test:
    """Run each (row, lane) again without the outages of that row."""
    pairs = [
        (int(row), int(lane))
        for row in rows
        for lane in roots.lane[roots.root == row]
        if found.out_min[lane]
    ]
    left: dict[int, dict[int, int]] = {int(row): {} for row in rows}
    by_lane = [kept.outages.where(kept.outages.lane == s) for s in range(kept.samples)]
    for begin in range(0, len(pairs), LANES):
        chunk = pairs[begin : begin + LANES]
        parts = [_moved(by_lane[lane], row, at) for at, (row, lane) in enumerate(chunk)]
        minutes = watch.minutes_out(merged(parts))
        for at, (row, lane) in enumerate(chunk):
            left[row][lane] = int(minutes[at])
    return _Test(left)


def _moved(outages: Outages, row: int, lane: int) -> Outages:
    """Outages of one sample without those of a row, in another lane."""
    mine = outages.where(outages.row != row)
    return Outages(mine.row, np.full(len(mine.row), lane, np.int32), mine.begin, mine.end)


def _cause(names: Names, roots: Roots, found: Trace, kept: Kept, row: int, test: _Test) -> Cause:
    mine = roots.root == row
    lanes, minutes = roots.lane[mine], roots.minutes[mine]
    out = int((found.out_min > 0).sum())
    whole = int(found.out_min.sum())
    left = test.out_min.get(row)
    avoided = None if left is None else sum(int(found.out_min[s]) - n for s, n in left.items())
    return Cause(
        asset=names.asset(row),
        samples=len(lanes),
        share=len(lanes) / out,
        time_share=float(minutes.sum() / whole),
        behind_others=int((minutes == 0).sum()),
        tested=left is not None,
        avoided_h=None if avoided is None else avoided / kept.samples / 60,
        avoided_share=None if avoided is None else avoided / whole,
        alone=None if left is None else sum(n == 0 for n in left.values()) / out,
    )
