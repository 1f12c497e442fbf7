"""The journal: who did what, a record's history, its state at an instant, the proof."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from rencity.api.pages import After, Limit, Page, cursor, key_of
from rencity.api.routes.records import Filter
from rencity.api.services import Has
from rencity.house import RECORDS
from rencity.journal import reading
from rencity.journal.chain import Entry
from rencity.journal.roots import newest_root
from rencity.journal.verifying import verify
from rencity.kit.errors import AbsentError, RequestError

router = APIRouter(prefix="/api/v1/journal", tags=["journal"])


WITHHELD = {"withheld": True}
"""What stands for a personal field."""


class EntryOut(BaseModel):
    """One change of state. What is personal is not shown here."""

    stream: int
    seq: int
    at: datetime
    who: str
    verb: str
    kind: str
    subject: str
    version: int = Field(description="of the record after the change")
    why: str
    request: str = Field(description="id of the request that caused it")
    before: dict[str, Any]
    after: dict[str, Any]
    personal: str = Field(description="empty, kept or erased")
    digest: str


class StateOut(BaseModel):
    """A record as it stood at an instant."""

    kind: str
    subject: str
    at: datetime
    state: dict[str, Any] | None = Field(
        description="null: it was not there; a personal field stands as {withheld: true}"
    )


class RootOut(BaseModel):
    """A signed root, to keep elsewhere."""

    number: int
    at: datetime
    suite: str
    heads: dict[str, list[Any]]
    previous: str
    digest: str
    key: str
    public: str
    signature: str


class VerdictOut(BaseModel):
    """Whether the journal proves itself, and the records say what it tells."""

    sound: bool
    entries: int
    roots: int
    records: int
    erased: int
    after_root: int = Field(description="entries that no root covers yet")
    root: str = Field(description="digest of the newest root; empty where none is signed")
    findings: list[dict[str, Any]]
    more: int = Field(description="findings beyond those told")


@router.get("")
def list_entries(
    services: Has,
    kind: Filter = None,
    subject: Filter = None,
    who: Filter = None,
    verb: Filter = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[EntryOut]:
    """Entries, newest first."""
    asked = reading.Asked(kind, subject, who, verb, since, until)
    key = key_of(after)
    if key is not None and not key.isdigit():
        raise RequestError(
            "no place in this list", place="after", mend="send `next` of the page before, unchanged"
        )
    before = None if key is None else int(key)
    with services.store.reading() as connection:
        found = reading.page(connection, asked, before=before, limit=limit + 1)
    more = len(found) > limit
    items = [_out(entry) for _, entry in found[:limit]]
    return Page(items=items, next=cursor(str(found[limit - 1][0])) if more else None)


@router.get("/verdict")
def get_verdict(services: Has) -> VerdictOut:
    """Recompute the whole journal and hold every record against it.

    Without a root kept elsewhere this does not show a journal that was made anew as a whole: that
    is `rencity journal verify --root`.
    """
    with services.store.reading() as connection:
        found = verify(connection, RECORDS)
    return VerdictOut(
        sound=found.sound,
        entries=found.entries,
        roots=found.roots,
        records=found.records,
        erased=found.erased,
        after_root=found.after_root,
        root=found.root[1] if found.root else "",
        findings=[finding.to_dict() for finding in found.findings],
        more=found.more,
    )


@router.get("/root")
def get_root(services: Has) -> RootOut:
    """The newest signed root."""
    with services.store.reading() as connection:
        root = newest_root(connection)
    if root is None:
        raise AbsentError(
            "no root is signed yet", place="journal", mend="ask again when something has happened"
        )
    return RootOut.model_validate(root, from_attributes=True)


@router.get("/{kind}/{subject}")
def get_history(kind: str, subject: str, services: Has) -> list[EntryOut]:
    """Every entry of a record, oldest first; also of one that is removed."""
    with services.store.reading() as connection:
        entries = reading.history(connection, kind, subject)
    if not entries:
        raise _unknown(kind, subject)
    return [_out(entry) for entry in entries]


@router.get("/{kind}/{subject}/state")
def get_state(kind: str, subject: str, at: AwareDatetime, services: Has) -> StateOut:
    """A record as it stood at an instant."""
    with services.store.reading() as connection:
        entries = reading.history(connection, kind, subject)
    if not entries:
        raise _unknown(kind, subject)
    told = (replace(entry, personal=None) for entry in entries if entry.at <= at)
    state = reading.folded(told)
    if state is not None:
        state = {name: _shown(value) for name, value in state.items()}
    return StateOut(kind=kind, subject=subject, at=at, state=state)


def _shown(value: Any) -> Any:
    """What is personal is withheld here, whether it still stands or was erased."""
    return WITHHELD if value == reading.ERASED else value


def _unknown(kind: str, subject: str) -> AbsentError:
    return AbsentError(
        "the journal tells of no such record",
        place=f"{kind}/{subject}",
        mend="list the entries of its kind",
    )


def _out(entry: Entry) -> EntryOut:
    personal = "" if not entry.sealed else "kept" if entry.personal is not None else "erased"
    changed = json.loads(entry.changed)
    return EntryOut(
        stream=entry.stream,
        seq=entry.seq,
        at=entry.at,
        who=entry.who,
        verb=entry.verb,
        kind=entry.kind,
        subject=entry.subject,
        version=entry.version,
        why=entry.why,
        request=entry.request,
        before=changed["before"],
        after=changed["after"],
        personal=personal,
        digest=entry.digest,
    )
