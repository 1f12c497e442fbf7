"""Whether administrative divisions fit their levels and each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rencity.kit.findings import Finding
from rencity.kit.kind import Held


def check_divisions(held: Held) -> Iterable[Finding]:
    """Codes of the wrong length, codes twice, and divisions outside the one they belong to."""
    divisions, levels = held["divisions"], held["area_levels"]
    taken: dict[str, str] = {}
    for entry in divisions.values():
        yield from _wrong_length(entry, levels)
        yield from _misplaced(entry, divisions, levels)
        first = taken.setdefault(entry.value.code, entry.id)
        if first != entry.id:
            yield _finding(
                entry,
                "code-twice",
                f"{first} and {entry.id} both have the code {entry.value.code}",
                "correct one of them",
                "code",
            )


def _wrong_length(entry: Any, levels: Mapping[str, Any]) -> Iterator[Finding]:
    level = levels.get(entry.value.level)
    if level is None or level.value.code_digits is None:
        return
    digits = level.value.code_digits
    if len(entry.value.code) != digits:
        yield _finding(
            entry,
            "code-length",
            f"{entry.id}: the code {entry.value.code} has {len(entry.value.code)} digits, "
            f"those of {level.id} have {digits}",
            "correct the code or the level",
            "code",
        )


def _misplaced(
    entry: Any, divisions: Mapping[str, Any], levels: Mapping[str, Any]
) -> Iterator[Finding]:
    parent, level = divisions.get(entry.value.parent), levels.get(entry.value.level)
    if parent is None or level is None:
        return
    if level.value.parent != parent.value.level:
        yield _finding(
            entry,
            "wrong-level",
            f"{entry.id} ({level.id}) is part of {parent.id} ({parent.value.level}), but "
            f"{level.id} comes under {level.value.parent or 'nothing'}",
            "correct the level or the parent",
            "parent",
        )
    elif not entry.value.code.startswith(_stem(parent.value.code)):
        yield _finding(
            entry,
            "wrong-code",
            f"{entry.id}: the code {entry.value.code} is not one of {parent.id}, "
            f"{parent.value.code}",
            "correct the code or the parent",
            "code",
        )


def _stem(code: str) -> str:
    while code.endswith("00"):
        code = code[:-2]
    return code


def _finding(entry: Any, rule: str, what: str, mend: str, field: str) -> Finding:
    return Finding(rule, "error", what, mend, table=entry.place, field=field, ids=(entry.id,))
