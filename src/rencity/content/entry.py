"""What was read: an entry, and a pack of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rencity.content.envelope import EntrySource, InForce, Manifest, Text


@dataclass(frozen=True)
class Entry:
    """One version of one entry of a pack: its envelope, its value, and where it stands.

    Attributes
    ----------
    value : model of its kind, see `rencity.content.registry`
    place : ``file:line``
    """

    kind: str
    id: str
    title: Text
    source: EntrySource
    in_force: InForce
    value: Any
    pack: str
    place: str

    def plain(self) -> dict[str, Any]:
        """What it says as plain values, without where it stands."""
        return {
            "title": self.title.model_dump(mode="json"),
            "source": self.source.model_dump(mode="json"),
            "in_force": self.in_force.model_dump(mode="json"),
            "value": self.value.model_dump(mode="json"),
        }


@dataclass(frozen=True)
class Pack:
    """One pack as read.

    Attributes
    ----------
    entries : kind -> id -> its versions, the newest last
    """

    manifest: Manifest
    folder: Path
    entries: Mapping[str, Mapping[str, tuple[Entry, ...]]]

    def __iter__(self) -> Iterator[Entry]:
        """Every version of every entry."""
        for entries in self.entries.values():
            for versions in entries.values():
                yield from versions

    def of(self, kind: str) -> Iterator[Entry]:
        """Every version of every entry of a kind."""
        for versions in self.entries.get(kind, {}).values():
            yield from versions
