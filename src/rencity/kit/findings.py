"""What a check found: one line a fault, all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from rencity.kit.plain import plain

Severity = Literal["error", "warning", "note"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
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


def as_text(findings: Sequence[Finding]) -> str:
    """All findings as lines, errors first, grouped by rule, with a last line that counts them."""
    blocks: list[str] = []
    for severity in SEVERITIES:
        rules = dict.fromkeys(f.rule for f in findings if f.severity == severity)
        for rule in rules:
            same = [f for f in findings if (f.rule, f.severity) == (rule, severity)]
            blocks.append(f"{severity} {rule} ({len(same)})")
            blocks += [line for finding in same for line in _lines(finding)]
    return "\n".join([*blocks, count_text(findings)])


def count_text(findings: Sequence[Finding]) -> str:
    """How many of each severity, e.g. ``2 errors, 1 warning``; ``no findings`` when clean."""
    counts = [(sum(f.severity == name for f in findings), name) for name in SEVERITIES]
    said = [f"{n} {name}{'s' if n > 1 else ''}" for n, name in counts if n]
    return ", ".join(said) or "no findings"


def as_json(findings: Sequence[Finding]) -> dict[str, object]:
    """Plain values for JSON: the findings and how many of each severity."""
    counts = {f"{name}s": sum(f.severity == name for f in findings) for name in SEVERITIES}
    return {**counts, "findings": [finding.to_dict() for finding in findings]}


def _lines(finding: Finding) -> list[str]:
    place = " ".join(part for part in (finding.table, finding.field) if part)
    shown = ", ".join(finding.ids[:SHOWN_IDS])
    more = len(finding.ids) - SHOWN_IDS
    lines = [f"  {place}: {finding.what}" if place else f"  {finding.what}"]
    if shown:
        lines.append(f"    ids: {shown}{f' and {more} more' if more > 0 else ''}")
    return [plain(line) for line in (*lines, f"    mend: {finding.mend}")]
