"""What the compiled schedule reads and writes: arrays of teams, rows and jobs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Ids = npt.NDArray[np.int32]

OPEN = -1
"""Entry of a job that no crew has been sent to."""

CREW_BITS = 16
"""A crew in a heap is the minute it is free, shifted by these, and its number."""

JOBS, DONE, TRAVELLED, WORKED, WAITED, FIRST, LAST, TALLIES = range(8)
"""Columns of a tally, a row for each entry of the crews file.

Jobs begun; those done by the horizon; crew-minutes on the road and at work before the horizon;
minutes from when a job stands open until a crew leaves for it; first departure; last finish by the
horizon.
"""


class Teams(NamedTuple):
    """Entries of the crews file, sorted by skill; e entries, p parts.

    Attributes
    ----------
    ptr : int64 (skills + 1,), entries of each skill
    base : int64 (e,), row of the travel table
    crews, arrives, begin, length : int64 (e,), how many; minute they are there; shift
    stock : int64 (e, p), −1 where it never runs short
    resupply : int64 (e,), minutes from one delivery to the next, 0: none comes
    """

    ptr: Ints
    base: Ints
    crews: Ints
    arrives: Ints
    begin: Ints
    length: Ints
    stock: npt.NDArray[np.int64]
    resupply: Ints


class Tasks(NamedTuple):
    """What mending each row of the network takes; n rows, nodes first.

    Attributes
    ----------
    skill : int16 (n,), −1 where no crew mends
    crews : int16 (n,), needed at once
    part : int16 (n,), −1 for none
    site : int32 (n, 2), columns of the travel table from which it is reached; −1 for none
    access : int32 (n,), ticks from there to it
    usual : int32 (n,), minutes from the nearest base of the skill on undamaged roads
    people : int64 (n,), who hang on it
    tier : int32 (n,), lower goes first whatever hangs on it
    by_loss : whether people by crew-hour decide inside a tier, else only the id
    order : int32, rows that crews mend, by id
    """

    skill: npt.NDArray[np.int16]
    crews: npt.NDArray[np.int16]
    part: npt.NDArray[np.int16]
    site: Ids
    access: Ids
    usual: Ids
    people: Ints
    tier: Ids
    by_loss: bool
    order: Ids


class Jobs(NamedTuple):
    """Jobs of one lane in the order of their priority, by skill.

    Attributes
    ----------
    ptr : int64 (skills + 1,), jobs of each skill
    row, ready, work : int32 (j,), ready: minute from which it can be mended
    entry : int32 (j,), entry whose crews go; `OPEN` for none
    crew, leave, arrive, finish : int32 (j,), lowest number of the crews that go, and when
    """

    ptr: Ints
    row: Ids
    ready: Ids
    work: Ids
    entry: Ids
    crew: Ids
    leave: Ids
    arrive: Ids
    finish: Ids
