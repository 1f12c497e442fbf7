"""How every write goes: one key, one transaction, one answer that can be given again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel

from rencity.api.errors import PreconditionError
from rencity.api.services import Has, Services
from rencity.db import once
from rencity.db.once import Answer
from rencity.db.store import Transaction
from rencity.kit.canonical import canonical
from rencity.kit.errors import RequestError

Effect = Callable[[Transaction], "Said"]


@dataclass(frozen=True)
class Said:
    """What a use case answers.

    Attributes
    ----------
    body : None where there is nothing to say
    version : of the record it is about; becomes its ETag
    location : of what was made
    """

    body: BaseModel | None
    status: int = 200
    version: int | None = None
    location: str = ""


class Writing:
    """A write that was asked for.

    Attributes
    ----------
    version : version of the record that the caller has read; None where none was named
    """

    def __init__(self, request: Request, services: Services, key: str, match: str | None) -> None:
        self._request, self._services, self._key = request, services, key
        self.version = None if match is None else version_of(match)

    def read_version(self) -> int:
        """The version the caller has read.

        Raises
        ------
        PreconditionError : none was named
        """
        if self.version is None:
            raise PreconditionError(
                "a change must say which version it was made from",
                place="If-Match",
                mend="read the record and send the ETag of that answer as If-Match",
            )
        return self.version

    def run(self, asked: object, effect: Effect, *, why: str = "") -> Response:
        """Do it once, and answer the same to the same key.

        Parameters
        ----------
        asked : all that the caller has said, to tell a repeat from another request
        """
        services, request = self._services, self._request
        digest = _digest(request, asked, self.version)
        with services.store.writing(services.who, why=why, request=request.state.request) as tx:
            kept = once.begin(tx, self._key, digest)
            if kept is None:
                answer = _answer(effect(tx))
                once.end(tx, self._key, answer)
        if kept is not None:
            return _response(kept, {"Idempotent-Replay": "true"})
        services.wire.wake()
        services.supervisor.wake()
        return _response(answer, {})


def writing_of(
    request: Request,
    services: Has,
    key: Annotated[
        str,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=once.LONGEST,
            description="new and random for each write; the same again repeats the answer",
        ),
    ],
    match: Annotated[
        str | None, Header(alias="If-Match", description="ETag of the version that was read")
    ] = None,
) -> Writing:
    """The write a request asks for."""
    return Writing(request, services, key, match)


Writes = Annotated[Writing, Depends(writing_of)]
"""A parameter of this type is given the write that is asked for."""


def etag(version: int) -> str:
    """The ETag of a version of a record."""
    return f'"{version}"'


def version_of(tag: str) -> int:
    """The version that an ETag names.

    Raises
    ------
    RequestError : it is no ETag of ours
    """
    bare = tag.strip().removeprefix("W/").strip('"')
    if not bare.isascii() or not bare.isdigit() or len(bare) > 18:
        raise RequestError(
            f"{tag!r:.40} is no ETag of this server",
            place="If-Match",
            mend="send the ETag of the answer in which the record was read",
        )
    return int(bare)


def _digest(request: Request, asked: object, version: int | None) -> str:
    said = asked.model_dump(mode="json") if isinstance(asked, BaseModel) else asked
    text = canonical([request.method, request.url.path, request.url.query, version, said])
    if "\\u0000" in text:
        raise RequestError(
            "a text holds a NUL character", place="body", mend="take it out: no text holds one"
        )
    return hashlib.sha256(text.encode()).hexdigest()


def _answer(said: Said) -> Answer:
    headers = {}
    if said.version is not None:
        headers["ETag"] = etag(said.version)
    if said.location:
        headers["Location"] = said.location
    body = "" if said.body is None else said.body.model_dump_json()
    return Answer(said.status if said.body is not None else 204, headers, body)


def _response(answer: Answer, more: dict[str, str]) -> Response:
    kind = "application/json" if answer.body else None
    return Response(answer.body, answer.status, headers={**answer.headers, **more}, media_type=kind)
