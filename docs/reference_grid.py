"""Tables of the pages that are made from the code."""

from __future__ import annotations

from collections.abc import Iterable


def code(words: Iterable[object], between: str = ", ") -> str:
    """Words as code."""
    return between.join(f"`{word}`" for word in words)


def grid(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Rows under their heads."""
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"
