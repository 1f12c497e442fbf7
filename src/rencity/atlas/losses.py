"""Losses of a run's samples: how likely how much is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

from rencity.kit.errors import AbsentError
from rencity.kit.suggest import did_you_mean

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from rencity.atlas.runs import OpenedRun
    from rencity.report.folder import Run

ALL = ""
ALPHA = 0.05
MOST_POINTS = 200


class LossCurve(BaseModel):
    """Probability that a loss is reached or passed, given that the scenario happens.

    The band holds the whole curve at once with 95 % confidence (Dvoretzky, Kiefer, Wolfowitz;
    Massart 1990).
    """

    lifeline: str = Field(description="empty: all together")
    mean: float = Field(description="person-hours, or asset-hours")
    p5: float
    p50: float
    p95: float
    loss_person_h: list[float] = Field(description="rising; at most 200 points")
    probability: list[float] = Field(description="falling")
    low: list[float]
    high: list[float]


class LossCurves(BaseModel):
    """Curves of all lifelines together, then of each."""

    unit: str
    samples: int
    curves: list[LossCurve]


def exceedance(opened: OpenedRun, lifeline: str | None) -> LossCurves:
    """Curves of the losses of a run's samples, each sample as likely as another.

    Parameters
    ----------
    lifeline : only of this one; None: of all together and of each

    Raises
    ------
    AbsentError : no such lifeline
    """
    run = opened.run
    if lifeline is not None and lifeline not in run.lifelines:
        raise AbsentError(
            f"the run has no lifeline {lifeline!r:.80}",
            place="lifeline",
            mend=did_you_mean(lifeline, run.lifelines, what="lifeline"),
        )
    found: LossCurves = opened.made.of(("exceedance",), lambda: _curves(opened))
    if lifeline is None:
        return found
    mine = [one for one in found.curves if one.lifeline == lifeline]
    return LossCurves(unit=found.unit, samples=found.samples, curves=mine)


def losses_of(opened: OpenedRun) -> npt.NDArray[np.float64]:
    """Person-hours lost by lifeline and sample."""
    return opened.made.of(("losses",), lambda: _losses(opened.run))


def _losses(run: Run) -> npt.NDArray[np.float64]:
    import numpy as np  # noqa: PLC0415 - heavy

    from rencity.atlas.curves import of_region  # noqa: PLC0415 - heavy

    served, people = of_region(run, None)
    edges = np.append(run.result["step_start_h"].to_numpy(), run.about.horizon_h)
    gone = people[:, None, None] - served
    return np.einsum("lts,t->ls", gone, np.diff(edges))


def _curves(opened: OpenedRun) -> LossCurves:
    run, losses = opened.run, losses_of(opened)
    curves = [_curve(ALL, losses.sum(axis=0))]
    curves += [_curve(name, losses[k]) for k, name in enumerate(run.lifelines)]
    return LossCurves(unit=run.about.unit, samples=run.about.samples, curves=curves)


def _curve(lifeline: str, loss: npt.NDArray[np.float64]) -> LossCurve:
    import numpy as np  # noqa: PLC0415 - heavy

    from rencity.sim.exceedance import exceedance as reached  # noqa: PLC0415 - heavy

    whole = reached([loss], [1.0])
    n = len(whole.loss)
    at = np.unique(np.rint(np.linspace(0, n - 1, min(n, MOST_POINTS))).astype(np.intp))
    share = whole.frequency_per_a[at]
    half = (np.log(2 / ALPHA) / (2 * len(loss))) ** 0.5
    p5, p50, p95 = (float(np.quantile(loss, q)) for q in (0.05, 0.5, 0.95))
    return LossCurve(
        lifeline=lifeline,
        mean=float(loss.mean()),
        p5=p5,
        p50=p50,
        p95=p95,
        loss_person_h=whole.loss[at].tolist(),
        probability=share.tolist(),
        low=np.maximum(share - half, 0).tolist(),
        high=np.minimum(share + half, 1).tolist(),
    )
