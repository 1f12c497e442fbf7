"""Answers as pages show them: what a decision is made by, with places for maps."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, Field

from rencity.atlas.runs import mark_in, must_be, of_run
from rencity.kit.errors import RunError
from rencity.report.about import Number
from rencity.report.decide.answers import (
    FORMAT,
    MARKS,
    Alone,
    Budget,
    Networks,
    Rates,
    Roads,
    WorstAlone,
    WorstRoad,
)
from rencity.report.reading import model_of

if TYPE_CHECKING:
    from rencity.city.model import City

Answer = TypeVar("Answer", bound=BaseModel)


class AssetAlone(WorstAlone):
    """An asset that fails alone, with its place; row -1: the city's version is gone."""

    row: int = Field(description="in the city's assets table")
    lon: Number
    lat: Number


class RoadAlone(WorstRoad):
    """A road closed alone, with its place."""

    row: int = Field(description="in the city's assets table")
    lon: Number
    lat: Number


class RoadsAlone(Roads):
    """Every road element closed alone, the worst with their places."""

    worst: tuple[RoadAlone, ...] = ()


class N1Answer(Alone):
    """Every asset out alone: who loses which lifeline."""

    worst: tuple[AssetAlone, ...] = ()
    roads: RoadsAlone | None = None


class RateAnswer(Rates):
    """What a set of scenarios costs in a year, and how often how much is lost."""

    region_rows: dict[str, int] = Field(description="row of each region in the city's zones table")


def n1(folder: Path, row: Mapping[str, Any], city: City | None) -> N1Answer:
    """The answer to N-1.

    Parameters
    ----------
    row : the run's record
    city : the version it is of; None: it is gone, so places are unknown

    Raises
    ------
    ConflictError : the run is of another kind
    AbsentError, RunError : its folder is gone, or broken
    """
    said = answer(folder, row, "n1", Alone)
    worst = [AssetAlone(**vars(one), **at) for one, at in _placed(said.worst, "asset", city)]
    roads = None
    if said.roads is not None:
        placed = _placed(said.roads.worst, "segment", city)
        parts = tuple(RoadAlone(**vars(one), **at) for one, at in placed)
        roads = RoadsAlone(**{**vars(said.roads), "worst": parts})
    return N1Answer(**{**vars(said), "worst": tuple(worst), "roads": roads})


def rate(folder: Path, row: Mapping[str, Any], city: City | None) -> RateAnswer:
    """The answer to what a year costs; parameters and errors as `n1`."""
    import pandas as pd  # noqa: PLC0415 - heavy

    said = answer(folder, row, "rate", Rates)
    names = list(said.regions)
    known = pd.Index(city.zones["id"] if city is not None else [], dtype=object)
    rows = dict(zip(names, known.get_indexer(names).tolist(), strict=True))
    return RateAnswer(**vars(said), region_rows=rows)


def invest(folder: Path, row: Mapping[str, Any]) -> Budget:
    """The answer to what to build first; parameters and errors as `n1`."""
    return answer(folder, row, "invest", Budget)


def measure(folder: Path, row: Mapping[str, Any]) -> Networks:
    """The answer to how networks hold together; parameters and errors as `n1`."""
    return answer(folder, row, "measure", Networks)


def answer(folder: Path, row: Mapping[str, Any], what: str, model: type[Answer]) -> Answer:
    """What the file of an answer says.

    Raises
    ------
    ConflictError : the run is of another kind
    AbsentError, RunError : its folder is gone, or broken
    """
    must_be(row["what"], what, row["id"])
    path = mark_in(folder, what, row["id"])
    try:
        return model_of(path, model, FORMAT, f"run `{MARKS[path.name][1]}` again")
    except RunError as exc:
        raise of_run(exc, row["id"], folder) from exc


def _placed(
    worst: Iterable[Any], field: str, city: City | None
) -> list[tuple[Any, dict[str, Any]]]:
    """Each with its row and place."""
    import pandas as pd  # noqa: PLC0415 - heavy

    held = list(worst)
    nowhere = {"row": -1, "lon": None, "lat": None}
    if city is None:
        return [(one, nowhere) for one in held]
    wanted = pd.Index([getattr(one, field) for one in held], dtype=object)
    mine = city.assets["id"].isin(wanted).to_numpy().nonzero()[0]
    ids = city.assets["id"].iloc[mine].to_numpy()
    at = city.assets.geometry.iloc[mine].representative_point()
    places = {
        name: {"row": int(row), "lon": _known(x), "lat": _known(y)}
        for name, row, x, y in zip(ids, mine, at.x, at.y, strict=True)
    }
    return [(one, places.get(getattr(one, field), nowhere)) for one in held]


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
