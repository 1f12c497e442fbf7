"""References between entries: each names one that is there, and none goes round in a circle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel

from rencity.content.entry import Entry, Pack
from rencity.content.envelope import holds_in
from rencity.content.packs import Packs, overlay
from rencity.content.versions import days
from rencity.kit.findings import Finding
from rencity.kit.kind import Refers
from rencity.kit.suggest import did_you_mean


@dataclass(frozen=True)
class Reference:
    """An entry's field that names another: ``parent``, ``at.0``."""

    field: str
    kind: str
    id: str


def references_of(value: Any) -> Iterator[Reference]:
    """Every reference in an entry's value, as its model marks them with `Refers`."""
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            said = getattr(value, name)
            yield from _within(said, (field.annotation, *field.metadata), field.alias or name)


def _within(value: Any, said: Sequence[Any], at: str) -> Iterator[Reference]:
    """References in a value of which `said` are the type and what annotates it."""
    refers = next((part for part in said if isinstance(part, Refers)), None)
    if refers is not None and isinstance(value, str):
        if value:
            yield Reference(at, refers.kind, value)
    elif isinstance(value, BaseModel):
        yield from (_under(at, one) for one in references_of(value))
    elif isinstance(value, tuple):
        inner = _inner(said)
        for number, item in enumerate(value):
            yield from _within(item, inner, f"{at}.{number}")


def _inner(said: Sequence[Any]) -> list[Any]:
    """All that a type says of its parts, however deep: ``tuple[Annotated[str, Refers(…)], …]``."""
    found: list[Any] = []
    for part in said:
        inside = [*get_args(part), *getattr(part, "__metadata__", ())]
        found += [*inside, *_inner(inside)]
    return found


def _under(at: str, one: Reference) -> Reference:
    return Reference(f"{at}.{one.field}", one.kind, one.id)


def dangling(packs: Sequence[Pack]) -> Iterator[Finding]:
    """References to an entry that no pack holds where and when the entry that refers holds."""
    for pack in packs:
        for entry in pack:
            for one in references_of(entry.value):
                if fault := _fault(one, entry, pack, packs):
                    yield Finding(
                        "dangling-reference",
                        "error",
                        f"{entry.kind} {entry.id} names {one.kind} {one.id}, {fault}",
                        _mend(one, pack, packs),
                        table=entry.place,
                        field=one.field,
                        ids=(entry.id,),
                    )


def _fault(one: Reference, entry: Entry, pack: Pack, packs: Sequence[Pack]) -> str:
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


def _mend(one: Reference, pack: Pack, packs: Sequence[Pack]) -> str:
    known = {i for other in packs if _reaches(other, pack) for i in other.entries.get(one.kind, ())}
    return did_you_mean(one.id, known, what=f"entry of {one.kind}")


def _versions(pack: Pack, one: Reference) -> tuple[Entry, ...]:
    return pack.entries.get(one.kind, {}).get(one.id, ())


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
            entry_id: [r.id for r in references_of(e.value) if r.kind == kind and r.id in entries]
            for entry_id, e in entries.items()
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
