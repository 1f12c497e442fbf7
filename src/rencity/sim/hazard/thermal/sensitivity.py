"""How demand and capacity move with the temperature."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from pydantic import Field, TypeAdapter, ValidationError

from rencity.kit.errors import InputError
from rencity.sim.classes import KindName
from rencity.sim.hazard.spec import Entry

Array = npt.NDArray[np.float64]

SHIPPED = Path(__file__).parent / "sensitivities.toml"
LEAST_CAPACITY = 0.1
DAY_H = 24.0
Finite = Annotated[float, Field(allow_inf_nan=False)]


class Demand(Entry):
    """Demand of a lifeline, more for each degree beyond a base."""

    lifeline: str
    base_c: Finite
    per_c: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
    share: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] = 1.0
    source: str
    note: str = ""


class Capacity(Entry):
    """Capacity of kinds, less for each degree beyond a base (more where per_c is below 0)."""

    kinds: tuple[KindName, ...]
    base_c: Finite
    per_c: Annotated[float, Field(ge=-0.2, le=0.2, allow_inf_nan=False)]
    most: Annotated[float, Field(ge=1, le=2, allow_inf_nan=False)] = 1.0
    source: str
    note: str = ""


class Side(Entry):
    """One side of the scale: heat, or cold."""

    demand: tuple[Demand, ...] = ()
    capacity: tuple[Capacity, ...] = ()


@dataclass(frozen=True)
class Sensitivities:
    """One side's sensitivities by name.

    Attributes
    ----------
    sign : 1 for heat, -1 for cold: which way is beyond
    demand : by lifeline
    capacity : by ``lifeline.kind``
    """

    sign: int
    demand: Mapping[str, Demand]
    capacity: Mapping[str, Capacity]

    def demand_factor(self, lifeline: str, mean_c: Array) -> Array:
        """Demand over the normal one at each step."""
        one = self.demand[lifeline]
        beyond = np.maximum(self.sign * (mean_c - one.base_c), 0)
        return 1 + one.share * one.per_c * beyond

    def capacity_factor(self, kind: str, mean_c: Array) -> Array:
        """Capacity over the rated one at each step; 1 for a kind without a sensitivity."""
        one = self.capacity.get(kind)
        if one is None:
            return np.ones(len(mean_c))
        beyond = np.maximum(self.sign * (mean_c - one.base_c), 0)
        return np.clip(1 - one.per_c * beyond, LEAST_CAPACITY, one.most)


def read_sensitivities(path: Path, side: str) -> Sensitivities:
    """The sensitivities of ``heat`` or ``cold`` in a file.

    Raises
    ------
    InputError : no such file, not TOML, or a fault of its schema, by its key
    """
    try:
        data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        both = TypeAdapter(dict[str, Side]).validate_python(data, strict=False)
    except OSError as exc:
        said = exc.strerror or str(exc)
        mend = "paths are relative to the scenario file"
        raise InputError(said, place=str(path), mend=mend) from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise InputError(f"not TOML: {exc}", place=str(path), mend="correct that line") from exc
    except ValidationError as exc:
        first = exc.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise InputError(
            first["msg"], place=f"{path}: {key}", mend="write it as the shipped file does"
        ) from exc
    chosen = both.get(side, Side())
    return Sensitivities(
        1 if side == "heat" else -1,
        {one.lifeline: one for one in chosen.demand},
        {kind: one for one in chosen.capacity for kind in one.kinds},
    )


def day_means(temperature_c: Array, step_h: float) -> Array:
    """Mean of the last 24 hours at each step; at first of those there are."""
    many = max(1, round(DAY_H / step_h))
    total = np.concatenate([[0.0], np.cumsum(temperature_c)])
    end = np.arange(1, len(temperature_c) + 1)
    start = np.maximum(end - many, 0)
    return (total[end] - total[start]) / (end - start)


def spells(over: npt.NDArray[np.bool_]) -> tuple[Any, Any, Any]:
    """Runs of True along each row: their rows, first steps and numbers of steps, by row."""
    padded = np.zeros((over.shape[0], over.shape[1] + 2), np.int8)
    padded[:, 1:-1] = over
    edge = np.diff(padded, axis=1)
    row, first = np.nonzero(edge == 1)
    _, last = np.nonzero(edge == -1)
    return row, first, last - first
