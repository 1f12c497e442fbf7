"""`why.json` of a run folder, as the report reads it. Keys it does not know are left alone."""

from __future__ import annotations

from typing import Literal

from rencity.report.about import Entry, Number, Share, Words


class AssetOfWhy(Entry):
    """An asset by name and kind."""

    id: str
    name: str = ""
    lifeline: str = ""
    kind: str = ""
    kind_zh: str = ""
    kind_en: str = ""


class Target(Entry):
    """What was asked about: an asset, or a zone and one lifeline there."""

    kind: Literal["asset", "zone"]
    id: str
    name: str = ""
    lifeline: str = ""


class FacilityOfWhy(Entry):
    """A hospital, fire station, shelter or store that goes down; None: holds, or never back."""

    asset: AssetOfWhy
    out_h: Number = None
    back_h: Number = None


class AloneOfWhy(Entry):
    """What goes down with an asset that fails alone."""

    asset: AssetOfWhy
    runs: bool
    people: dict[str, int]
    lost: dict[str, int]
    zones_hit: int
    facilities: tuple[FacilityOfWhy, ...] = ()
    facilities_hit: int = 0


class CauseOfWhy(Entry):
    """An asset whose own damage stands behind the outage, see `rencity.sim.why.causes.Cause`."""

    asset: AssetOfWhy
    share: Share
    time_share: Share
    avoided_h: Number = None
    avoided_share: Number = None
    alone: Share = None


class LinkOfWhy(Entry):
    """One step of the chain from a target back to damage."""

    asset: AssetOfWhy
    why: str
    by: AssetOfWhy | None = None
    out_h: float
    back_h: Number = None
    hazard: str = ""
    backup_h: float = 0.0


class Moment(Entry):
    """The chain at one hour."""

    at_h: float
    links: tuple[LinkOfWhy, ...]


class Example(Entry):
    """One sample told step by step."""

    sample: int
    moments: tuple[Moment, ...]


class CausesOfWhy(Entry):
    """Why a target was out in the kept samples; `unit` is ``h``, ``person h`` or ``asset h``."""

    samples: int
    out_samples: int
    unit: str
    out_h: float
    time_h: float
    causes: tuple[CauseOfWhy, ...]
    found: int
    example: Example | None = None


class Answer(Entry):
    """What `rencity why` says of one target."""

    target: Target
    text: Words
    consequences: AloneOfWhy | None = None
    causes: CausesOfWhy | None = None


class Explained(Entry):
    """`why.json`."""

    format: Literal[1]
    samples: int
    answers: tuple[Answer, ...] = ()
