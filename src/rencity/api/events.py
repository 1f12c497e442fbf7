"""Server-sent events: news after a position, then as it comes, until the caller or the server goes.

The id of an event is its position, so a caller that was cut off goes on with `Last-Event-ID`,
on this server or on another of the same database.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from rencity.api.metrics import Metrics
from rencity.api.services import Has, Services
from rencity.api.wire import PAGE
from rencity.db import outbox
from rencity.db.outbox import News
from rencity.kit.canonical import instant_text
from rencity.kit.errors import RencityError, RequestError

BEAT_S = 15
RETRY_MS = 1000

router = APIRouter(prefix="/api/v1", tags=["events"])


@router.get("/events", response_class=StreamingResponse)
async def events(
    request: Request,
    services: Has,
    topics: Annotated[
        str,
        Query(max_length=400, description="kinds of record, or kind.verb, with commas; empty: all"),
    ] = "",
    after: Annotated[
        int | None, Query(ge=0, description="position after which to begin; none: what comes now")
    ] = None,
    last: Annotated[
        str | None, Header(alias="Last-Event-ID", description="goes before `after`")
    ] = None,
) -> StreamingResponse:
    """Follow what happens, as server-sent events.

    The first event is `ready` with the position it begins at; `gap` says that news before the
    position was swept away: read the records again.
    """
    position = _position(last, after)
    wanted = frozenset(filter(None, topics.split(",")))
    metrics: Metrics = request.app.state.metrics
    stream = _stream(services, metrics, position, wanted)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


def _position(last: str | None, after: int | None) -> int | None:
    if last is None or last == "":
        return after
    if not last.isascii() or not last.isdigit() or len(last) > 18:
        raise RequestError(
            f"{last!r:.40} is no position",
            place="Last-Event-ID",
            mend="send the id of the last event",
        )
    return int(last)


async def _stream(
    services: Services, metrics: Metrics, position: int | None, wanted: frozenset[str]
) -> AsyncIterator[str]:
    woken = services.wire.listen()
    metrics.streams.inc()
    try:
        begin, gap = await run_in_threadpool(_begin, services, position)
        yield f"retry: {RETRY_MS}\n" + _event("ready", begin, {"position": begin})
        if gap:
            yield _event("gap", begin, {"position": begin})
        at = begin
        while not services.stopping.is_set():
            woken.clear()
            news = await _after(services, at)
            for each in news:
                at = each.position
                if _wants(wanted, each.topic):
                    yield _news(each)
            if not news and not await _came(woken):
                yield ": still here\n\n"
    finally:
        metrics.streams.dec()
        services.wire.unlisten(woken)


async def _came(woken: asyncio.Event) -> bool:
    try:
        await asyncio.wait_for(woken.wait(), BEAT_S)
    except TimeoutError:
        return False
    return True


def _begin(services: Services, position: int | None) -> tuple[int, bool]:
    """Where to begin, and whether news before it was swept away."""
    with services.store.reading() as connection:
        newest, oldest = outbox.newest(connection), outbox.oldest(connection)
    if position is None:
        return newest, False
    if position > newest:  # of another database, or of one that was restored
        return newest, True
    return (oldest - 1, True) if oldest > position + 1 else (position, False)


async def _after(services: Services, position: int) -> list[News]:
    held = services.wire.after(position)
    if held is not None:
        return held
    try:
        return await run_in_threadpool(_read, services, position)
    except RencityError:
        await asyncio.sleep(1)  # the database is gone; the stream stays
        return []


def _read(services: Services, position: int) -> list[News]:
    with services.store.reading() as connection:
        return outbox.after(connection, position, limit=PAGE)


def _wants(wanted: frozenset[str], topic: str) -> bool:
    return not wanted or topic in wanted or topic.partition(".")[0] in wanted


def _news(news: News) -> str:
    said = {"at": instant_text(news.at), "subject": news.subject, "who": news.who, **news.data}
    return _event(news.topic, news.position, said)


def _event(name: str, position: int, said: object) -> str:
    text = json.dumps(said, ensure_ascii=False)
    return f"event: {name}\nid: {position}\ndata: {text}\n\n"
