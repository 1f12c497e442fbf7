"""A kind of content, as the room that owns it declares it.

A room with content has a module ``kinds.py`` that holds ``KINDS``, name of the file in a pack to
`Kind`. Nothing is called: `rencity.content` finds the modules and reads the mappings, so rooms
below it declare their kinds as rooms above it do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rencity.kit.findings import Finding

Held = Mapping[str, Mapping[str, Any]]
"""Kind -> id -> entry (its `value` is the kind's model, its `place` is ``file:line``)."""


def _nothing_more(_: Held) -> Iterable[Finding]:
    return ()


@dataclass(frozen=True)
class Kind:
    """What ``NAME.yaml`` in a pack holds.

    Attributes
    ----------
    model : pydantic type of one entry; each field says its Chinese name (`title`) and its meaning
        (`description`)
    zh, en : what the kind is called
    says_zh, says_en : what an entry is for, in one sentence
    check : what must hold between entries in force in one place beside what references say
    """

    model: Any
    zh: str
    en: str
    says_zh: str
    says_en: str
    check: Callable[[Held], Iterable[Finding]] = _nothing_more


@dataclass(frozen=True)
class Refers:
    """Marks a text field as the id of an entry of another kind, or of its own.

    ``parent: Annotated[str, Refers("area_levels")] = ""``; empty text refers to nothing. An id that
    no pack holds there, and entries of a kind that refer to each other in a circle, are findings.
    """

    kind: str


@dataclass(frozen=True)
class Catalogued:
    """Marks a text field as a name of the city's catalogue: a lifeline, or a ``lifeline.kind``."""

    among: Literal["kinds", "lifelines"]
