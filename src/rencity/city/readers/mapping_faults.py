"""Every fault of a mapping at once, for somebody who is writing it."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from dataclasses import dataclass

from pydantic import ValidationError

from rencity.city.readers.mapping import Mapping, key_of
from rencity.kit.suggest import did_you_mean


@dataclass(frozen=True)
class MappingFault:
    """One fault."""

    place: str
    what: str
    mend: str


def mapping_faults(text: str, files: Collection[str] | None = None) -> tuple[MappingFault, ...]:
    """What is wrong with a mapping; nothing where it can be used.

    Parameters
    ----------
    files : paths below the source's folder; None: not known
    """
    try:
        data = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as exc:
        return (MappingFault("the file", f"not TOML: {exc}", "correct the line"),)
    try:
        mapping = Mapping.model_validate(data)
    except ValidationError as exc:
        return tuple(
            MappingFault(
                key_of(each["loc"], data),
                str(each["msg"]).removeprefix("Value error, "),
                "see docs/import-tables.md for what a mapping holds",
            )
            for each in exc.errors()
        )
    return tuple(_missing(mapping, files)) if files is not None else ()


def _missing(mapping: Mapping, files: Collection[str]) -> list[MappingFault]:
    known = set(files)
    lone = len(known) == 1  # a source that is one file needs no name
    return [
        MappingFault(
            f"layers.{number} ({layer.name}).file",
            f"no file {part.file!r}" if part.file else "it names no file",
            did_you_mean(part.file, known, what="file"),
        )
        for number, layer in enumerate(mapping.layers, 1)
        for part in (layer, *layer.join)
        if part.file not in known and not (lone and not part.file)
    ]
