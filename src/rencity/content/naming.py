"""Names that people type: packs, kinds, entries and regions, and what they probably meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from rencity.content.entry import Pack
from rencity.content.envelope import Region
from rencity.content.loading import raise_first, read_pack
from rencity.content.packs import Packs
from rencity.content.registry import kinds
from rencity.kit.errors import PackError
from rencity.kit.suggest import did_you_mean

_REGION: TypeAdapter[str] = TypeAdapter(Region)


def region_of(text: str | None) -> str | None:
    """A region as typed.

    Raises
    ------
    PackError : it has not the form of one
    """
    try:
        return None if text is None else _REGION.validate_python(text)
    except ValidationError as exc:
        raise PackError(
            f"{text!r} is no region",
            place="--region",
            mend="give a division code of six digits, 320200, or a country of two letters, CN",
        ) from exc


def pack_named(text: str, known: Iterable[Pack]) -> Pack:
    """A pack by its id, or by the folder that holds it.

    Raises
    ------
    PackError : no such pack, or one with faults
    """
    folder = Path(text)
    if (folder / "pack.toml").is_file():
        reading = read_pack(folder)
        raise_first(reading.findings)
        assert reading.pack is not None  # noqa: S101 - a pack without faults was read
        return reading.pack
    held = {pack.manifest.id: pack for pack in known}
    if text not in held:
        raise PackError(
            f"no pack is called {text}, and no folder of that name holds pack.toml",
            mend=did_you_mean(text, held, what="pack"),
        )
    return held[text]


def known_word(text: str, known: Sequence[Pack]) -> None:
    """Refuse what is neither a pack nor a kind.

    Raises
    ------
    PackError : it is neither
    """
    words = {*kinds(), *(pack.manifest.id for pack in known)}
    if text not in words:
        raise PackError(
            f"neither a pack nor a kind is called {text}", mend=did_you_mean(text, words)
        )


def known_entry(kind: str, entry_id: str, packs: Packs) -> None:
    """Refuse an entry that no pack holds.

    Raises
    ------
    PackError : `kind` is none, or no pack holds the entry
    """
    if kind not in kinds():
        mend = did_you_mean(kind, kinds(), what="kind")
        raise PackError(f"no kind is called {kind}: an entry goes with its kind", mend=mend)
    ids = {entry_id for pack in packs.known for entry_id in pack.entries.get(kind, ())}
    if entry_id not in ids:
        raise PackError(
            f"no pack holds {kind} {entry_id}",
            mend=did_you_mean(entry_id, ids, what=f"entry of {kind}"),
        )
