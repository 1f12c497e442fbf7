"""Charts as plain numbers that a template writes as SVG: scales, ticks, lines, bars."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 760, 340
LEFT, RIGHT, TOP, BOTTOM = 74, 744, 22, 296
NICE = (1, 2, 5, 10)

Point = tuple[float, float]


@dataclass(frozen=True)
class Tick:
    """A mark on an axis, in the chart's units."""

    at: float
    text: object


@dataclass(frozen=True)
class Scale:
    """From values to places; `start` and `end` are the places of `low` and `high`."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def at(self, value: float) -> float:
        """The place of a value, kept within the scale."""
        held = min(max(value, self.low), self.high)
        if self.low == self.high:
            share = 0.5
        elif self.log:
            share = math.log(held / self.low) / math.log(self.high / self.low)
        else:
            share = (held - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)

    def ticks(self, text: Callable[[float], object], most: int = 6) -> tuple[Tick, ...]:
        """Round values along the scale: decades where it is logarithmic."""
        values = self._decades(most) if self.log else _round_steps(self.low, self.high, most)
        return tuple(Tick(self.at(value), text(value)) for value in values)

    def _decades(self, most: int) -> list[float]:
        first = math.ceil(math.log10(self.low) - 1e-9)
        last = math.floor(math.log10(self.high) + 1e-9)
        step = max(1, -(-(last - first + 1) // most))
        return [10.0**power for power in range(first, last + 1, step)]


def _round_steps(low: float, high: float, most: int) -> list[float]:
    rough = (high - low) / most
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(nice * unit for nice in NICE if nice * unit >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    return [n * step for n in range(first, math.floor(high / step + 1e-9) + 1)]


@dataclass(frozen=True)
class Line:
    """A line through points, with a band where its bounds are known."""

    name: object
    colour: str
    path: str
    band: str = ""
    dots: tuple[Point, ...] = ()
    thin: bool = False


@dataclass(frozen=True)
class Mark:
    """A ring round one point."""

    x: float
    y: float
    text: object


@dataclass(frozen=True)
class Chart:
    """Lines over two scales."""

    label: object
    x_title: object
    y_title: object
    x: tuple[Tick, ...]
    y: tuple[Tick, ...]
    lines: tuple[Line, ...]
    marks: tuple[Mark, ...] = ()
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = RIGHT
    top: int = TOP
    bottom: int = BOTTOM


def path_of(points: Sequence[Point]) -> str:
    """Straight lines from point to point."""
    return "M" + "L".join(f"{x} {y}" for x, y in points) if points else ""


def band_of(lower: Sequence[Point], upper: Sequence[Point]) -> str:
    """The area between two lines."""
    return f"{path_of([*lower, *reversed(upper)])}Z" if lower else ""


def stairs(points: Sequence[Point]) -> list[Point]:
    """Points of a step function that holds up to each point what stands at it."""
    made = list(points[:1])
    for x, y in points[1:]:
        made += [(made[-1][0], y), (x, y)]
    return made
