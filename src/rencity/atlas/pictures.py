"""Rasters of a run's hazards as pictures that a map lays over the city."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

from rencity.kit.errors import AbsentError
from rencity.kit.suggest import did_you_mean
from rencity.report.about import Words

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from rencity.atlas.runs import OpenedRun
    from rencity.city.rasters import Grid
    from rencity.report.about import HazardOfRun

MOST_PIXELS = 1024
STOPS = 7
MERCATOR = "EPSG:3857"


class Stop(BaseModel):
    """A value and its colour on the scale; between two stops colours are mixed."""

    value: float
    colour: str


class Layer(BaseModel):
    """A raster of a hazard; the picture's pixels lie square in Web Mercator."""

    id: str = Field(description="of its picture: layers/ID.png")
    hazard: str
    kind: str = Field(description="of hazard")
    name: str
    title: Words
    unit: str
    corners: list[list[float]] = Field(
        description="longitude and latitude of the picture's upper left, upper right, lower right "
        "and lower left corner"
    )
    width: int = Field(description="pixels")
    height: int
    least: float | None = Field(description="of what is drawn; null: nothing is")
    most: float | None
    stops: list[Stop] = Field(description="what lies beyond the last has its colour")


@dataclass(frozen=True)
class Picture:
    """A layer with its picture."""

    layer: Layer
    png: bytes

    @property
    def nbytes(self) -> int:
        """Memory it takes."""
        return len(self.png)


def layers(opened: OpenedRun) -> list[Layer]:
    """Every raster of a run.

    Raises
    ------
    RunError, InputError : a raster is missing or broken
    """
    return [picture(opened, key).layer for key in _known(opened)]


def picture(opened: OpenedRun, key: str) -> Picture:
    """One raster as a picture, transparent where there is nothing.

    Raises
    ------
    AbsentError : no such layer
    RunError, InputError : it is missing or broken
    """
    known = _known(opened)
    if key not in known:
        raise AbsentError(
            f"the run has no layer {key!r:.80}",
            place="layer",
            mend=did_you_mean(key, known, what="layer"),
        )
    hazard, path = known[key]
    return opened.made.of(("layer", key), lambda: _picture(opened, key, hazard, path))


def _known(opened: OpenedRun) -> dict[str, tuple[HazardOfRun, str]]:
    hazards = opened.run.about.hazards
    return {
        path.removeprefix("layers/").removesuffix(".tif"): (hazard, path)
        for hazard in hazards
        for path in hazard.layers
    }


def _picture(opened: OpenedRun, key: str, hazard: HazardOfRun, path: str) -> Picture:
    import numpy as np  # noqa: PLC0415 - heavy

    from rencity.report import layers as drawing  # noqa: PLC0415 - heavy
    from rencity.report import words  # noqa: PLC0415 - heavy

    name = drawing.layer_name(path, hazard)
    kind, _ = drawing.split(name)
    grid = _mercator(drawing.coarse(drawing.grid_at(opened.folder / path), MOST_PIXELS))
    seen = np.isfinite(grid.values) & (grid.values > drawing.LEAST.get(kind, 0.0))
    drawn = grid.values[seen]
    least, most = (float(drawn.min()), float(drawn.max())) if len(drawn) else (None, None)
    loudest = drawing.loudest_of(grid, kind)
    top = most if loudest is None else loudest
    colours = np.rint(drawing.colours_of(kind) * 255).astype(np.uint8)
    title = [drawing.caption_of(name, words.Words(lang)) for lang in words.LANGS]
    layer = Layer(
        id=key,
        hazard=hazard.name,
        kind=hazard.kind,
        name=name,
        title=Words(zh=title[0], en=title[1]),
        unit=grid.unit,
        corners=_corners(grid),
        width=grid.values.shape[1],
        height=grid.values.shape[0],
        least=least,
        most=most,
        stops=[] if least is None or top is None else _stops(least, top, colours),
    )
    return Picture(layer, _png(_painted(grid.values, seen, least, top, colours)))


def _mercator(grid: Grid) -> Grid:
    """The same on a grid whose cells are square in Web Mercator, none of them mixed."""
    import numpy as np  # noqa: PLC0415 - heavy
    from rasterio.transform import Affine  # noqa: PLC0415 - heavy
    from rasterio.warp import Resampling, reproject, transform_bounds  # noqa: PLC0415 - heavy

    from rencity.city.rasters import Grid as Made  # noqa: PLC0415 - heavy

    rows, columns = grid.values.shape
    west, south, east, north = transform_bounds(grid.crs, MERCATOR, *grid.bounds)
    side = min((east - west) / columns, (north - south) / rows)
    width, height = (math.ceil(round(d / side, 6)) for d in (east - west, north - south))
    transform = Affine(side, 0.0, west, 0.0, -side, north)
    values = np.full((height, width), np.nan, np.float32)
    reproject(
        grid.values, values, src_transform=grid.transform, src_crs=grid.crs, src_nodata=np.nan,
        dst_transform=transform, dst_crs=MERCATOR, dst_nodata=np.nan,
        resampling=Resampling.nearest,
    )  # fmt: skip
    return Made(values, transform, MERCATOR, grid.unit)


def _corners(grid: Grid) -> list[list[float]]:
    import numpy as np  # noqa: PLC0415 - heavy
    from pyproj import Transformer  # noqa: PLC0415 - heavy

    rows, columns = grid.values.shape
    cells = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], float)
    to_degrees = Transformer.from_crs(MERCATOR, "EPSG:4326", always_xy=True)
    lon, lat = to_degrees.transform(*grid.xy_of(cells).T)
    return [[round(float(x), 7), round(float(y), 7)] for x, y in zip(lon, lat, strict=True)]


def _stops(least: float, top: float, colours: npt.NDArray[np.uint8]) -> list[Stop]:
    import numpy as np  # noqa: PLC0415 - heavy

    at = np.linspace(0, len(colours) - 1, STOPS).round().astype(int)
    values = np.linspace(least, top, STOPS)
    return [
        Stop(value=float(value), colour="#" + bytes(colours[k, :3]).hex())
        for k, value in zip(at, values, strict=True)
    ]


def _painted(
    values: npt.NDArray[np.float32],
    seen: npt.NDArray[np.bool_],
    least: float | None,
    top: float | None,
    colours: npt.NDArray[np.uint8],
) -> npt.NDArray[np.uint8]:
    """Red, green, blue, alpha of each pixel, (4, rows, columns)."""
    import numpy as np  # noqa: PLC0415 - heavy

    made = np.zeros((*values.shape, 4), np.uint8)
    if least is not None and top is not None:
        width = max(top - least, 1e-12)
        place = np.clip((values[seen] - least) / width, 0, 1) * (len(colours) - 1)
        made[seen] = colours[np.rint(place).astype(np.intp)]
    return made.transpose(2, 0, 1)


def _png(bands: npt.NDArray[np.uint8]) -> bytes:
    import warnings  # noqa: PLC0415

    from rasterio.errors import NotGeoreferencedWarning  # noqa: PLC0415 - heavy
    from rasterio.io import MemoryFile  # noqa: PLC0415 - heavy

    count, height, width = bands.shape
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # a PNG lies nowhere
        with MemoryFile() as memory:
            with memory.open(
                driver="PNG", width=width, height=height, count=count, dtype="uint8"
            ) as file:
                file.write(bands)
            return bytes(memory.read())
