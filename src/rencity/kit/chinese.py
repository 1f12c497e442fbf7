"""What Rencity says in English, said in Chinese.

Sentences are written in English where they arise, often with values in them, and travel as plain
text: in errors, findings, ledgers, logs, over processes and from folders that were written long
ago. Each room keeps a catalogue `zh.toml` of its sentences, with ``{}`` for each value, and the
same in Chinese: what its code says (`said`), what its docstrings say of parameters (`described`),
and what libraries say through it (`foreign`). A sentence is recognised by the words around its
values; a value that is itself a known phrase, or a list of them, is said in Chinese too, and
anything else stays as it is.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from types import MappingProxyType

HOLE = "{}"
LONGEST = 2_000
"""Characters; anything longer is a listing, and is left as it is."""

_MOST_PARTS = 60
_DEEPEST = 4
_ENDS = 3
_FEW = 12
_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`""", re.DOTALL)
"""A name, or a text of somebody."""
_HAN = re.compile("[一-鿿]")
_NAME = re.compile(r"[^a-z]")
"""What a number, an id or a name of a file has, and a plain word has not."""
_STRONG = {"\n": "\n", "; ": "；", " · ": " · "}
_WEAK = {", ": "、", " and ": "和", " or ": "或", ": ": "："}
"""What parts of a listing stand between, from the strongest, and what stands there in Chinese."""


@dataclass(frozen=True)
class _Sentence:
    """One with values: the words between them, those of its own first where several would do."""

    rank: int
    words: tuple[str, ...]
    chinese: str

    @property
    def few(self) -> bool:
        """Whether its own words are too few to know it by."""
        return sum(map(len, self.words)) < _FEW

    def values(self, text: str) -> list[str] | None:
        """What stands between its words, each as short as can be; None where they differ."""
        first, *middle, last = self.words
        at, end = len(first), len(text) - len(last)
        if at > end or not text.startswith(first) or not text.endswith(last):
            return None
        found = []
        for part in middle:
            to = text.find(part, at, end)
            if to < 0:
                return None
            found.append(text[at:to])
            at = to + len(part)
        return [*found, text[at:end]]

    def filled(self, values: Sequence[str], known: Sequence[bool]) -> str:
        """The Chinese with its values; no blank stands between it and a value in Chinese."""
        made, close = "", False
        for number, (literal, name, _, _) in enumerate(string.Formatter().parse(self.chinese)):
            blank = close and literal.startswith(" ") and _HAN.match(literal[1:2])
            made += literal[1:] if blank else literal
            if name is None:
                continue
            at = int(name) if name else number
            close = known[at] and bool(_HAN.match(values[at][-1:]))
            if known[at] and _HAN.match(values[at]) and made.endswith(" "):
                made = made[:-1] if _HAN.match(made[-2:-1]) else made
            made += values[at]
        return made


@cache
def catalogue() -> Mapping[str, str]:
    """Every sentence with ``{}`` for its values, and its Chinese, of all rooms."""
    said: dict[str, str] = {}
    for room in sorted(resources.files("rencity").iterdir(), key=lambda each: each.name):
        file = room.joinpath("zh.toml")
        if room.is_dir() and file.is_file():
            for part in tomllib.loads(file.read_text(encoding="utf-8")).values():
                said |= part
    return MappingProxyType(said)


def chinese(text: str) -> str:
    """The text in Chinese as far as it is known; as it is where it is not."""
    if not text or len(text) > LONGEST:
        return text
    return _said(text, 0) or text


@lru_cache(maxsize=4_000)
def _said(text: str, depth: int) -> str | None:
    """In Chinese; None where no word of it is known."""
    whole = catalogue().get(text)
    if whole is not None:
        return whole
    if depth > _DEEPEST or _QUOTED.fullmatch(text):
        return None
    return (
        _listed(text, depth, _STRONG, all)
        or _filled(text, depth, few=False)
        or _headed(text, depth)
        or _filled(text, depth, few=True)
        or _listed(text, depth, _STRONG | _WEAK, any)
    )


def _filled(text: str, depth: int, *, few: bool) -> str | None:
    for one in _like(text):
        values = one.values(text) if one.few is few else None
        if values is None:
            continue
        known = [_said(value, depth + 1) for value in values]
        pairs = list(zip(known, values, strict=True))
        if few and any(zh is None and value.count(" ") > 1 for zh, value in pairs):
            continue  # "no {}" is not what a longer unknown sentence says
        return one.filled([zh or value for zh, value in pairs], [zh is not None for zh in known])
    return None


def _headed(text: str, depth: int) -> str | None:
    """A number and what it counts, or a name and what is said of it."""
    head, _, rest = text.partition(" ")
    zh = _said(rest, depth + 1) if _NAME.search(head) else None
    return f"{head} {zh}" if zh else None


def _listed(
    text: str,
    depth: int,
    joints: Mapping[str, str],
    enough: Callable[[Sequence[str | None]], bool],
) -> str | None:
    for joint, ours in joints.items():
        parts = text.split(joint)
        if 1 < len(parts) <= _MOST_PARTS:
            known = [_said(part, depth + 1) for part in parts]
            if enough(known):
                pairs = zip(known, parts, strict=True)
                return ours.join(each or part for each, part in pairs)
    return None


def _like(text: str) -> list[_Sentence]:
    """Those that begin or end as the text does, the one with the most words first."""
    shelves = _shelves()
    keys = ((text[:_ENDS], ""), ("", text[-_ENDS:]), ("", ""))
    return sorted((one for key in keys for one in shelves.get(key, ())), key=lambda one: one.rank)


@cache
def _shelves() -> Mapping[tuple[str, str], tuple[_Sentence, ...]]:
    """Sentences with values by how they begin, else by how they end."""
    open_ = [(tuple(text.split(HOLE)), zh) for text, zh in catalogue().items() if HOLE in text]
    open_.sort(key=lambda each: (-sum(map(len, each[0])), each[0]))
    shelves: dict[tuple[str, str], list[_Sentence]] = {}
    for rank, (words, zh) in enumerate(open_):
        first, last = words[0], words[-1]
        key = ("", "")
        if len(first) >= _ENDS:
            key = (first[:_ENDS], "")
        elif len(last) >= _ENDS:
            key = ("", last[-_ENDS:])
        shelves.setdefault(key, []).append(_Sentence(rank, words, zh))
    return MappingProxyType({key: tuple(each) for key, each in shelves.items()})


def said_in(value: object) -> dict[str, str]:
    """Each sentence in plain values, keys of tables included, to the same in Chinese."""
    if isinstance(value, str):
        zh = chinese(value) if " " in value else value
        return {value: zh} if zh != value else {}
    found: dict[str, str] = {}
    if isinstance(value, Mapping):
        value = [*value, *value.values()]
    if isinstance(value, Sequence):
        for each in value:
            found |= said_in(each)
    return found


def values_shown(chinese_text: str) -> list[int]:
    """Which values a Chinese sentence shows, by their order in the English one.

    Raises
    ------
    ValueError : it mixes values with and without a number, or a brace stands alone
    """
    names = [name for _, name, _, _ in string.Formatter().parse(chinese_text) if name is not None]
    if any(names) and not all(names):
        raise ValueError(f"{chinese_text}: number every value or none")
    return [int(name) if name else number for number, name in enumerate(names)]
