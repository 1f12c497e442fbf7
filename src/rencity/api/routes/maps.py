"""The map of a version: what is on it, and its tiles."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path
from fastapi.responses import FileResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from rencity.api.routes.records import Seen
from rencity.api.versions import PREFIX, Of, Version
from rencity.atlas.served import tiles_of
from rencity.atlas.tiles import Map, map_folder, read, tiles_file, undrawn
from rencity.jobs import service
from rencity.jobs.store import UNFINISHED

router = APIRouter(prefix=PREFIX, tags=["maps"])

MEDIA = "application/vnd.pmtiles"
TILE = "application/vnd.mapbox-vector-tile"
Zoom = Annotated[int, Path(ge=0, le=24)]
Place = Annotated[int, Path(ge=0, lt=1 << 24)]
FOR_EVER = "private, max-age=31536000, immutable"
MOST_JOBS = 500
Extent = tuple[float, float, float, float]
_RANGE = re.compile(r"(\d+)-(\d*)|-(\d+)")


class _Told(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class LayerOut(_Told):
    """A layer of the map, alone in its file of vector tiles."""

    file: str = Field(description="name under `map/`, PMTiles")
    layer: str = Field(description="name of the layer within the tiles")
    about: Literal["zones", "lines", "points", "overview", "links"] = Field(
        description="`overview` stands for lines and links at lower zooms and has no rows"
    )
    level: str = Field(description="level of zones; empty for the rest")
    minzoom: int
    maxzoom: int = Field(description="tiles of this zoom serve deeper ones")
    features: int


class LifelineOut(_Told):
    """A lifeline that the city has."""

    id: str
    zh: str
    en: str
    colour: str
    unit: str = Field(description="of its demand and capacity")
    count: int = Field(description="its assets")


class AssetKindOut(_Told):
    """A kind of asset that the city has."""

    id: str = Field(description="lifeline.kind")
    lifeline: str
    kind: str
    zh: str
    en: str
    role: str = Field(description="node or link")
    count: int


class LevelOut(_Told):
    """A level of zones that the city has."""

    level: str
    count: int
    people: float = Field(description="residents of all its zones")


class UnplacedOut(BaseModel):
    """Rows without a place, which no layer shows."""

    zones: int
    assets: int


class MapOut(BaseModel):
    """The map of a version; once it is ready it never changes.

    Attributes of features: `i` row of the table (-1: none), `l` lifeline, `k` kind, `o` origin,
    `n` name, `s` 1 for a source; of zones `e` English name and `p` residents; of links `b` 1 where
    it is normally open, `f` and `t` rows of the assets that it joins.
    """

    ready: bool = Field(description="whether there are tiles; else ask for a job of kind `map`")
    job: str = Field(description="an unfinished job that draws it; empty: none")
    extent_deg: Extent | None = Field(
        description="west, south, east, north; null: nothing has a place"
    )
    layers: list[LayerOut] = Field(description="the lowest first")
    lifelines: list[LifelineOut]
    kinds: list[AssetKindOut]
    levels: list[LevelOut]
    unplaced: UnplacedOut


@router.get("/map")
def get_map(version: Of) -> MapOut:
    """What is on the map of a version, and where its tiles are."""
    made = read(map_folder(version.folder, version.hash))
    if made is not None:
        return _told(made, ready=True, job="")
    return _told(undrawn(version.opened.city), ready=False, job=_job(version))


@router.get(
    "/map/{file}",
    response_class=Response,
    responses={
        200: {"content": {MEDIA: {"schema": {"type": "string", "format": "binary"}}}},
        206: {"description": "the range that was asked for"},
        416: {"description": "no such range in the file"},
    },
)
def get_map_file(
    file: str,
    version: Of,
    seen: Seen = None,
    span: Annotated[
        str | None, Header(alias="Range", max_length=200, description="bytes that are wanted")
    ] = None,
) -> Response:
    """A file of vector tiles, whole or the range that is asked for."""
    folder = map_folder(version.folder, version.hash)
    path = tiles_file(folder, file)
    headers = {"ETag": f'"{folder.name}/{file}"', "Cache-Control": FOR_EVER}
    if seen is not None and headers["ETag"] in (each.strip() for each in seen.split(",")):
        return Response(status_code=304, headers=headers)
    if span is not None:
        _refuse_outside(span, path.stat().st_size)
    return FileResponse(path, media_type=MEDIA, headers=headers)


@router.get(
    "/map/{file}/{z}/{x}/{y}",
    response_class=Response,
    responses={
        200: {"content": {TILE: {"schema": {"type": "string", "format": "binary"}}}},
        204: {"description": "nothing is drawn there"},
    },
)
def get_map_tile(
    file: str, z: Zoom, x: Place, y: Place, version: Of, seen: Seen = None
) -> Response:
    """One vector tile of a file, packed by gzip."""
    folder = map_folder(version.folder, version.hash)
    tiles = tiles_of(tiles_file(folder, file))
    headers = {"ETag": f'"{folder.name}/{file}"', "Cache-Control": FOR_EVER}
    if seen is not None and headers["ETag"] in (each.strip() for each in seen.split(",")):
        return Response(status_code=304, headers=headers)
    data = tiles.get(z, x, y)
    if data is None:
        return Response(status_code=204, headers=headers)
    return Response(data, media_type=TILE, headers={**headers, "Content-Encoding": "gzip"})


def _told(made: Map, *, ready: bool, job: str) -> MapOut:
    legend = made.legend
    return MapOut(
        ready=ready,
        job=job,
        extent_deg=made.extent_deg,
        layers=[LayerOut.model_validate(each) for each in made.files],
        lifelines=[LifelineOut.model_validate(each) for each in legend.lifelines],
        kinds=[AssetKindOut.model_validate(each) for each in legend.kinds],
        levels=[LevelOut.model_validate(each) for each in legend.levels],
        unplaced=UnplacedOut.model_validate(made.unplaced),
    )


def _job(version: Version) -> str:
    wanted: dict[str, Any] = {"city": version.city, "version": version.number}
    with version.services.store.reading() as connection:
        for state in UNFINISHED:
            found = service.page(connection, kind="map", state=state, limit=MOST_JOBS)
            for job in found:
                if wanted.items() <= job["input"].items():
                    return str(job["id"])
    return ""


def _refuse_outside(span: str, size: int) -> None:
    """Refuse what the file cannot answer in the one shape of refusals.

    Raises
    ------
    HTTPException : 416
    """
    unit, _, wanted = span.partition("=")
    parts = [_RANGE.fullmatch(each.strip()) for each in wanted.split(",")]
    sound = unit.strip() == "bytes" and all(
        part is not None and _within(part, size) for part in parts
    )
    if not sound:
        raise HTTPException(
            416, f"{span!r:.80} is no range of {size} bytes", {"Content-Range": f"bytes */{size}"}
        )


def _within(part: re.Match[str], size: int) -> bool:
    begin, end, last = part.groups()
    if last is not None:
        return int(last) > 0
    return int(begin) < size and (end == "" or int(begin) <= int(end))
