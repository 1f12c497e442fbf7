"""One tree of errors.

    RencityError            what is wrong, where, how to mend it
    ├── InputError          a file that was handed in: its path, row and field
    ├── CityError           a city that cannot be used as it stands
    ├── PackError           content that breaks its schema or names what is not there
    ├── ScenarioError       a scenario that cannot be run on this city
    ├── RunError            a run folder that is missing, partial or of another version
    ├── StorageError        the disk or its permissions
    ├── RequestError        a request that cannot be understood as it stands
    ├── AbsentError         what was named is not there
    ├── ConflictError       what is asked does not fit what stands
    │   └── StaleError      it was changed since it was read
    ├── ForbiddenError      whoever asks may not
    ├── LimitError          more than a caller may have at once
    ├── UnreachableError    the database is gone or busy; the same may be tried again
    └── ProofError          a journal, a backup or a signature that does not prove itself

Every message names the thing, the place and the mend; the command line prints it and nothing else.
"""

from __future__ import annotations


class RencityError(Exception):
    """Something a user can mend.

    Parameters
    ----------
    what : the fault, with the value that caused it
    place : file, row, field or id where it stands
    mend : what to do about it

    Attributes
    ----------
    faults : place, fault and mend of each, where one error tells several
    """

    faults: tuple[tuple[str, str, str], ...] = ()

    def __init__(self, what: str, *, place: str = "", mend: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.place = place
        self.mend = mend

    def __str__(self) -> str:
        place = f"{self.place}: " if self.place else ""
        mend = f" | mend: {self.mend}" if self.mend else ""
        return f"{place}{self.what}{mend}"

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.what, self.place, self.mend))


def _rebuild(kind: type[RencityError], what: str, place: str, mend: str) -> RencityError:
    return kind(what, place=place, mend=mend)


class InputError(RencityError):
    """A file that was handed in is broken, truncated or not what it claims to be."""


class CityError(RencityError):
    """The city cannot be used as it stands."""


class PackError(RencityError):
    """Content breaks its schema or names what is not there."""


class ScenarioError(RencityError):
    """The scenario cannot be run on this city."""


class RunError(RencityError):
    """The run folder is missing, partial or of another version."""


class StorageError(RencityError):
    """The disk is full, read-only or out of reach."""


class RequestError(RencityError):
    """The request cannot be understood as it stands."""


class AbsentError(RencityError):
    """What was named is not there."""


class ConflictError(RencityError):
    """What is asked does not fit what stands."""


class StaleError(ConflictError):
    """The record was changed since it was read."""


class ForbiddenError(RencityError):
    """Whoever asks may not."""


class LimitError(RencityError):
    """More than a caller may have at once."""


class UnreachableError(RencityError):
    """The database is gone or busy; nothing was changed, and the same may be tried again."""


class ProofError(RencityError):
    """A journal, a backup or a signature does not prove itself."""
