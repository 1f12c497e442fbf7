"""The layers that files may become, each with how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

from rencity.city.readers.guessing.choosing import is_whole, table_of
from rencity.city.readers.guessing.drafts import Draft, Sure
from rencity.city.readers.guessing.filling import (
    set_id,
    set_level,
    set_place,
    set_plain,
    set_use,
    set_whole,
)
from rencity.city.readers.guessing.joining import JOINED, set_city_needs
from rencity.city.readers.guessing.kinds import set_kinds
from rencity.city.readers.peek import Peek

_PLACED = ("zones", "assets", "buildings")


@dataclass(frozen=True)
class GuessedLayer:
    """A layer that is proposed.

    Attributes
    ----------
    why, doubts : in Chinese and English, sentence by sentence
    text : TOML
    """

    path: str
    sheet: str
    table: str
    sure: Sure
    why_zh: tuple[str, ...]
    why_en: tuple[str, ...]
    doubts_zh: tuple[str, ...]
    doubts_en: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Guess:
    """A guessed mapping."""

    layers: tuple[GuessedLayer, ...]

    @property
    def text(self) -> str:
        """All layers that are more than a doubtful guess; all where none is."""
        better = [layer for layer in self.layers if layer.sure != "doubtful"]
        return "\n".join(layer.text for layer in better or self.layers)


def guessed(files: tuple[Peek, ...]) -> Guess | None:
    """A mapping of all tables that something can be made of; None where there is none."""
    drafts = [draft for file in files for draft in _begun(file)]
    for draft in sorted(drafts, key=lambda one: one.table not in _PLACED):
        if draft.whole and draft.table == "needs":
            set_city_needs(draft, files)
        elif draft.whole:
            set_whole(draft)
        elif draft.table in _PLACED:
            _fill(draft)
        else:
            JOINED[draft.table](draft, drafts)
    layers = [_told(draft, number) for number, draft in enumerate(drafts, 1)]
    return Guess(tuple(layers)) if layers else None


def _begun(file: Peek) -> list[Draft]:
    made = []
    for sheet in file.sheets:
        own = is_whole(file, sheet)
        table = own or table_of(file, sheet)
        if table:
            made.append(Draft(file, sheet, table, whole=bool(own)))
    return made


def _fill(draft: Draft) -> None:
    if draft.table == "zones" and not draft.shapes:
        draft.says["geometry"] = "none"
        draft.doubt("没有范围，只有名单和人口", "no areas, only names and people")
    else:
        set_place(draft)
    x, y = draft.named.find("columns", "x"), draft.named.find("columns", "y")
    set_id(draft, x, y)
    if draft.table == "zones":
        set_level(draft)
    elif draft.table == "buildings":
        set_use(draft)
    else:
        set_kinds(draft, link=_all_lines(draft))
    set_plain(draft)


def _all_lines(draft: Draft) -> bool:
    return bool(draft.shapes) and draft.shapes <= {"LineString", "MultiLineString"}


def _told(draft: Draft, number: int) -> GuessedLayer:
    if draft.sheet.rows > draft.sheet.looked_at:
        n = f"{draft.sheet.looked_at:,}"
        draft.because(f"只看了前 {n} 行", f"only the first {n} rows were looked at")
    return GuessedLayer(
        draft.file.path,
        draft.sheet.name,
        draft.table,
        draft.sure,
        tuple(zh for zh, _ in draft.why),
        tuple(en for _, en in draft.why),
        tuple(zh for zh, _ in draft.doubts),
        tuple(en for _, en in draft.doubts),
        draft.text(number),
    )
