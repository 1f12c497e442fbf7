"""Lifeline and kind of assets, by the words of files and the values of a column."""

from __future__ import annotations

from functools import cache

from rencity.city.catalogue import base_catalogue
from rencity.city.readers.guessing.drafts import Draft
from rencity.city.readers.guessing.words import holds, words
from rencity.city.readers.peek import Column

MOST_KINDS = 30
"""Values of a column of kinds; more are names or numbers."""


def lifeline_of(draft: Draft) -> tuple[str, bool]:
    """The lifeline that file or values speak of, and whether it is the file's own name."""
    own = holds(f"{draft.file.path.rsplit('/', 1)[-1]} {draft.sheet.name}", "lifelines")
    if own:
        return own, True
    told = [text for column in draft.named.all for text in (column.name, *column.examples)]
    folders = draft.file.path.rpartition("/")[0]
    return holds(folders, "lifelines") or holds(" ".join(told), "lifelines"), False


def usual_kind(line: str, *, link: bool) -> str:
    """The kind that most assets of a lifeline are of."""
    return str(words()["lines" if link else "nodes"].get(line, ""))


def set_kinds(draft: Draft, *, link: bool) -> None:
    """Fill in lifeline and kind of an asset layer, or doubt them."""
    line, own = lifeline_of(draft)
    column = draft.named.find("columns", "type")
    known = _known(column, line, link=link, only=own) if column else {}
    if column and known:
        _by_values(draft, column, known, line)
        return
    if not line:
        draft.doubt("看不出是哪条生命线，先写成道路", "no word tells the lifeline; road is put", 2)
        line = "road"
    elif not own:
        draft.doubt(
            f"“{base_catalogue().lifelines[line].zh}”这条生命线是从内容猜的",
            f"the lifeline {line} is guessed from its values",
        )
    kind = usual_kind(line, link=link) or usual_kind(line, link=False)
    draft.doubt(f"类型一律写成{_zh(line, kind)}", f"every kind is put as {kind}")
    draft.line = line
    draft.columns |= {"lifeline": {"value": line}, "kind": {"value": kind}}


def _by_values(draft: Draft, column: Column, known: dict[str, str], line: str) -> None:
    lines = {kind.partition(".")[0] for kind in known.values()}
    kinds = {value: kind.partition(".")[2] for value, kind in known.items()}
    strange = [value for value in column.sample if value not in known]
    draft.line = lines.pop() if len(lines) == 1 else ""
    usual = usual_kind(draft.line or line, link=False)
    more = {"default": usual} if strange and draft.line else {}
    draft.columns["lifeline"] = (
        {"value": draft.line}
        if draft.line
        else {"column": column.name, "map": {v: k.partition(".")[0] for v, k in known.items()}}
    )
    draft.columns["kind"] = {"column": column.name, "map": kinds, **more}
    draft.because(f"类型取自“{column.name}”", f"kinds come from {column.name}")
    if strange:
        some = "、".join(strange[:3]), ", ".join(strange[:3])
        what = (
            (f"写成{_zh(draft.line, usual)}", f"put as {usual}") if more else ("不收", "left out")
        )
        draft.doubt(
            f"不认识的类型{what[0]}：{some[0]}", f"kinds not known are {what[1]}: {some[1]}"
        )


def _zh(line: str, kind: str) -> str:
    return f"“{base_catalogue().kinds[f'{line}.{kind}'].zh}”"


def _known(column: Column, line: str, *, link: bool, only: bool) -> dict[str, str]:
    """``lifeline.kind`` of those values that are one; nothing where fewer than a third are."""
    values = column.sample
    if not 0 < len(values) <= MOST_KINDS:
        return {}
    found = {value: _kind(value.strip().lower(), line, link=link, only=only) for value in values}
    known = {value: kind for value, kind in found.items() if kind}
    return known if 3 * len(known) >= len(values) else {}


def _kind(value: str, line: str, *, link: bool, only: bool) -> str:
    fitting = [
        (name, key)
        for key, names, is_link in _names()
        if is_link == link
        for name in names
        if name == value or (len(name) > 1 and name in value)
    ]
    ours = [each for each in fitting if each[1].startswith(f"{line}.")] if line else []
    chosen = ours if ours or only else fitting
    return max(chosen, key=lambda each: len(each[0]))[1] if chosen else ""


@cache
def _names() -> tuple[tuple[str, tuple[str, ...], bool], ...]:
    """Each kind with its names and whether it is a link."""
    return tuple(
        (
            key,
            (
                kind.zh.lower(),
                kind.en.lower(),
                key.partition(".")[2],
                *words()["kinds"].get(key, ()),
            ),
            kind.role == "link",
        )
        for key, kind in base_catalogue().kinds.items()
    )
