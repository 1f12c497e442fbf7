"""Units of intensity: what a field file may be written in, and what the engine keeps."""

from __future__ import annotations

from rencity.sim.classes import MEASURES

_SI: tuple[dict[str, float], ...] = (
    {"g": 9.80665, "%g": 0.0980665, "m/s2": 1.0, "gal": 0.01, "cm/s2": 0.01},
    {"m/s": 1.0, "cm/s": 0.01, "mm/s": 0.001},
    {"m": 1.0, "cm": 0.01, "mm": 0.001},
)
# standard gravity is exact: 3rd CGPM (1901), 9.80665 m/s2


def units_of(measure: str) -> tuple[str, ...]:
    """Units a field of `measure` may be written in.

    Raises
    ------
    KeyError : no such measure
    """
    kept = MEASURES[measure]
    return tuple(next(units for units in _SI if kept in units))


def factor(measure: str, unit: str) -> float:
    """What a value in `unit` is multiplied by to stand in the unit of `MEASURES`.

    Raises
    ------
    KeyError : no such measure, or the unit is not one of its dimension
    """
    kept = MEASURES[measure]
    units = next(units for units in _SI if kept in units)
    return 1.0 if unit == kept else units[unit] / units[kept]
