"""Which layer's ids the values of a column name, by how many of them are there."""

from __future__ import annotations

from collections.abc import Iterable

from rencity.city.readers.guessing.drafts import Draft, hole
from rencity.city.readers.peek import Column

LEAST, WELL = 0.5, 0.9
"""Share of values that must be found, and that leaves no doubt."""


def set_reference(
    draft: Draft,
    attribute: str,
    column: Column,
    table: str,
    drafts: Iterable[Draft],
    line: str = "",
) -> str:
    """Name the ids of the layer that holds them as that layer makes them; its lifeline."""
    share, target = _best(draft, column, table, drafts, line)
    if target is None:
        draft.columns[attribute] = hole(column.name)
        if not draft.whole:
            draft.doubt(
                f"“{column.name}”在这些文件里找不到对应的编号，当作城市里的编号",
                f"no file holds the ids of {column.name}; they are taken for ids of the city",
            )
        return ""
    draft.columns[attribute] = f"{target.prefix}{hole(column.name)}"
    said = f"{share:.0%}"
    draft.because(
        f"“{column.name}”有 {said} 在 {target.file.path} 里",
        f"{said} of {column.name} are in {target.file.path}",
    )
    if share < WELL:
        draft.doubt(f"“{column.name}”只有 {said} 对得上", f"only {said} of {column.name} are found")
    if target.weight > 1:
        draft.doubt(
            f"要靠存疑的 {target.file.path}", f"it rests on {target.file.path}, a doubtful one", 2
        )
    return target.line


def _best(
    draft: Draft, column: Column, table: str, drafts: Iterable[Draft], line: str
) -> tuple[float, Draft | None]:
    ranked = [
        (_share(column, each.key), _near(draft, each, line), each)
        for each in drafts
        if each.table == table and each.key is not None and each is not draft
    ]
    best = max(ranked, key=lambda one: one[:2], default=(0.0, 0, None))
    return (best[0], best[2]) if best[0] >= LEAST else (0.0, None)


def _share(column: Column, key: Column) -> float:
    """Of the values of a column that are keys."""
    return sum(value in key.keys for value in column.sample) / max(len(column.sample), 1)


def _near(draft: Draft, other: Draft, line: str) -> int:
    same_line = bool(line) and other.line == line
    return 2 * same_line + (
        draft.file.path.rpartition("/")[0] == other.file.path.rpartition("/")[0]
    )
