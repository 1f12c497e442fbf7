"""What differs between two packs, or between the packs in force on two days or in two regions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rencity.content.entry import Entry, Pack
from rencity.content.packs import Packs
from rencity.content.telling import fields_of, flat, shown

MANIFEST = "pack.toml"

Fields = Mapping[str, Any]
Side = Mapping[tuple[str, str], Fields]
"""Kind and id -> field -> value."""


@dataclass(frozen=True)
class Difference:
    """One entry that is new, gone or changed.

    Attributes
    ----------
    fields : field -> its value before and after; None where it says nothing
    """

    kind: str
    id: str
    change: Literal["added", "removed", "changed"]
    fields: Mapping[str, tuple[Any, Any]]


def side_of_pack(pack: Pack) -> Side:
    """A pack with every version of its entries, and what it says of itself."""
    told = pack.manifest.model_dump(mode="json")
    side: dict[tuple[str, str], Fields] = {(MANIFEST, ""): dict(flat(told))}
    for kind, entries in pack.entries.items():
        for entry_id, versions in entries.items():
            side[kind, entry_id] = _versions(versions)
    return side


def side_of_place(packs: Packs) -> Side:
    """The entries that won."""
    return {
        (kind, entry_id): fields_of(entry)
        for kind, entries in packs.entries.items()
        for entry_id, entry in entries.items()
    }


def differences(old: Side, new: Side) -> list[Difference]:
    """Entries that differ, by kind and id."""
    return list(_differences(old, new))


def _differences(old: Side, new: Side) -> Iterator[Difference]:
    for key in sorted({*old, *new}):
        before, after = old.get(key), new.get(key)
        names = dict.fromkeys([*(before or ()), *(after or ())])
        pairs = {n: ((before or {}).get(n), (after or {}).get(n)) for n in names}
        changed = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
        if before is None:
            yield Difference(*key, "added", changed)
        elif after is None:
            yield Difference(*key, "removed", changed)
        elif changed:
            yield Difference(*key, "changed", changed)


def _versions(versions: tuple[Entry, ...]) -> Fields:
    if len(versions) == 1:
        return fields_of(versions[0])
    return {
        f"[{version.in_force.since or '…'}] {name}": value
        for version in versions
        for name, value in fields_of(version).items()
    }


def as_lines(found: list[Difference]) -> list[str]:
    """The differences as people read them, with a last line that counts them."""
    lines = [line for one in found for line in _lines(one)]
    counts = {
        change: sum(one.change == change for one in found)
        for change in ("added", "removed", "changed")
    }
    said = ", ".join(f"{n} {change}" for change, n in counts.items() if n)
    return [*lines, said or "没有差别 no differences"]


_SAID = {"added": "新增 added", "removed": "去除 removed", "changed": "改变 changed"}


def _lines(one: Difference) -> list[str]:
    name = f"{one.kind} {one.id}".rstrip()
    head = f"{_SAID[one.change]}  {name}"
    if one.change != "changed":
        title = [pair[0] or pair[1] for field in _TITLE if (pair := one.fields.get(field))]
        return [f"{head}  {' / '.join(title)}".rstrip()]
    return [head, *(f"  {n}: {_said(a)} → {_said(b)}" for n, (a, b) in one.fields.items())]


_TITLE = ("title.zh", "title.en")


def _said(value: Any) -> str:
    return "—" if value is None else shown(value)


def as_dicts(found: list[Difference]) -> list[dict[str, Any]]:
    """The differences as plain values."""
    return [
        {
            "kind": one.kind,
            "id": one.id,
            "change": one.change,
            "fields": {n: {"old": a, "new": b} for n, (a, b) in one.fields.items()},
        }
        for one in found
    ]
