"""What struck: the facts each hazard told, and its rasters as small pictures."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely
from rasterio.transform import Affine

from rencity.city.rasters import Grid, grid_of
from rencity.kit.errors import RunError
from rencity.report.about import HazardOfRun
from rencity.report.folder import Run
from rencity.report.reading import AGAIN
from rencity.report.words import Words, shown

MOST_PIXELS = 420
MOST_OUTLINES = 400
COLOURS = {"depth": "Blues", "peak": "YlOrRd", "concentration": "PuRd"}

PALEST, LOUD = 0.25, 0.98
"""Where a scale of colours begins, and the share of a flood's cells that it tells apart."""

LEAST = {"depth": 0.1}
"""What is not drawn: water that a shoe stands in."""


@dataclass(frozen=True)
class Fact:
    """One line of what a hazard told."""

    name: str
    value: str


@dataclass(frozen=True)
class Picture:
    """A raster as an image; `src` is a data address."""

    caption: str
    src: str


@dataclass(frozen=True)
class Hazard:
    """A hazard as the page shows it."""

    title: str
    begins: str
    facts: tuple[Fact, ...]
    pictures: tuple[Picture, ...]


def hazards(run: Run, words: Words) -> list[Hazard]:
    """Every hazard of the run, in the order of the scenario.

    Raises
    ------
    RunError : a raster is missing or broken
    """
    return [_hazard(hazard, run, words) for hazard in run.about.hazards]


def _hazard(hazard: HazardOfRun, run: Run, words: Words) -> Hazard:
    kind = words.text_or(f"hazard_{hazard.kind}", hazard.kind)
    named = hazard.name not in (hazard.kind, "")
    return Hazard(
        title=f"{kind} · {shown(hazard.name)}" if named else kind,
        begins=str(words.t("struck_begins", time=words.hours(hazard.start_h))),
        facts=tuple(_fact(name, value, words) for name, value in hazard.facts.items()),
        pictures=tuple(_picture(path, hazard, run, words) for path in hazard.layers),
    )


def _fact(name: str, value: float | str, words: Words) -> Fact:
    event, _, plain = name.rpartition(".")
    said = words.text_or(f"fact_{plain}", plain)
    said = f"{shown(event)} · {said}" if event else said
    if isinstance(value, str):
        return Fact(said, shown(value))
    return Fact(said, f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}")


def _picture(path: str, hazard: HazardOfRun, run: Run, words: Words) -> Picture:
    name = layer_name(path, hazard)
    grid = coarse(grid_at(run.folder / path))
    return Picture(caption_of(name, words), _drawn(grid, split(name)[0], run))


def layer_name(path: str, hazard: HazardOfRun) -> str:
    """What a raster is called beside its hazard."""
    return Path(path).stem.removeprefix(f"{hazard.name}-")


def caption_of(name: str, words: Words) -> str:
    """What a layer shows, in words."""
    kind, event = split(name)
    short = words.text_or(f"layer_{kind}", kind) + (f" · {shown(event)}" if event else "")
    return words.text_or(f"layer_{name}", short)


def split(name: str) -> tuple[str, str]:
    """What a layer shows, and of which event or case."""
    kind, *rest = re.split("[_-]", name, maxsplit=1)
    return kind, "".join(rest)


def grid_at(path: Path) -> Grid:
    """A raster of a run.

    Raises
    ------
    RunError : it is missing
    InputError : it is broken
    """
    try:
        data = path.read_bytes()
    except OSError as exc:
        raise RunError(f"cannot be read: {exc.strerror}", place=str(path), mend=AGAIN) from exc
    return grid_of(data, place=str(path))


def coarse(grid: Grid, most: int = MOST_PIXELS) -> Grid:
    """At most so many cells along a side; a coarse cell shows the greatest of its cells."""
    step = max(1, -(-max(grid.values.shape) // most))
    rows, columns = (-(-n // step) * step for n in grid.values.shape)
    whole = np.full((rows, columns), -np.inf, np.float32)
    whole[: grid.values.shape[0], : grid.values.shape[1]] = np.nan_to_num(grid.values, nan=-np.inf)
    blocks = whole.reshape(rows // step, step, columns // step, step).max(axis=(1, 3))
    blocks[np.isneginf(blocks)] = np.nan
    return Grid(blocks, grid.transform @ Affine.scale(step), grid.crs, grid.unit)


def _drawn(grid: Grid, kind: str, run: Run) -> str:
    from matplotlib.colors import ListedColormap  # noqa: PLC0415 - slow to load, for rasters only
    from matplotlib.figure import Figure  # noqa: PLC0415

    left, top = grid.transform @ (0, 0)
    right, bottom = grid.transform @ grid.values.shape[::-1]
    loudest = loudest_of(grid, kind)
    scale = colours_of(kind)
    figure = Figure(figsize=(5.2, 4.2), layout="constrained")
    axes = figure.subplots()
    seen = np.ma.masked_less_equal(np.ma.masked_invalid(grid.values), LEAST.get(kind, 0.0))
    image = axes.imshow(
        seen,
        extent=(left, right, bottom, top),
        cmap=ListedColormap(scale),
        vmax=loudest,
        interpolation="nearest",
    )
    for line in _outlines(run, grid.crs):
        axes.plot(line[:, 0], line[:, 1], color="#6b7280", linewidth=0.5)
    axes.set(xlim=(min(left, right), max(left, right)), ylim=(min(bottom, top), max(bottom, top)))
    axes.set_axis_off()
    over = "max" if loudest is not None else "neither"
    figure.colorbar(image, ax=axes, shrink=0.8, label=grid.unit, extend=over)
    out = io.BytesIO()
    figure.savefig(out, dpi=100, format="png")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def colours_of(kind: str) -> npt.NDArray[np.float64]:
    """The scale of what a layer shows from least to greatest, RGBA 0 to 1, (256, 4)."""
    import matplotlib as mpl  # noqa: PLC0415 - slow to load, and only runs with rasters need it

    scale = mpl.colormaps[COLOURS.get(kind, "viridis")](np.linspace(PALEST, 1, 256))
    return np.asarray(scale, np.float64)


def loudest_of(grid: Grid, kind: str) -> float | None:
    """Where the scale of a flood ends, so that one deep hole does not pale the rest."""
    seen = grid.values[grid.values > LEAST.get(kind, 0.0)]
    return float(np.quantile(seen, LOUD)) if kind == "depth" and len(seen) else None


def _outlines(run: Run, crs: str) -> list[npt.NDArray[np.float64]]:
    """Borders of the regions, of the whole zones where there are few."""
    zones = run.zones[run.zones["id"].isin(run.regions)]
    shapes = zones.geometry[zones.geometry.notna()].to_crs(crs)
    rings = [
        shapely.get_coordinates(ring)
        for shape in shapes
        for ring in shapely.get_rings(shapely.get_parts(shape))
    ]
    return rings[:MOST_OUTLINES]
