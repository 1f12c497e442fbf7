"""Versions of a city: what became of its ids, how the next is made, and what differs."""

from rencity.city.versions.changes import Changes, read_changes
from rencity.city.versions.diff import Diff, diff
from rencity.city.versions.lineage import heirs
from rencity.city.versions.revising import Revision, retiring, revise
from rencity.city.versions.succession import adopted, read_lineage, successor

__all__ = [
    "Changes",
    "Diff",
    "Revision",
    "adopted",
    "diff",
    "heirs",
    "read_changes",
    "read_lineage",
    "retiring",
    "revise",
    "successor",
]
