"""The events of a weighted set: names, files, weights."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from string import Formatter

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.kit.errors import InputError, ScenarioError
from rencity.kit.suggest import did_you_mean
from rencity.sim.hazard.rows import not_negative, read_rows
from rencity.sim.hazard.spec import Event, EventTable, FieldHazard

SUM_TOLERANCE = 1e-6


@dataclass(frozen=True)
class EventSet:
    """Files of equally detailed events.

    Attributes
    ----------
    name : str (c,), unique
    path : (c,)
    weight : (c,), sums to 1
    """

    name: tuple[str, ...]
    path: tuple[Path, ...]
    weight: npt.NDArray[np.float64]


def events_of(hazard: FieldHazard, base: Path) -> EventSet:
    """The events a field hazard lists, or those of its table.

    Raises
    ------
    ScenarioError : weights that do not sum to 1, some without weight, a name twice
    InputError : a broken table
    """
    place = f"hazard {hazard.name}"
    if hazard.weights is None:
        names, paths, weight = _listed(hazard.events, place)
    else:
        names, paths, weight = _tabled(hazard.weights, base)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ScenarioError(
            f"two events are named {twice[0]!r}", place=place, mend="give each event a name"
        )
    total = float(weight.sum())
    if abs(total - 1) > SUM_TOLERANCE:
        raise ScenarioError(
            f"the weights of its {len(names)} events sum to {total:.9g}, not 1",
            place=place,
            mend="divide each by that sum, or leave all weights out for equal ones",
        )
    return EventSet(tuple(names), tuple(base / path for path in paths), weight / total)


def _listed(
    events: tuple[Event, ...], place: str
) -> tuple[list[str], list[str], npt.NDArray[np.float64]]:
    given = [event.weight for event in events if event.weight is not None]
    if given and len(given) < len(events):
        raise ScenarioError(
            f"{len(events) - len(given)} of {len(events)} events have no weight",
            place=place,
            mend="give every event a weight, or none for equal ones",
        )
    weight = np.array(given) if given else np.full(len(events), 1 / len(events))
    names = [event.name or Path(event.path).stem for event in events]
    return names, [event.path for event in events], weight


def _tabled(table: EventTable, base: Path) -> tuple[list[str], list[str], npt.NDArray[np.float64]]:
    path = base / table.path
    frame = read_rows(path, (table.weight,))
    fields = [name for _, name, _, _ in Formatter().parse(table.file) if name is not None]
    for name in fields:
        if name not in frame:
            raise InputError(
                f"no column {name!r}, which the file pattern {table.file!r} names",
                place=str(path),
                mend=did_you_mean(name, frame.columns, what="column"),
            )
    paths = [_filled(table.file, row, path) for row in frame.to_dict("records")]
    beside = Path(table.path).parent
    weight = not_negative(frame, table.weight, path)
    return [Path(one).stem for one in paths], [str(beside / one) for one in paths], weight


def _filled(pattern: str, row: dict[object, object], path: Path) -> str:
    try:
        return pattern.format_map(pd.Series(row, dtype=object).to_dict())
    except (ValueError, TypeError) as exc:
        raise InputError(
            f"the file pattern {pattern!r} does not fit the values {row}: {exc}",
            place=str(path),
            mend="use formats that suit the columns, as {magnitude:.1f}",
        ) from exc
