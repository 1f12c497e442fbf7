"""What a hazard does to assets before anything is drawn: where hazards and engine meet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from rencity.city.rasters import Grid

TABLE_SIZE = 4096
"""Quantiles in a repair table: entry q is the time at probability (q + ½) / TABLE_SIZE."""

EVERY_SAMPLE = -1
NEVER = -1


class RandomField(Protocol):
    """Intensity that differs in every sample.

    A value may depend on the seed, the purpose, the sample's number and event and the site, on
    nothing else: not on which samples are asked for together.
    """

    def log_intensity(
        self, seed: int, purpose: int, event: npt.NDArray[np.int32], first: int
    ) -> npt.NDArray[np.float32]:
        """Natural logarithm of the intensity, (samples, sites), of samples `first` and after.

        Parameters
        ----------
        purpose : for `rencity.kit.draws.stream`; the field's own are `purpose` to `purpose` + 7
        event : (samples,), event of each sample
        """
        ...


@dataclass(frozen=True)
class Sampled:
    """How assets feel a random field; m assets, n curves of k states.

    P(state j or worse) of an asset is read at y = slope · ln(intensity) + shift from a table of
    its curve, linear between entries and level beyond both ends.

    Attributes
    ----------
    site : int32 (m,), site of the field where each asset is
    curve : int16 (m,)
    slope, shift : float32 (m,)
    exceed_at : float64 (n, k, entries), falling along k, at y = low + i · step
    """

    field: RandomField
    site: npt.NDArray[np.int32]
    curve: npt.NDArray[np.int16]
    slope: npt.NDArray[np.float32]
    shift: npt.NDArray[np.float32]
    exceed_at: npt.NDArray[np.float64]
    low: float
    step: float


@dataclass(frozen=True)
class Strike:
    """Damage probabilities and certain outages of one hazard, or of one measure of it.

    Assets are row numbers of ``city.assets``. A hazard may have several equally detailed events
    (ground-motion fields of a weighted set); each sample belongs to one of them, and so do all
    strikes of one hazard.

    Attributes
    ----------
    asset : int32 (m,), ascending, unique; assets that may be damaged
    exceed : float64 (c, k, m); P(state k or worse) in event c, falling along k; with `sampled`
        (c, k, 0)
    table : int16 (m,), row of `repair_min` for each asset
    repair_min : int32 (n, k, TABLE_SIZE), minutes out of service by quantile; 0: keeps working
    weight : float64 (c,), probability of each event, sums to 1
    event : str (c,), name of each event
    out_asset, out_sample, out_min : int32 (f,), int32 (f,), int64 (f,); certain outages of an
        asset in a sample (`EVERY_SAMPLE`: in all) for minutes (`NEVER`: not restored within the
        run)
    onset_min, out_onset_min : int32 (m,), int32 (f,); minutes after the hazard's start at which
        the damage or outage begins; None: all at its start
    fixed_table : bool (n,), tables whose minutes were given and are no work of a class; None: none
    out_by_class : bool (f,), certain outages whose minutes are those of a class; None: none
    sampled : in place of `exceed` where the intensity differs in every sample
    facts : what the run tells of the hazard: volumes, magnitudes, greatest values, by plain name
    layers : rasters that go into the run folder, by name
    """

    name: str
    asset: npt.NDArray[np.int32]
    exceed: npt.NDArray[np.float64]
    table: npt.NDArray[np.int16]
    repair_min: npt.NDArray[np.int32]
    weight: npt.NDArray[np.float64]
    event: tuple[str, ...]
    out_asset: npt.NDArray[np.int32]
    out_sample: npt.NDArray[np.int32]
    out_min: npt.NDArray[np.int64]
    onset_min: npt.NDArray[np.int32] | None = None
    out_onset_min: npt.NDArray[np.int32] | None = None
    sampled: Sampled | None = None
    fixed_table: npt.NDArray[np.bool_] | None = None
    out_by_class: npt.NDArray[np.bool_] | None = None
    facts: Mapping[str, float | int | str] = field(default_factory=dict)
    layers: Mapping[str, Grid] = field(default_factory=dict)
