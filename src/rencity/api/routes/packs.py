"""Packs and the content in force."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from rencity.api.services import Has
from rencity.content import Packs
from rencity.content.differing import as_dicts, differences, side_of_place
from rencity.content.entry import Entry, Pack
from rencity.content.packs import overlay
from rencity.content.telling import fields_of, standing_as_dict
from rencity.kit.errors import AbsentError
from rencity.kit.suggest import did_you_mean

router = APIRouter(prefix="/api/v1", tags=["packs"])

Region = Annotated[
    str | None,
    Query(pattern=r"^([A-Z]{2}|\d{6})$", description="division code or country; none: everywhere"),
]
On = Annotated[date | None, Query(description="day on which it must be in force; none: any")]


class PackOut(BaseModel):
    """A pack."""

    id: str
    pack_version: str
    title: dict[str, str]
    description: dict[str, str]
    region: str
    licence: str
    entries: dict[str, int] = Field(description="entries by kind of content")


class ContentOut(BaseModel):
    """One entry of content in force."""

    kind: str
    id: str
    title: dict[str, str]
    source: dict[str, Any]
    pack: str
    place: str = Field(description="file and line within the pack")
    fields: dict[str, Any] = Field(description="what it says, by field")


@router.get("/packs")
def list_packs(services: Has, region: Region = None) -> list[PackOut]:
    """Packs, in the order they lie over each other."""
    return [_pack(pack) for pack in services.packs.of(region).packs]


@router.get("/packs/{pack}")
def get_pack(pack: str, services: Has, region: Region = None) -> PackOut:
    """One pack."""
    held = {each.manifest.id: each for each in services.packs.of(region).packs}
    if pack not in held:
        raise _absent("pack", pack, held)
    return _pack(held[pack])


@router.get("/content/{kind}")
def list_content(
    kind: str, services: Has, region: Region = None, on: On = None
) -> list[ContentOut]:
    """Entries of a kind in force: of several packs, the one that wins for each id."""
    packs = _in_force(services, region, on)
    if kind not in packs.entries:
        raise _absent("kind of content", kind, packs.entries)
    return [_entry(kind, entry) for entry in packs.entries[kind].values()]


@router.get("/content/{kind}/{entry}")
def get_content(
    kind: str, entry: str, services: Has, region: Region = None, on: On = None
) -> ContentOut:
    """One entry in force."""
    packs = _in_force(services, region, on)
    if kind not in packs.entries:
        raise _absent("kind of content", kind, packs.entries)
    if entry not in packs.entries[kind]:
        raise _absent("entry", entry, packs.entries[kind])
    return _entry(kind, packs.entries[kind][entry])


@router.get("/content/{kind}/{entry}/versions")
def list_entry_versions(
    kind: str, entry: str, services: Has, region: Region = None, on: On = None
) -> list[dict[str, Any]]:
    """Every version of an entry in every pack, in the order they lie; which one wins, and why."""
    found = services.packs.of(region).history(kind, entry, on=on)
    if not found:
        raise _absent("entry", entry, services.packs.of(region).entries.get(kind, {}))
    return [{**standing_as_dict(one), "place": _place(one.entry)} for one in found]


@router.get("/packs-difference")
def compare_content(
    services: Has,
    region: Region = None,
    on: On = None,
    against_region: Region = None,
    against_on: On = None,
) -> list[dict[str, Any]]:
    """What differs between the content in force on two days or in two regions."""
    old, new = _in_force(services, region, on), _in_force(services, against_region, against_on)
    return as_dicts(differences(side_of_place(old), side_of_place(new)))


def _in_force(services: Has, region: str | None, on: date | None) -> Packs:
    packs = services.packs.of(region)
    return packs if on is None else overlay(packs.packs, on=on)


def _pack(pack: Pack) -> PackOut:
    said = pack.manifest
    return PackOut(
        id=said.id,
        pack_version=said.version,
        title=said.title.model_dump(),
        description=said.description.model_dump(),
        region=said.region,
        licence=said.licence,
        entries={kind: len(held) for kind, held in pack.entries.items() if held},
    )


def _entry(kind: str, entry: Entry) -> ContentOut:
    return ContentOut(
        kind=kind,
        id=entry.id,
        title=entry.title.model_dump(),
        source=entry.source.model_dump(),
        pack=entry.pack,
        place=_place(entry),
        fields=fields_of(entry),
    )


def _place(entry: Entry) -> str:
    """File and line within the pack: where packs lie on this machine is nobody's business."""
    return entry.place.rsplit("/", 1)[-1]


def _absent(what: str, name: str, known: Any) -> AbsentError:
    return AbsentError(f"no {what} {name!r:.60}", place=what, mend=did_you_mean(name, known))
