"""References between entries: each names one that is there, and none goes round in a circle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, get_args

from pydantic import BaseModel

from rencity.content.entry import Entry, Pack
from rencity.content.envelope import holds_in
from rencity.content.packs import Packs, overlay
from rencity.content.versions import days
from rencity.kit.findings import Finding
from rencity.kit.kind import Refers
from rencity.kit.suggest import did_you_mean

Mark = TypeVar("Mark")


@dataclass(frozen=True)
class Marked(Generic[Mark]):
    """A text in an entry's value, where it stands (``parent``, ``at.0``) and how it is marked."""

    field: str
    mark: Mark
    text: str


def marked(value: Any, mark: type[Mark]) -> Iterator[Marked[Mark]]:
    """Every text in an entry's value that its model marks so; empty ones are left out."""
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            said = (field.annotation, *field.metadata)
            yield from _within(getattr(value, name), said, mark, field.alias or name)


def _within(value: Any, said: Sequence[Any], mark: type[Mark], at: str) -> Iterator[Marked[Mark]]:
    """Marked texts in a value of which `said` are the type and what annotates it."""
    if isinstance(value, str):
        found = next((part for part in (*said, *_inner(said)) if isinstance(part, mark)), None)
        if found is not None and value:
            yield Marked(at, found, value)
    elif isinstance(value, tuple):
        inner = _inner(said)
        for number, item in enumerate(value):
            yield from _within(item, inner, mark, f"{at}.{number}")
    else:
        yield from (Marked(f"{at}.{one.field}", one.mark, one.text) for one in marked(value, mark))


def _inner(said: Sequence[Any]) -> list[Any]:
    """All that a type says of its parts, however deep: ``tuple[Annotated[str, Refers(…)], …]``."""
    found: list[Any] = []
    for part in said:
        inside = get_args(part)
        found += [*inside, *_inner(inside)]
    return found


def dangling(packs: Sequence[Pack]) -> Iterator[Finding]:
    """References to an entry that no pack holds where and when the entry that refers holds."""
    for pack in packs:
        for entry in pack:
            for one in marked(entry.value, Refers):
                if fault := _fault(one, entry, pack, packs):
                    yield Finding(
                        "dangling-reference",
                        "error",
                        f"{entry.kind} {entry.id} names {one.mark.kind} {one.text}, {fault}",
                        _mend(one, pack, packs),
                        table=entry.place,
                        field=one.field,
                        ids=(entry.id,),
                    )


def _fault(one: Marked[Refers], entry: Entry, pack: Pack, packs: Sequence[Pack]) -> str:
    held = [(other, version) for other in packs for version in _versions(other, one)]
    here = [(other, version) for other, version in held if _reaches(other, pack)]
    if not held:
        return "which no pack holds"
    if not here:
        names = ", ".join(dict.fromkeys(other.manifest.id for other, _ in held))
        region = pack.manifest.region or "every place"
        return f"which only {names} holds, and not for {region}"
    if not any(version.in_force.meets(entry.in_force) for _, version in here):
        return f"which is not in force with it ({days(entry.in_force)})"
    return ""


def _mend(one: Marked[Refers], pack: Pack, packs: Sequence[Pack]) -> str:
    known = {
        i for other in packs if _reaches(other, pack) for i in other.entries.get(one.mark.kind, ())
    }
    return did_you_mean(one.text, known, what=f"entry of {one.mark.kind}")


def _versions(pack: Pack, one: Marked[Refers]) -> tuple[Entry, ...]:
    return pack.entries.get(one.mark.kind, {}).get(one.text, ())


def _reaches(pack: Pack, other: Pack) -> bool:
    """Whether a pack holds wherever another does."""
    return holds_in(pack.manifest.region, other.manifest.region)


def places(packs: Iterable[Pack]) -> Iterator[Packs]:
    """The packs as they lie in each region that one of them names."""
    packs = tuple(packs)
    for region in sorted({pack.manifest.region for pack in packs}):
        yield overlay(pack for pack in packs if holds_in(pack.manifest.region, region))


def circular(packs: Packs) -> Iterator[Finding]:
    """Entries of one kind that refer to each other in a circle."""
    for kind, entries in packs.entries.items():
        nexts = {
            entry_id: [
                one.text
                for one in marked(entry.value, Refers)
                if one.mark.kind == kind and one.text in entries
            ]
            for entry_id, entry in entries.items()
        }
        for ring in _rings(nexts):
            first = entries[ring[0]]
            yield Finding(
                "circular-reference",
                "error",
                f"{kind} refer to each other in a circle: {' → '.join((*ring, ring[0]))}",
                "take one of the references out",
                table=first.place,
                ids=tuple(ring),
            )


def _rings(nexts: dict[str, list[str]]) -> Iterator[list[str]]:
    done: set[str] = set()
    for start, firsts in nexts.items():
        way, branches = [start], [iter(firsts)]
        while branches and start not in done:
            step = next(branches[-1], None)
            if step is None:
                done.add(way.pop())
                branches.pop()
            elif step in way:
                yield way[way.index(step) :]
            elif step not in done:
                way.append(step)
                branches.append(iter(nexts[step]))
