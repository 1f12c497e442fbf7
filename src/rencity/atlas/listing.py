"""Assets of a run: their states for maps, lists of them, outages of one sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

from pydantic import BaseModel, Field

from rencity.kit.errors import AbsentError, RunError
from rencity.report.about import Number

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from rencity.atlas.runs import OpenedRun

Sort = Literal["outage", "damaged", "n1", "saved", "location"]
SORTS: dict[str, str] = {
    "outage": "outage_h_mean",
    "damaged": "damaged_share",
    "n1": "n1_people",
    "saved": "knock_saved_ph",
    "location": "cond_diff_ph",
}
assert set(SORTS) == set(get_args(Sort))  # noqa: S101


class AssetState(BaseModel):
    """What a run did to an asset."""

    row: int = Field(description="in the city's assets table")
    asset: str
    lifeline: str
    kind: str
    kind_zh: str
    kind_en: str
    name: str
    lon: Number = Field(description="null: without a place")
    lat: Number
    damaged_share: float = Field(description="share of samples in which it was damaged")
    outage_h_mean: float
    n1_people: Number = Field(
        description="who lose service when it alone fails; null: not among the weak links"
    )
    knock_saved_ph: Number = Field(description="loss spared were it never damaged; null: not tried")
    cond_diff_ph: Number = Field(description="loss with its damage less loss without; null: untold")


class Outages(BaseModel):
    """Who was out when in one sample; each list in the same order, minutes after the shock."""

    sample: int
    samples_kept: int = Field(description="samples 0 to this, less one, may be asked for")
    horizon_min: int
    step_min: list[int] = Field(description="minutes at which each step begins")
    hazards: list[str] = Field(description="names; of several that struck at once joined by +")
    rows: list[int] = Field(description="in the city's assets table")
    lon: list[Number] = Field(description="of a point on each, to some metre; null: no place")
    lat: list[Number]
    begin_min: list[int]
    end_min: list[int]
    hazard: list[int] = Field(description="place in `hazards`")


def states(opened: OpenedRun) -> npt.NDArray[np.float32]:
    """Mean hours out, then share of samples damaged, (2, assets), by row of the city's table."""
    import numpy as np  # noqa: PLC0415 - heavy

    frame = opened.run.assets[["outage_h_mean", "damaged_share"]]
    return opened.made.of(
        ("states",), lambda: np.ascontiguousarray(frame.to_numpy().T, dtype="<f4")
    )


def assets(
    opened: OpenedRun,
    sort: Sort,
    *,
    lifeline: str | None = None,
    kind: str | None = None,
    text: str | None = None,
    begin: int = 0,
    limit: int = 50,
) -> tuple[list[AssetState], int]:
    """Some assets, the gravest first, and how many fit in all.

    Parameters
    ----------
    text : part of a name or an id, in any case
    begin : how many to pass over
    """
    import numpy as np  # noqa: PLC0415 - heavy

    table, order = table_of(opened), _order(opened, sort)
    fit = _fitting(table, lifeline, kind, text)
    rows = order if fit is None else order[fit[order]]
    shown = rows[begin : begin + limit]
    part = table.iloc[shown].replace({np.nan: None})
    records = part.to_dict("records")
    return [AssetState(row=int(r), **one) for r, one in zip(shown, records, strict=True)], len(rows)


def table_of(opened: OpenedRun) -> pd.DataFrame:
    """Every asset with what the weak links know of it."""
    return opened.made.of(("assets",), lambda: _table(opened))


def _table(opened: OpenedRun) -> pd.DataFrame:
    weak = opened.run.weak_links.set_index("asset")
    columns = ["n1_people", "knock_saved_ph", "cond_diff_ph"]
    part = weak[columns].reindex(opened.asset_rows)
    keep = [name for name in AssetState.model_fields if name not in ("row", *columns)]
    table = opened.run.assets[keep].copy()
    for name in columns:
        table[name] = part[name].to_numpy(float)
    return table


def _order(opened: OpenedRun, sort: Sort) -> npt.NDArray[np.intp]:
    import numpy as np  # noqa: PLC0415 - heavy

    def made() -> npt.NDArray[np.intp]:
        value = table_of(opened)[SORTS[sort]].to_numpy(float)
        return np.argsort(-np.nan_to_num(value, nan=-np.inf), kind="stable")

    return opened.made.of(("order", sort), made)


def _fitting(
    table: pd.DataFrame, lifeline: str | None, kind: str | None, text: str | None
) -> npt.NDArray[np.bool_] | None:
    rules = []
    if lifeline is not None:
        rules.append((table["lifeline"] == lifeline).to_numpy())
    if kind is not None:
        rules.append((table["kind"] == kind).to_numpy())
    if text:
        rules.append(
            (
                table["name"].str.contains(text, case=False, regex=False)
                | table["asset"].str.contains(text, case=False, regex=False)
            ).to_numpy()
        )
    if not rules:
        return None
    fit = rules[0]
    for rule in rules[1:]:
        fit = fit & rule
    return fit


def outages(opened: OpenedRun, sample: int) -> Outages:
    """Who was out when in a sample.

    Raises
    ------
    AbsentError : its outages were not kept
    RunError : the file is broken
    """
    from rencity.sim.why.about import about_of  # noqa: PLC0415 - light only once opened

    said = about_of(opened.folder).get("outages") or {}
    kept = int(said.get("samples", 0))
    if not 0 <= sample < kept:
        raise AbsentError(
            f"outages of sample {sample} were not kept",
            place="sample",
            mend=f"give 0 to {kept - 1}" if kept else "run `rencity stress` again: it keeps some",
        )
    return opened.made.of(("outages", sample), lambda: _outages(opened, sample, said))


def _outages(opened: OpenedRun, sample: int, said: dict[str, Any]) -> Outages:
    import pandas as pd  # noqa: PLC0415 - heavy

    path = opened.folder / "outages.parquet"
    try:
        table = pd.read_parquet(path, filters=[("sample", "==", sample)])
        rows = opened.row_of(table["asset"])
        at = opened.run.assets[["lon", "lat"]].round(5).iloc[rows]
        lon, lat = (at[name].astype(object).where(at[name].notna(), None) for name in at)
        code, names = pd.factorize(table["hazard"].astype(str), sort=True)
        return Outages(
            sample=sample,
            samples_kept=said["samples"],
            horizon_min=said["horizon_min"],
            step_min=said["edge_min"],
            hazards=[str(name) for name in names],
            rows=rows.tolist(),
            lon=lon.tolist(),
            lat=lat.tolist(),
            begin_min=table["begin_min"].tolist(),
            end_min=table["end_min"].tolist(),
            hazard=code.tolist(),
        )
    except Exception as exc:
        raise RunError(
            f"cannot be read: {exc}", place=str(path), mend="run `rencity stress` again"
        ) from exc
