"""The outages that a run folder keeps: who was out, in which sample, from when to when, by what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.city.network import Network
from rencity.kit.errors import RunError
from rencity.sim.reach.lanes import LANES
from rencity.sim.reach.outages import Outages, merged
from rencity.sim.why.names import Names

MOST_SAMPLES = 128
"""Samples kept at most: the first ones; more would not change what is said of causes by much."""
MOST_ROWS = 1_000_000
COLUMNS = ("asset", "sample", "begin_min", "end_min", "hazard")
MEND = "run `rencity stress` again"
_SPAN = np.int64(1) << 31


@dataclass(frozen=True)
class Kept:
    """Outages of the first samples of a run.

    Attributes
    ----------
    samples : how many samples are kept whole
    outages : lanes are samples
    hazard : int16 (f,), place in `hazards` of each outage
    hazards : names; several that struck the same asset at once are joined by " + "
    """

    samples: int
    outages: Outages
    hazard: npt.NDArray[np.int16]
    hazards: tuple[str, ...]

    def hazard_of(self, row: int, sample: int, at_min: int) -> str:
        """Which hazard began the outage of a row that holds or last began before a minute."""
        mine = (self.outages.row == row) & (self.outages.lane == sample)
        mine &= self.outages.begin <= at_min
        found = np.flatnonzero(mine)
        return self.hazards[self.hazard[found[-1]]] if len(found) else ""


def outages_table(
    ids: npt.NDArray[np.object_],
    network: Network,
    outages: Outages,
    by_hazard: Sequence[tuple[str, Outages]],
    samples: int,
    most_samples: int = MOST_SAMPLES,
    most_rows: int = MOST_ROWS,
) -> tuple[pd.DataFrame, int]:
    """The table of a run folder, and how many samples it holds whole.

    Parameters
    ----------
    ids : ids of ``city.assets``
    outages : of the first block as the engine was given them
    by_hazard : the damage each hazard did in that block, in the scenario's order
    samples : samples of the run
    most_samples, most_rows : the first samples that fit both, at least none
    """
    most = min(samples, most_samples, LANES)
    count = np.cumsum(np.bincount(outages.lane, minlength=LANES))
    kept = min(most, int(np.searchsorted(count, most_rows, side="right")))
    chosen = outages.where(outages.lane < kept)
    names, code = _hazards(chosen, by_hazard)
    asset_of_row = np.concatenate([network.asset, network.link_asset])
    asset = ids[asset_of_row[chosen.row]]
    order = np.lexsort((chosen.begin, chosen.row, chosen.lane))
    table = pd.DataFrame(
        {
            "asset": asset[order],
            "sample": chosen.lane[order].astype(np.int16),
            "begin_min": chosen.begin[order],
            "end_min": chosen.end[order],
            "hazard": pd.Categorical.from_codes(code[order], categories=names),
        }
    )
    return table, kept


def kept_of(table: pd.DataFrame, names: Names, samples: int) -> Kept:
    """Read the table back.

    Raises
    ------
    RunError : a column is missing, an asset is not in the city's networks, a sample is too high
    """
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        raise RunError(f"no column {missing[0]}", place="outages.parquet", mend=MEND)
    place = pd.Index(names.ids).get_indexer(table["asset"])
    row = np.where(place < 0, -1, names.row_of_asset[place])
    lost = np.flatnonzero(row < 0)
    if len(lost):
        raise RunError(
            f"{table['asset'].iloc[lost[0]]!r} is in no network of this city",
            place="outages.parquet",
            mend="give the city of the run with --city",
        )
    lane = table["sample"].to_numpy().astype(np.int32)
    if len(lane) and not 0 <= lane.min() <= lane.max() < min(samples, LANES):
        raise RunError("a sample that was not kept", place="outages.parquet", mend=MEND)
    begin, end = (table[name].to_numpy().astype(np.int32) for name in ("begin_min", "end_min"))
    order = np.lexsort((begin, lane, row))
    outages = Outages(row.astype(np.int32)[order], lane[order], begin[order], end[order])
    if len(merged([outages]).row) != len(outages.row):
        raise RunError("outages of one asset overlap", place="outages.parquet", mend=MEND)
    code, known = pd.factorize(table["hazard"].astype(str), sort=True)
    return Kept(samples, outages, code.astype(np.int16)[order], tuple(str(k) for k in known))


def _hazards(
    outages: Outages, by_hazard: Sequence[tuple[str, Outages]]
) -> tuple[list[str], npt.NDArray[np.int64]]:
    """Names, and for each outage the hazards whose damage began within it."""
    bits = np.zeros(len(outages.row), np.int64)
    for number, (_, damage) in enumerate(by_hazard):
        begins = np.sort(_place(damage.row, damage.lane, damage.begin))
        low = np.searchsorted(begins, _place(outages.row, outages.lane, outages.begin))
        high = np.searchsorted(begins, _place(outages.row, outages.lane, outages.end))
        bits |= (high > low).astype(np.int64) << number
    seen, code = np.unique(bits, return_inverse=True)
    words = [" + ".join(n for i, (n, _) in enumerate(by_hazard) if each >> i & 1) for each in seen]
    names = sorted(set(words))
    return names, np.array([names.index(word) for word in words], np.int64)[code]


def _place(
    row: npt.NDArray[np.int32], lane: npt.NDArray[np.int32], minute: npt.NDArray[np.int32]
) -> npt.NDArray[np.int64]:
    # rows below 2^23 with 512 lanes and 31 bits of minutes fill 63 bits
    return (row.astype(np.int64) * LANES + lane) * _SPAN + minute
