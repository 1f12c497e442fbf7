"""Assets step by step: in how many samples each is out of service, or how it stands in one.

A run keeps the damage of its first samples, not the service of every asset. What fails for want of
something else is what the engine says when it runs these samples again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rencity.kit.errors import AbsentError, RunError
from rencity.kit.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from rencity.atlas.opened import Opened
    from rencity.atlas.runs import OpenedRun
    from rencity.rehearse.why import Asked
    from rencity.sim.reach.outages import Outages
    from rencity.sim.reach.standing import Standing

    Bytes = npt.NDArray[np.uint8]

FULL, NEVER = 200, 255
"""Of a share: all samples; of any: an asset without service even in the undamaged city."""
DAMAGED, CUT = 1, 2
"""Of a state in one sample; 0: in service."""
AGAIN = "run `rencity stress` again: it keeps some"


@dataclass(frozen=True)
class AssetFrames:
    """Values of the assets that are ever out; those alike at every step share one series.

    Attributes
    ----------
    rows : int32 (a,), of the city's assets table, ascending
    series : int32 (a,), which column of `values` each has
    values : uint8 (steps, series)
    samples : what a share is of; 1: states of one sample
    """

    rows: npt.NDArray[np.int32]
    series: npt.NDArray[np.int32]
    values: Bytes
    samples: int

    @property
    def nbytes(self) -> int:
        """Memory it takes."""
        return int(self.rows.nbytes + self.series.nbytes + self.values.nbytes)

    def only(self, wanted: npt.NDArray[np.bool_]) -> AssetFrames:
        """Those of some assets, by row."""
        import numpy as np  # noqa: PLC0415 - heavy

        mine = wanted[self.rows]
        used, series = np.unique(self.series[mine], return_inverse=True)
        values = np.ascontiguousarray(self.values[:, used])
        return AssetFrames(self.rows[mine], series.astype(np.int32), values, self.samples)

    def packed(self) -> bytes:
        """Rows, series, then values; integers little-endian."""
        parts = (self.rows.astype("<i4"), self.series.astype("<i4"), self.values)
        return b"".join(part.tobytes() for part in parts)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Assets, series, steps."""
        steps, series = self.values.shape
        return len(self.rows), series, steps


def asset_frames(
    opened: OpenedRun, city: Opened, lifeline: str | None = None, sample: int | None = None
) -> AssetFrames:
    """Assets over time.

    Parameters
    ----------
    lifeline : only its assets; None: all
    sample : how they stand in this one; None: shares of the samples kept

    Raises
    ------
    AbsentError : the run kept no outages, or not of this sample; no such lifeline
    LimitError : another question to this run takes long
    RunError : the run is of another city than stands there, or its outages are broken
    CityError : the city has errors
    """
    wanted = None if lifeline is None else lifelines_of(opened).mine(lifeline)
    _refuse_unkept(opened, sample)
    made: AssetFrames = opened.made.of(
        ("asset-frames", sample), lambda: _followed(opened, city, sample)
    )
    return made if wanted is None else made.only(wanted)


@dataclass(frozen=True)
class Lifelines:
    """Which lifeline each asset is of.

    Attributes
    ----------
    code : int8 (assets,), place in `names`
    """

    names: tuple[str, ...]
    code: npt.NDArray[np.int8]

    @property
    def nbytes(self) -> int:
        """Memory it takes."""
        return int(self.code.nbytes)

    def mine(self, lifeline: str) -> npt.NDArray[np.bool_]:
        """The assets of one, by row.

        Raises
        ------
        AbsentError : there are none
        """
        if lifeline not in self.names:
            raise AbsentError(
                f"the run has no assets of a lifeline {lifeline!r:.80}",
                place="lifeline",
                mend=did_you_mean(lifeline, self.names, what="lifeline"),
            )
        return self.code == self.names.index(lifeline)


def lifelines_of(opened: OpenedRun) -> Lifelines:
    """Lifelines of a run's assets."""
    return opened.made.of(("lifelines",), lambda: _lifelines(opened.run.assets["lifeline"]))


def _lifelines(column: pd.Series) -> Lifelines:
    import numpy as np  # noqa: PLC0415 - heavy
    import pandas as pd  # noqa: PLC0415 - heavy

    code, names = pd.factorize(column, sort=True)
    return Lifelines(tuple(map(str, names)), code.astype(np.int8))


def _refuse_unkept(opened: OpenedRun, sample: int | None) -> None:
    from rencity.sim.why.about import about_of  # noqa: PLC0415 - light only once opened

    kept = int((about_of(opened.folder).get("outages") or {}).get("samples", 0))
    if not kept:
        raise AbsentError("the run kept no outages", place="run.json", mend=AGAIN)
    if sample is not None and not 0 <= sample < kept:
        raise AbsentError(
            f"outages of sample {sample} were not kept",
            place="sample",
            mend=f"give 0 to {kept - 1}",
        )


def _followed(opened: OpenedRun, city: Opened, sample: int | None) -> AssetFrames:
    import numpy as np  # noqa: PLC0415 - heavy

    from rencity.sim.reach.standing import Course  # noqa: PLC0415 - heavy

    with opened.in_turn("asset-frames"):
        asked = opened.asked(city)
        outages, samples = _lanes(asked, sample)
        course = Course(asked.engine, outages, samples)
        told = _shares(samples) if sample is None else _states
        steps = np.stack([told(standing) for standing in course])
        asked.rest()
    steps[:, course.never] = NEVER
    row = asked.names.row_of_asset
    worst = steps.max(axis=0)
    assets = np.flatnonzero((row >= 0) & (worst[row] > 0))
    series, values = _alike(steps[:, row[assets]])
    return AssetFrames(assets.astype(np.int32), series, values, samples)


def _lanes(asked: Asked, sample: int | None) -> tuple[Outages, int]:
    """Outages to follow, and how many samples they are of."""
    kept = asked.kept
    if kept is None:
        raise RunError("its outages are gone", place="outages.parquet", mend=AGAIN)
    return (kept.outages, kept.samples) if sample is None else (kept.alone(sample), 1)


def _shares(samples: int) -> Callable[[Standing], Bytes]:
    import numpy as np  # noqa: PLC0415 - heavy

    in_200ths = np.rint(np.arange(samples + 1) * FULL / samples).astype(np.uint8)
    return lambda standing: in_200ths[standing.lanes_out()]


def _states(standing: Standing) -> Bytes:
    import numpy as np  # noqa: PLC0415 - heavy

    damaged, cut = (bits[:, 0].astype(np.uint8) for bits in (standing.damaged, standing.cut))
    return (DAMAGED * damaged + CUT * cut).astype(np.uint8)


def _alike(steps: Bytes) -> tuple[npt.NDArray[np.int32], Bytes]:
    """Which distinct column each column is, and those; (steps, a) to (a,) and (steps, distinct)."""
    import numpy as np  # noqa: PLC0415 - heavy
    import pandas as pd  # noqa: PLC0415 - heavy

    label = np.zeros(steps.shape[1], np.int64)
    for values in steps:  # told apart step by step: a sort of whole columns takes far longer
        label = pd.factorize(label * (NEVER + 1) + values)[0]
    first = np.unique(label, return_index=True)[1]
    return label.astype(np.int32), np.ascontiguousarray(steps[:, first])
