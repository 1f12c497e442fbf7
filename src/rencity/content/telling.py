"""Entries and who lies over whom, as people read them and as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rencity.content.entry import Entry, Pack
from rencity.content.history import Standing
from rencity.content.versions import days


def flat(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """A nested value as pairs of dotted field and plain value; what is empty is left out."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from flat(part, f"{at}.{name}" if at else str(name))
    elif isinstance(value, list) and any(isinstance(part, dict | list) for part in value):
        for number, part in enumerate(value):
            yield from flat(part, f"{at}.{number}")
    elif value not in (None, "", []):
        yield at, value


def fields_of(entry: Entry) -> dict[str, Any]:
    """Every field of an entry that says something, by its dotted name as in the file."""
    said = entry.plain()
    value = said.pop("value")
    since, until = said["in_force"].values()
    said["in_force"] = {"from": since, "to": until}
    return dict(flat(said | value))


def shown(value: Any) -> str:
    """A plain value on one line."""
    if isinstance(value, list):
        return ", ".join(map(shown, value))
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def standing_as_dict(one: Standing) -> dict[str, Any]:
    """A version of an entry, where it stands, and whether it wins."""
    says, entry = one.pack.manifest, one.entry
    return {
        "kind": entry.kind,
        "id": entry.id,
        "pack": says.id,
        "version": says.version,
        "region": says.region,
        "wins": one.wins,
        "why": one.why.model_dump(),
        "place": entry.place,
        **entry.plain(),
    }


def entry_lines(entry: Entry) -> list[str]:
    """An entry field by field."""
    fields = fields_of(entry)
    wide = max(map(len, fields))
    return [
        f"{entry.kind} {entry.id}",
        *(f"  {name:<{wide}}  {shown(value)}" for name, value in fields.items()),
        f"  {'place':<{wide}}  {entry.place}",
    ]


def standing_lines(rows: Sequence[Standing]) -> list[str]:
    """Every version of an entry, lowest first: the one that wins is marked."""
    return ["版本（下层在前） versions, lowest first:", *map(_standing, rows)]


def _standing(one: Standing) -> str:
    says = one.pack.manifest
    mark = "*" if one.wins else "-"
    region = says.region or "any region"
    return (
        f"  {mark} {says.id} {says.version} ({region}), {days(one.entry.in_force)}: "
        f"{one.why.zh} {one.why.en}; {one.entry.place}"
    )


def title_lines(rows: Iterable[tuple[Entry, Standing | None]]) -> list[str]:
    """Entries a line each, by kind; of one that does not win, why."""
    lines, kind = [], ""
    for entry, lost in rows:
        if entry.kind != kind:
            kind = entry.kind
            lines.append(kind)
        why = f"  [{lost.why.zh} {lost.why.en}]" if lost is not None else ""
        lines.append(f"  {entry.id}  {entry.title.zh} / {entry.title.en}  {entry.place}{why}")
    return lines


def pack_lines(pack: Pack) -> list[str]:
    """What a pack says of itself."""
    says = pack.manifest
    return [
        f"{says.id} {says.version}  {says.title.zh} / {says.title.en}",
        f"  {says.description.zh}",
        f"  {says.description.en}",
        f"  region {says.region or 'any'}; {days(says.in_force)}; {says.licence}; {pack.folder}",
    ]
