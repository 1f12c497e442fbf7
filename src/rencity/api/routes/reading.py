"""What there is to read files with, and a look into files before they are imported."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, computed_field

from rencity.api.routes.refs import QUESTION, Extent, Told
from rencity.api.services import Has, Services
from rencity.city.readers.registry import READERS, Reader
from rencity.jobs.inputs import MOST_TEXT, Files
from rencity.kit.chinese import chinese
from rencity.kit.errors import InputError, StorageError
from rencity.kit.files import storage_error
from rencity.kit.said import Described, Remark
from rencity.registry.places import inside
from rencity.registry.store import uploads

router = APIRouter(prefix="/api/v1", tags=["reading"])

MOST_PATHS = 10_000


class OptionOut(Described):
    """Something that a reader may be told."""

    name: str
    default: str


class ReaderOut(BaseModel):
    """A reader of files."""

    name: str
    zh: str
    en: str
    suffixes: list[str] = Field(description="of the files it reads")
    must_map: bool = Field(description="whether a mapping must be given")
    may_map: bool
    crs: Literal["never", "unsaid", "drawn"] = Field(
        description="whether a system of coordinates must be given: where files do not say one;"
        " drawn: unless coordinates are degrees, `local` places a drawing"
    )
    of_city: bool = Field(description="whether it reads the city that it is imported into")
    options: list[OptionOut]


class PreviewAsked(BaseModel):
    """Files that were handed in."""

    model_config = ConfigDict(extra="forbid")

    files: Annotated[Files, Field(min_length=1)] = Field(
        description="path below a folder, to the id of an upload"
    )


class ColumnOut(Told):
    """A column of a table."""

    name: str
    type: Literal["number", "text", "geometry"]
    examples: list[str] = Field(description="the first distinct values")
    distinct: bool = Field(description="whether every row looked at has a value of its own")


class SheetOut(Told):
    """Rows of a file, or of a layer in it."""

    name: str = Field(description="of the layer; empty where the file is one")
    columns: list[ColumnOut]
    rows: int = Field(description="of the whole file")
    looked_at: int = Field(description="rows, from the first, that `columns` tell of")
    crs: str = Field(description="empty: the file does not say")
    extent: Extent | None = Field(description="in `crs`")
    delimiter: str


class PeekOut(Told):
    """What a file is."""

    path: str
    format: str = Field(description="suffix of a table, else the reader it looks like; empty: none")
    bytes: int
    sheets: list[SheetOut]
    fault: str = Field(description="why it cannot be read; empty: it can")
    mend: str

    @computed_field  # type: ignore[prop-decorator]
    @property
    def fault_zh(self) -> str:
        """`fault` in Chinese."""
        return chinese(self.fault)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def mend_zh(self) -> str:
        """`mend` in Chinese."""
        return chinese(self.mend)


class GuessedLayerOut(Told):
    """A layer of a guessed mapping, to be looked at before it is used."""

    path: str
    sheet: str
    table: str
    sure: Literal["likely", "maybe", "doubtful"]
    why_zh: list[str]
    why_en: list[str]
    doubts_zh: list[str] = Field(description="what somebody must look at")
    doubts_en: list[str]
    text: str = Field(description="the layer as TOML")


class SuggestionOut(Told):
    """A way to read what was handed in."""

    reader: str
    source: str = Field(description="path to read; empty: all")
    mapping: str = Field(description="TOML; empty: none is needed")
    why_zh: str
    why_en: str
    crs: str = Field(description="what to say of it; empty: nothing")
    root: str = Field(description="folder below which a shipped mapping finds its files")
    layers: list[GuessedLayerOut] = Field(
        description="of a guessed mapping, which is a proposal; empty: nothing is guessed"
    )


class PreviewOut(BaseModel):
    """What was handed in, and ways to read it, the surest first."""

    files: list[PeekOut]
    suggestions: list[SuggestionOut]


class MappingAsked(BaseModel):
    """A mapping to be checked, and the paths that it may name."""

    model_config = ConfigDict(extra="forbid")

    mapping: str = Field(max_length=MOST_TEXT, description="TOML")
    files: list[Annotated[str, Field(max_length=200)]] | None = Field(
        default=None, max_length=MOST_PATHS, description="paths below the source; null: not known"
    )


class MappingFaultOut(Told, Remark):
    """A fault of a mapping."""

    place: str


class MappingOut(BaseModel):
    """Every fault of a mapping."""

    ok: bool
    faults: list[MappingFaultOut]


class TrialAsked(BaseModel):
    """A layer of a mapping, and the files to try it on."""

    model_config = ConfigDict(extra="forbid")

    mapping: str = Field(max_length=MOST_TEXT, description="TOML; only this layer is looked at")
    layer: int = Field(ge=0, description="which of its layers, from 0")
    files: Annotated[Files, Field(min_length=1)] = Field(
        description="path below a folder, to the id of an upload"
    )
    source: str = Field(default="", max_length=200, description="path to read; empty: all")
    crs: str = Field(default="", max_length=200, description="what neither file nor mapping says")


class LeftOutOut(Told):
    """Rows that are left out for one reason."""

    reason: str
    rows: int
    examples: list[str]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def reason_zh(self) -> str:
        """`reason` in Chinese."""
        return chinese(self.reason)


class MadeOut(Told):
    """A column that is derived or taken from another file."""

    name: str
    given: int = Field(description="kept rows that have a value")
    examples: list[str]


class TrialOut(Told):
    """What becomes of rows before their table is made."""

    rows: int = Field(description="that were tried")
    whole: bool = Field(description="whether these are all rows; else the first of a large file")
    kept: int
    left_out: list[LeftOutOut]
    columns: list[MadeOut]


class TriedOut(BaseModel):
    """A trial, or the fault that keeps the layer from being tried."""

    trial: TrialOut | None
    fault: MappingFaultOut | None


@router.get("/readers")
def list_readers() -> list[ReaderOut]:
    """What files can be read, and what each reader takes."""
    return [_told(name, reader) for name, reader in READERS.items()]


@router.post("/import-previews", openapi_extra=QUESTION)
def preview_import(body: PreviewAsked, services: Has) -> PreviewOut:
    """Look into files that were handed in; nothing is imported or kept."""
    from rencity.city.readers.peek import peek  # noqa: PLC0415 - heavy
    from rencity.city.readers.suggesting import suggestions  # noqa: PLC0415 - heavy

    with tempfile.TemporaryDirectory(prefix="rencity-preview-") as name:
        folder = Path(name)
        _lay(services, body.files, folder)
        files = peek(folder)
        ways = suggestions(folder, files)
    return PreviewOut(
        files=[PeekOut.model_validate(each) for each in files],
        suggestions=[SuggestionOut.model_validate(each) for each in ways],
    )


@router.post("/mapping-checks", openapi_extra=QUESTION)
def check_mapping(body: MappingAsked) -> MappingOut:
    """Every fault of a mapping, each with its place and how to mend it."""
    from rencity.city.readers.mapping_faults import mapping_faults  # noqa: PLC0415 - heavy

    faults = mapping_faults(body.mapping, body.files)
    return MappingOut(
        ok=not faults, faults=[MappingFaultOut.model_validate(each) for each in faults]
    )


@router.post("/mapping-trials", openapi_extra=QUESTION)
def try_mapping(body: TrialAsked, services: Has) -> TriedOut:
    """Pick, derive and join the first rows of a layer; nothing is imported or kept."""
    from rencity.city.readers.trying import tried  # noqa: PLC0415 - heavy

    with tempfile.TemporaryDirectory(prefix="rencity-trial-") as name:
        folder = Path(name)
        _lay(services, body.files, folder)
        source = folder / inside(body.source) if body.source else folder
        try:
            trial = tried(source, body.mapping, body.layer, body.crs)
        except InputError as exc:
            place = exc.place.replace(f"{folder}/", "")
            fault = MappingFaultOut(place=place, what=exc.what, mend=exc.mend)
            return TriedOut(trial=None, fault=fault)
    return TriedOut(trial=TrialOut.model_validate(trial), fault=None)


def _lay(services: Services, files: Mapping[str, str], folder: Path) -> None:
    """Lay files that were handed in at their paths, as links: they are only looked into.

    Raises
    ------
    AbsentError, RequestError : no such upload, or a path that leads out
    StorageError : a file is gone, or the disk refused it
    """
    with services.store.reading() as connection:
        held = {path: uploads.get(connection, key)["sha256"] for path, key in files.items()}
    for path, sha256 in held.items():
        source, target = services.places.upload(sha256), folder / inside(path)
        if not source.is_file():
            raise StorageError(
                "the file is gone from the data folder", place=path, mend="hand it in again"
            )
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(source.resolve())
        except OSError as exc:
            raise storage_error(exc, Path(path)) from exc


def _told(name: str, reader: Reader) -> ReaderOut:
    return ReaderOut(
        name=name,
        zh=reader.zh,
        en=reader.en,
        suffixes=list(reader.suffixes),
        must_map=reader.must_map,
        may_map="mapping" in reader.takes,
        crs=reader.crs,
        of_city="city" in reader.takes,
        options=options_of(reader) if reader.options else [],
    )


def options_of(reader: Reader) -> list[OptionOut]:
    """What a reader may be told."""
    module, name = reader.options.split(":")
    model: Any = getattr(import_module(module), name)
    described: dict[str, str] = {}
    for each in reversed(model.__mro__):
        described |= _attributes(each.__doc__ or "")
    return [
        OptionOut(
            name=key,
            description=described.get(key, ""),
            default="" if field.default is None else str(field.default),
        )
        for key, field in model.model_fields.items()
    ]


def _attributes(doc: str) -> dict[str, str]:
    """Names and meanings that a docstring lists under Attributes."""
    listed = doc.partition("----------")[2]
    found: dict[str, str] = {}
    for names, said in re.findall(r"^\s*([\w, ]+) : (.+(?:\n {8,}.+)*)", listed, re.MULTILINE):
        found |= dict.fromkeys(names.replace(" ", "").split(","), " ".join(said.split()))
    return found
