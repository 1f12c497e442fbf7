"""What the switches of a net join, open and leave as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rencity.city.readers.cells import Mask
from rencity.city.readers.pandapower.draft import Draft, ids
from rencity.city.readers.pandapower.rows import Floats, Ints, Rows

CLOSED = "closed, part of the branch it is in"
OPENS = "open, its branch is normally open"

Branch = tuple[Rows, tuple[Ints, ...]]
"""A table of branches, and the position of the bus at each of its sides."""


@dataclass(frozen=True)
class Opened:
    """Which sides of which branches are open.

    Attributes
    ----------
    rows : the switches
    sides : by table of branches, mask of shape (branches, sides)
    """

    rows: Rows
    sides: Mapping[str, Mask]


def switches(draft: Draft, branches: Mapping[str, Branch]) -> Opened:
    """Join buses by bus-bus switches; tell which branches the others open.

    Parameters
    ----------
    branches : by the word of column `et`, ``l`` for lines, ``t`` and ``t3`` for transformers
    """
    rows = Rows(draft.net, "switch")
    sides = {name: np.zeros((len(of[0]), len(of[1])), dtype=bool) for name, of in branches.items()}
    if len(rows):
        closed, at, element = (
            rows.true("closed"),
            rows.at("bus", draft.buses),
            rows.numbers("element"),
        )
        kind = rows.text("et")
        rows.work.refuse(~np.isin(kind, ["b", *branches]), "et is none of b, l, t, t3", kind)
        for name, (of, ends) in branches.items():
            _at_branch(rows, kind == name, (closed, at, element), of, ends, sides[name])
        _between_buses(draft, rows, kind == "b", (closed, at, element))
    return Opened(rows, sides)


def _between_buses(draft: Draft, rows: Rows, mine: Mask, said: tuple[Mask, Ints, Floats]) -> None:
    closed, at, element = said
    other = draft.buses.rows.positions(element)
    there = (other >= 0) & draft.buses.stands[other]
    rows.work.refuse(mine & ~there, "element names no bus in service")
    rows.work.refuse(mine & (other == at), "joins a bus to itself")
    draft.link(rows, ids(rows), draft.buses.ids(at), draft.buses.ids(other), normally_open=~closed)


def _at_branch(
    rows: Rows, mine: Mask, said: tuple[Mask, Ints, Floats], of: Rows, ends: tuple[Ints, ...],
    sides: Mask,
) -> None:  # fmt: skip
    closed, at, element = said
    named = of.positions(element)
    there = (named >= 0) & of.stands[named] if len(of) else np.zeros(len(rows), dtype=bool)
    rows.work.refuse(mine & ~there, f"element names no {of.name} in service")
    found = np.zeros((len(rows), len(ends)), dtype=bool)
    for side, end in enumerate(ends):
        found[there, side] = end[named[there]] == at[there]
    rows.work.refuse(mine & ~found.any(axis=1), f"its bus is no end of the {of.name} it names")
    opens = mine & rows.stands & ~closed
    for side in range(len(ends)):
        sides[named[opens & found[:, side]], side] = True
    rows.work.merge(opens, OPENS)
    rows.work.merge(mine & closed, CLOSED)
