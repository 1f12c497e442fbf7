"""Bytes of a file as text, whatever Chinese or English software wrote them."""

from __future__ import annotations

from pathlib import Path

from rencity.kit.errors import InputError

_DECODERS = ("utf-8-sig", "gb18030")


def decode(path: Path, encoding: str = "") -> str:
    """The text of a file: as said, else UTF-8 with or without mark, else GB 18030.

    Raises
    ------
    InputError : it is text in none of them
    """
    return decode_bytes(path.read_bytes(), encoding, place=str(path))


def decode_bytes(data: bytes, encoding: str = "", *, place: str) -> str:
    """Bytes as text, by the same rule.

    Raises
    ------
    InputError : they are text in no such encoding
    """
    for name in (encoding,) if encoding else _DECODERS:
        try:
            text = data.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
        if "\0" not in text:
            return text
    raise InputError(
        f"not text in {encoding or ' or '.join(_DECODERS)}",
        place=place,
        mend="name its `encoding` in the mapping, or save it as UTF-8",
    )
