"""What an object holds, as text and as HTML for notebooks; both made from one table."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import pandas as pd


def text_of(head: str, table: pd.DataFrame, notes: Sequence[str] = ()) -> str:
    """Head, table and notes as lines."""
    body = [table.to_string(index=False)] if len(table) else []
    return "\n".join([head, *body, *notes])


def html_of(head: str, table: pd.DataFrame, notes: Sequence[str] = ()) -> str:
    """Head, table and notes as HTML; whatever stands in them is shown as text."""
    body = table.to_html(index=False, border=0, justify="left") if len(table) else ""
    said = "".join(f"<div>{escape(note)}</div>" for note in notes)
    return f"<div><strong>{escape(head)}</strong>{body}{said}</div>"
