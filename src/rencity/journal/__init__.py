"""What was done, provably: every change of state is an entry, chained and signed."""

from rencity.journal.records import Records

__all__ = ["Records"]
