"""Who lies over whom: every version of an entry, which one wins, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from rencity.content.entry import Entry, Pack
from rencity.content.envelope import Text, rank
from rencity.content.versions import days, in_force


@dataclass(frozen=True)
class Standing:
    """One version of an entry in one pack, whether it wins, and why or why not."""

    entry: Entry
    pack: Pack
    wins: bool
    why: Text


def as_they_lie(packs: Iterable[Pack]) -> tuple[Pack, ...]:
    """Packs in the order they lie: everywhere, nations, regions; within a rank as they came."""
    return tuple(sorted(packs, key=lambda pack: rank(pack.manifest.region)))


def history(
    known: Sequence[Pack], placed: Sequence[Pack], kind: str, entry_id: str, on: date | None
) -> list[Standing]:
    """Every version of an entry in the known packs, in the order they lie.

    Parameters
    ----------
    known : all packs, as they lie
    placed : those that hold in the place
    on : day; None: whatever the dates
    """
    laid = [(pack, _laid(pack, kind, entry_id, on)) for pack in placed]
    over = [(pack, entry) for pack, entry in laid if entry is not None]
    top = over[-1] if over else None
    return [
        Standing(
            entry, pack, top is not None and entry is top[1], _why(entry, pack, placed, on, top)
        )
        for pack in known
        for entry in pack.entries.get(kind, {}).get(entry_id, ())
    ]


def _laid(pack: Pack, kind: str, entry_id: str, on: date | None) -> Entry | None:
    if on is not None and not pack.manifest.in_force.holds(on):
        return None
    return in_force(pack.entries.get(kind, {}).get(entry_id, ()), on)


def _why(
    entry: Entry,
    pack: Pack,
    placed: Sequence[Pack],
    on: date | None,
    top: tuple[Pack, Entry] | None,
) -> Text:
    says = pack.manifest
    if not any(pack is other for other in placed):
        return Text(zh=f"只适用于 {says.region}", en=f"holds in {says.region} only")
    if on is not None and not says.in_force.holds(on):
        held = days(says.in_force)
        return Text(zh=f"内容包在 {on} 不在有效期内", en=f"its pack holds {held}, not on {on}")
    if on is not None and not entry.in_force.holds(on):
        held = days(entry.in_force)
        return Text(zh=f"在 {on} 不在有效期内", en=f"holds {held}, not on {on}")
    if top is None or entry is top[1]:
        return _won(placed, pack, entry, on)
    return _lost(pack, *top)


def _won(placed: Sequence[Pack], pack: Pack, entry: Entry, on: date | None) -> Text:
    below = [
        other.manifest.id
        for other in placed
        if other is not pack and _laid(other, entry.kind, entry.id, on) is not None
    ]
    if not below:
        return Text(zh="唯一有效", en="the only one in force")
    names = ", ".join(below)
    return Text(zh=f"盖在 {names} 之上", en=f"lies over {names}")


def _lost(pack: Pack, over: Pack, winner: Entry) -> Text:
    name = over.manifest.id
    if over is pack:
        since = winner.in_force.since
        return Text(
            zh=f"同一包中 {since} 起有新版本", en=f"a version of its pack from {since} is newer"
        )
    if rank(over.manifest.region) > rank(pack.manifest.region):
        region = over.manifest.region
        return Text(
            zh=f"{name} 适用范围更窄（{region}），盖在其上",
            en=f"lies under {name}, whose region {region} is narrower",
        )
    return Text(zh=f"{name} 在后，盖在其上", en=f"lies under {name}, which comes later")
