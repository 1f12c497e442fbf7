"""Land cover (GeoTIFF, ESRI ASCII grid) into the city's raster ``landcover``."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import numpy as np
from rasterio.enums import Resampling

from rencity.city.identity import Source as Provenance
from rencity.city.landcover import (
    LANDCOVER,
    TABLE_PATH,
    CoverTable,
    base_cover_text,
    cover_table,
)
from rencity.city.model import City
from rencity.city.rasters import Grid, nearest_cells
from rencity.city.readers.decoding import decode
from rencity.city.readers.ledger import Layer, Part, RasterPart
from rencity.city.readers.options import options_of
from rencity.city.readers.raster.dem import account
from rencity.city.readers.raster.faults import voids
from rencity.city.readers.raster.file import RasterOptions, read_source
from rencity.city.readers.raster.fit import extent_of, fitted, metric_of
from rencity.kit.errors import InputError


def read_landcover(
    src: Path,
    mapping: Path | None = None,
    crs: str | None = None,
    city: City | None = None,
    options: Mapping[str, str] | None = None,
) -> Part:
    """Read class codes, in the city's metric system, clipped to the city and a margin.

    Parameters
    ----------
    src : a GeoTIFF or an ESRI ASCII grid of whole numbers
    mapping : class table, see `rencity.city.landcover`; None: ESA WorldCover's
    crs : system where the file does not say it
    city : imported into; None or without any place: all of the file, in its UTM zone
    options : of `RasterOptions`

    Returns
    -------
    The raster ``landcover`` and its class table; the account counts the cells of the file.

    Raises
    ------
    InputError : no raster, no system, a broken class table, no code of it in the file, or it lies
        elsewhere than the city
    """
    given = options_of(RasterOptions, options)
    text = base_cover_text() if mapping is None else decode(mapping)
    table = cover_table(text, place=str(mapping or "landcover.toml"))
    source = read_source(src, crs, given, extent_of(city), Resampling.mode)
    layer = account(LANDCOVER, source, src)
    known = _known(source.grid, table, layer, src)
    grid = fitted(known, metric_of(city, known), nearest_cells)
    note = f"classes {table.table.title}, sha256 {sha256(text.encode()).hexdigest()[:16]}"
    return Part(
        {},
        (layer,),
        (
            Provenance(
                layer=LANDCOVER,
                title=src.name,
                licence=table.table.licence or "as its owner says",
                note=note,
            ),
        ),
        rasters=(RasterPart(LANDCOVER, grid, note),),
        files={TABLE_PATH: text.encode()},
        findings=tuple(voids(known, grid, extent_of(city), LANDCOVER)),
    )


def _known(grid: Grid, table: CoverTable, layer: Layer, src: Path) -> Grid:
    """Without the codes that the table does not know; they are told to the account."""
    seen = ~np.isnan(grid.values)
    codes, counts = np.unique(grid.values[seen], return_counts=True)
    strange = ~np.isin(codes, np.array(list(table.classes), np.float32))
    if strange.all():
        raise InputError(
            f"none of its values is a code of the classes, such as {codes[0]:g}",
            place=str(src),
            mend=f"give a class table with --map; this has {', '.join(map(str, table.classes))}",
        )
    share = (layer.kept / max(int(seen.sum()), 1)) if layer.kept else 1.0  # of coarser cells
    for code, n in zip(codes[strange].tolist(), counts[strange].tolist(), strict=True):
        lost = min(round(n * share), layer.kept)
        layer.kept -= lost
        layer.refuse(f"code {code:g} is in no class", src.name, lost)
    values = np.where(seen & ~np.isin(grid.values, codes[strange]), grid.values, np.nan)
    return Grid(values.astype(np.float32), grid.transform, grid.crs)
