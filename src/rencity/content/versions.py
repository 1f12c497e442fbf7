"""Versions of one entry inside a pack: in order, and never two on one day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import combinations, pairwise

from rencity.content.entry import Entry
from rencity.content.envelope import InForce
from rencity.kit.findings import Finding


def in_order(versions: Sequence[Entry]) -> tuple[Entry, ...]:
    """The versions by the day from which they hold, the newest last."""
    return tuple(sorted(versions, key=lambda entry: entry.in_force.since or date.min))


def faults(versions: Sequence[Entry]) -> Iterator[Finding]:
    """Days on which two versions hold (errors), days between two on which none does (notes).

    Parameters
    ----------
    versions : in order
    """
    pairs = combinations(versions, 2)
    clashes = [pair for pair in pairs if pair[0].in_force.meets(pair[1].in_force)]
    for first, second in clashes:
        yield Finding(
            "versions-overlap",
            "error",
            f"two versions of {second.id} are in force together: "
            f"{days(first.in_force)} and {days(second.in_force)}",
            "end one the day before the other begins",
            table=second.place,
            field="in_force",
            ids=(second.id,),
        )
    if not clashes:
        yield from _gaps(versions)


def _gaps(versions: Sequence[Entry]) -> Iterator[Finding]:
    for first, second in pairwise(versions):
        ends, begins = first.in_force.until, second.in_force.since
        if ends and begins and begins - ends > timedelta(days=1):
            yield Finding(
                "versions-gap",
                "note",
                f"no version of {second.id} is in force after {ends} and before {begins}",
                "move a date, if that is not meant",
                table=second.place,
                field="in_force",
                ids=(second.id,),
            )


def in_force(versions: Sequence[Entry], on: date | None) -> Entry | None:
    """The version in force on a day, the newest of all where no day is given; None: none is."""
    held = [entry for entry in versions if on is None or entry.in_force.holds(on)]
    return held[-1] if held else None


def days(held: InForce) -> str:
    """The days on which something holds, as people read them."""
    begins, ends = held.since, held.until
    if begins is None and ends is None:
        return "any day"
    return f"{begins or '…'} to {ends or '…'}"
