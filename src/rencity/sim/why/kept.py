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

    def first(self, samples: int) -> Kept:
        """The first samples only."""
        if samples >= self.samples:
            return self
        mine = self.outages.lane < samples
        return Kept(samples, self.outages.where(mine), self.hazard[mine], self.hazards)

    def alone(self, sample: int) -> Outages:
        """Those of one sample, in the first lane."""
        mine = self.outages.where(self.outages.lane == sample)
        return Outages(mine.row, np.zeros_like(mine.lane), mine.begin, mine.end)

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
    struck: npt.NDArray[np.int64],
    hazards: Sequence[str],
) -> pd.DataFrame:
    """The table of a run folder, by sample, then row, then beginning.

    Parameters
    ----------
    ids : ids of ``city.assets``
    outages : lanes are samples, which are kept whole
    struck : int64 (f,), as `hazard_bits`
    hazards : names in the scenario's order
    """
    asset = ids[np.concatenate([network.asset, network.link_asset])[outages.row]]
    names, code = _named(struck, hazards)
    order = np.lexsort((outages.begin, outages.row, outages.lane))
    return pd.DataFrame(
        {
            "asset": asset[order],
            "sample": outages.lane[order].astype(np.int16),
            "begin_min": outages.begin[order],
            "end_min": outages.end[order],
            "hazard": pd.Categorical.from_codes(code[order], categories=names),
        }
    )


def hazard_bits(outages: Outages, by_hazard: Sequence[Outages]) -> npt.NDArray[np.int64]:
    """For each outage the hazards whose damage to the asset began within it, bit i for hazard i."""
    bits = np.zeros(len(outages.row), np.int64)
    first, end = (_place(outages, name) for name in ("begin", "end"))
    for number, damage in enumerate(by_hazard):
        begins = np.sort(_place(damage, "begin"))
        within = np.searchsorted(begins, end) > np.searchsorted(begins, first)
        bits |= within.astype(np.int64) << number
    return bits


def kept_of(table: pd.DataFrame, names: Names, samples: int) -> Kept:
    """Read the table back.

    Raises
    ------
    RunError : a column is missing, an asset is not in the city's networks, a sample is too high
    """
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        raise RunError(f"no column {missing[0]}", place="outages.parquet", mend=MEND)
    place = names.assets.get_indexer(table["asset"])
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


def _named(
    struck: npt.NDArray[np.int64], hazards: Sequence[str]
) -> tuple[list[str], npt.NDArray[np.int64]]:
    """Names of sets of hazards, ascending, and which each outage has."""
    seen, code = np.unique(struck, return_inverse=True)
    words = [" + ".join(name for i, name in enumerate(hazards) if int(s) >> i & 1) for s in seen]
    names = sorted(set(words))
    return names, np.array([names.index(word) for word in words], np.int64)[code]


def _place(outages: Outages, when: str) -> npt.NDArray[np.int64]:
    # rows below 2^23 with 512 lanes and 31 bits of minutes fill 63 bits
    return (outages.row.astype(np.int64) * LANES + outages.lane) * _SPAN + getattr(outages, when)
