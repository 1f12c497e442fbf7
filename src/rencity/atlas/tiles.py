"""The map of a city as files of vector tiles beside its tables, made once for its values."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rencity.atlas.legend import Legend, legend_from, legend_of
from rencity.kit.errors import AbsentError, StorageError
from rencity.kit.files import staged_folder

if TYPE_CHECKING:
    from rencity.atlas.drawn import Layer
    from rencity.city.model import City

FORMAT = 1
SAID = "map.json"
MOST_TILE_BYTES = 500_000
_FILE = re.compile(r"[a-z]+(-[a-z]+)?\.pmtiles")
_BROKEN = (OSError, ValueError, KeyError, TypeError)


@dataclass(frozen=True)
class File:
    """A file of tiles with one layer in it; fields as `rencity.atlas.drawn.Layer`."""

    file: str
    layer: str
    about: str
    level: str
    minzoom: int
    maxzoom: int
    features: int


@dataclass(frozen=True)
class Map:
    """The map of a city.

    Attributes
    ----------
    extent_deg : west, south, east, north of all that has a place; None: nothing has
    files : the lowest layer first
    unplaced : zones and assets that have no place
    """

    extent_deg: tuple[float, float, float, float] | None
    files: tuple[File, ...]
    unplaced: dict[str, int]
    legend: Legend


def map_folder(city: Path, value_hash: str) -> Path:
    """Where the map of a city folder with these values lies, once it is made."""
    return city / ".cache" / f"map-{FORMAT}-{value_hash[:24]}"


def build(city: City, folder: Path, progress: Callable[[float], None] = lambda _share: None) -> Map:
    """Draw a city's map into a folder, whole or not at all.

    Raises
    ------
    StorageError : the disk refused it
    """
    from rencity.atlas.drawn import Placed, layers_of  # noqa: PLC0415 - heavy

    placed = Placed(city)
    layers = list(layers_of(placed))
    whole, done = max(1, sum(_effort(layer) for layer in layers)), 0
    with staged_folder(folder, replace=True) as stage:
        files = []
        for layer in layers:
            files.append(_write(layer, stage))
            done += _effort(layer)
            progress(done / whole)
        made = Map(placed.extent_deg, tuple(files), placed.missing, legend_of(city))
        text = json.dumps(asdict(made), ensure_ascii=False)
        (stage / SAID).write_text(text, encoding="utf-8")
    return made


def undrawn(city: City) -> Map:
    """What can be said of the map of a city before it is drawn."""
    from rencity.atlas.drawn import Placed  # noqa: PLC0415 - heavy

    placed = Placed(city)
    return Map(placed.extent_deg, (), placed.missing, legend_of(city))


def read(folder: Path) -> Map | None:
    """The map that lies in a folder; None where there is none, or it is broken."""
    try:
        said: dict[str, Any] = json.loads((folder / SAID).read_text("utf-8"))
        files = tuple(File(**each) for each in said["files"])
        extent = said["extent_deg"]
        if not all((folder / each.file).is_file() for each in files):
            return None
        return Map(
            tuple(extent) if extent else None,
            files,
            dict(said["unplaced"]),
            legend_from(said["legend"]),
        )
    except _BROKEN:
        return None


def tiles_file(folder: Path, name: str) -> Path:
    """A file of tiles in a map's folder.

    Raises
    ------
    AbsentError : there is none of that name
    """
    path = folder / name
    if not _FILE.fullmatch(name) or not path.is_file():
        raise AbsentError(
            f"the map has no file {name!r:.80}", place="file", mend="read the map for its files"
        )
    return path


def _effort(layer: Layer) -> int:
    return len(layer.frame) * (layer.maxzoom - layer.minzoom + 1)


def _write(layer: Layer, stage: Path) -> File:
    import pyogrio  # noqa: PLC0415 - heavy

    name = f"{layer.name}.pmtiles"
    options = {
        "MINZOOM": layer.minzoom,
        "MAXZOOM": layer.maxzoom,
        "MAX_SIZE": MOST_TILE_BYTES,
        "NAME": layer.name,
    }
    try:
        pyogrio.write_dataframe(
            layer.frame, stage / name, driver="PMTiles", layer=layer.name, dataset_options=options
        )
    except pyogrio.errors.DataSourceError as exc:
        raise StorageError(
            f"the tiles could not be written: {exc}", place=name, mend="free space on this disk"
        ) from exc
    return File(
        name, layer.name, layer.about, layer.level, layer.minzoom, layer.maxzoom, len(layer.frame)
    )
