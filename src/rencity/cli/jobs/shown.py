"""Jobs as text."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from rencity.kit.plain import plain


def show_table(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print a row for each job."""
    from rich.console import Console
    from rich.table import Table

    table = Table("编号 Id", "状态 State", "种类 Kind", "标题 Title", "请求 Asked (UTC)", "次 #")
    for row in rows:
        asked = f"{row['asked_at']:%Y-%m-%d %H:%M:%S}"
        words = (row["id"], row["state"], row["kind"], row["title"], asked, str(row["attempt"]))
        table.add_row(*(plain(word) for word in words))
    width = None if sys.stdout.isatty() else 160
    Console(highlight=False, width=width, markup=False).print(table)


def said(row: Mapping[str, Any]) -> str:
    """A job and what became of it, a line for each thing."""
    lines = [f"{name}: {row[name]}" for name in ("id", "kind", "title", "state", "attempt")]
    at = row.get("progress")
    if at and row["state"] == "running":
        lines.append(f"stage: {at['stage']} {at['share']:.0%}, {at['kept']} finished parts kept")
    if at and row["state"] == "queued":
        lines.append(f"ahead: {at['ahead']}")
    if row["fault"]:
        lines.append("fault: {place}: {what} | mend: {mend}".format(**row["fault"]))
    for name, value in (row["outcome"] or {}).items():
        lines.append(f"{name}: {value if isinstance(value, str | int) else as_text(value)}")
    return "\n".join(plain(line) for line in lines)


def as_text(value: Any) -> str:
    """JSON, instants as text."""
    return json.dumps(value, ensure_ascii=False, default=str)
