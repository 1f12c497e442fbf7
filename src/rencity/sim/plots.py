"""Drawings of a result with matplotlib; loaded only when one is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from rencity.kit.errors import InputError
from rencity.kit.suggest import did_you_mean

if TYPE_CHECKING:
    from rencity.sim.result import Result


def plot_recovery(result: Result, region: str | None = None, ax: Any = None) -> Any:
    """People served over time, a line each lifeline: the mean, and where 5-95 % of samples lie."""
    curves, colours = result.curves, _colours(result)
    if region is not None:
        _known(region, curves["region"].to_numpy(), "region")
        curves = curves.sel(region=[region])
    people, served = curves["people"].sum("region"), curves["served"].sum("region")
    share = served / people.where(people > 0)
    hours = np.append(curves["step_start_h"].to_numpy(), curves.attrs["horizon_h"])
    axes = ax if ax is not None else plt.subplots()[1]
    for name in share["lifeline"].to_numpy():
        mine = share.sel(lifeline=name).to_numpy()
        if np.isnan(mine).any():
            continue
        low, high = np.quantile(mine, (0.05, 0.95), axis=1)
        colour = colours[name]
        axes.step(hours, _ended(mine.mean(1)), where="post", label=str(name), color=colour)
        axes.fill_between(hours, _ended(low), _ended(high), step="post", alpha=0.2, color=colour)
    axes.set(xlabel="hours after the shock", ylabel="share of people served", ylim=(0, 1.02))
    if axes.get_legend_handles_labels()[0]:
        axes.legend()
    return axes


def plot_map(result: Result, lifeline: str, hours: float, ax: Any = None) -> Any:
    """Zones by the mean share of their people without a lifeline at a time; others in grey."""
    step = _step_at(result, lifeline, hours)
    curves = result.curves.sel(lifeline=lifeline)
    people = curves["zone_people"].to_numpy()
    served = curves["zone_served_mean"].isel(step=step).to_numpy()
    has = people > 0
    without = pd.Series(1 - served[has] / people[has], index=curves["zone"].to_numpy()[has])
    zones = _placed(result.zones)
    zones = zones.assign(without=zones["id"].map(without).astype("float64"))
    axes = ax if ax is not None else plt.subplots()[1]
    # what holds others is drawn first, so that it hides none of them
    unserved = zones[zones["without"].isna() & zones["leaf"]]
    shown = zones[zones["without"].notna()].sort_values("leaf", kind="stable")
    if len(unserved):
        unserved.plot(ax=axes, color="0.9", edgecolor="0.7", linewidth=0.3)
    if len(shown):
        shown.plot(
            ax=axes,
            column="without",
            cmap="YlOrRd",
            vmin=0,
            vmax=1,
            edgecolor="0.7",
            linewidth=0.3,
            legend=True,
            legend_kwds={"label": "share of people without"},
        )
    axes.ticklabel_format(useOffset=False)
    axes.set(title=f"{lifeline}, {hours:g} h after the shock", xlabel="lon", ylabel="lat")
    return axes


def _ended(values: Any) -> Any:
    """The last value held to the horizon."""
    return np.append(values, values[-1])


def _colours(result: Result) -> dict[str, str]:
    return {each["id"]: each["colour"] for each in result.about["lifelines"]}


def _known(word: str, names: Any, what: str) -> None:
    if word not in names:
        known = [str(name) for name in names]
        raise InputError(
            f"no {what} {word!r} in this run", mend=did_you_mean(word, known, what=what)
        )


def _step_at(result: Result, lifeline: str, hours: float) -> int:
    _known(lifeline, result.curves["lifeline"].to_numpy(), "lifeline")
    horizon = float(result.curves.attrs["horizon_h"])
    if not 0 <= hours <= horizon:
        raise InputError(f"{hours:g} h is outside the run", mend=f"give 0 to {horizon:g} h")
    starts = result.curves["step_start_h"].to_numpy()
    return int(np.searchsorted(starts, hours + 1e-9, side="right")) - 1


def _placed(zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Zones that can be drawn."""
    return zones[zones.geometry.notna() & ~zones.geometry.is_empty]
