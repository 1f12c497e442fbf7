"""What a check found: one line a fault, all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]

SHOWN_IDS = 5


@dataclass(frozen=True)
class Finding:
    """One fault, the things that have it, and the mend.

    Attributes
    ----------
    rule : short stable name of the rule, e.g. ``dangling-id``
    severity : ``error`` stops a run; ``warning`` and ``note`` do not
    table, field : where it stands; empty when it concerns the whole city
    ids : every id concerned (printing shows a few)
    what : the fault in one sentence, with values
    mend : what to do about it
    """

    rule: str
    severity: Severity
    what: str
    mend: str
    table: str = ""
    field: str = ""
    ids: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = ".".join(part for part in (self.table, self.field) if part)
        shown = ", ".join(self.ids[:SHOWN_IDS])
        more = len(self.ids) - SHOWN_IDS
        ids = f" [{shown}{f' and {more} more' if more > 0 else ''}]" if shown else ""
        return f"{self.severity} {self.rule} {place}: {self.what}{ids} | mend: {self.mend}"

    def to_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        return asdict(self) | {"ids": list(self.ids)}


def has_errors(findings: Sequence[Finding]) -> bool:
    """Whether any finding stops a run."""
    return any(finding.severity == "error" for finding in findings)
