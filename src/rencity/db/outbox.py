"""News, written with the change it tells of and carried forward afterwards.

A row gets its `position` from one relay at a time, so positions are in the order in which news
became visible: on a database with many writers their ids are not. Whoever reads after a position
misses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from rencity.db.columns import Instant, Json, Label
from rencity.db.store import Reader, Store, Transaction
from rencity.kit.errors import StorageError, UnreachableError

tables = sa.MetaData()
outbox = sa.Table(
    "outbox",
    tables,
    sa.Column(
        "id",
        sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    sa.Column("position", sa.BigInteger),
    sa.Column("at", Instant, nullable=False),
    sa.Column("topic", Label, nullable=False),
    sa.Column("subject", Label, nullable=False),
    sa.Column("data", Json, nullable=False),
    sa.Column("who", Label, nullable=False),
    sa.Column("request", Label, nullable=False),
    sa.Index("outbox_position", "position", unique=True),
    sa.Index("outbox_waiting", "id", sqlite_where=sa.text("position IS NULL"),
             postgresql_where=sa.text("position IS NULL")),
)  # fmt: skip
deliveries = sa.Table(
    "outbox_deliveries",
    tables,
    sa.Column("handler", Label, primary_key=True),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
)
failures = sa.Table(
    "outbox_failures",
    tables,
    sa.Column("handler", Label, primary_key=True),
    sa.Column("position", sa.BigInteger, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("fault", sa.Text, nullable=False),
)

BATCH, HANDED = 1000, 100
TRIES = 8
"""Attempts at one piece of news before it is set aside with its fault."""
_RELAY_LOCK = 0x52656C61
_POST = outbox.insert().inline()


@dataclass(frozen=True)
class News:
    """One piece of news.

    Attributes
    ----------
    topic : ``kind.verb``
    subject : id of the record it is about
    data : what else is told; never anything personal
    """

    position: int
    at: datetime
    topic: str
    subject: str
    data: Mapping[str, Any]
    who: str
    request: str


@dataclass(frozen=True)
class Handler:
    """Who reacts to news.

    Attributes
    ----------
    name : permanent: what it has handled is remembered by it
    topics : news it wants; empty: all
    handle : its effect in the same transaction as the mark that it is handled, so once; an effect
        outside the database may come twice and must bear it
    """

    name: str
    topics: frozenset[str]
    handle: Callable[[Transaction, News], None]


def post(tx: Transaction, topic: str, subject: str, data: Mapping[str, Any]) -> None:
    """Write news that becomes known when the transaction is durable, and never if it is not."""
    told = {"topic": topic, "subject": subject, "data": data}
    tx.execute(_POST, {"at": tx.at, "who": tx.who, "request": tx.request, **told}, told=True)


def after(reader: Reader, position: int, *, limit: int, topics: Sequence[str] = ()) -> list[News]:
    """News after a position, oldest first."""
    columns = (outbox.c[name] for name in News.__dataclass_fields__)
    query = sa.select(*columns).where(outbox.c.position > position)
    if topics:
        query = query.where(outbox.c.topic.in_(topics))
    rows = reader.execute(query.order_by(outbox.c.position).limit(limit))
    return [News(**row._mapping) for row in rows]


def newest(reader: Reader) -> int:
    """The position of the newest news; 0 where there is none."""
    return (
        reader.execute(sa.select(sa.func.coalesce(sa.func.max(outbox.c.position), 0))).scalar() or 0
    )


def oldest(reader: Reader) -> int:
    """The position of the oldest news that is still kept; 0 where there is none."""
    return (
        reader.execute(sa.select(sa.func.coalesce(sa.func.min(outbox.c.position), 0))).scalar() or 0
    )


def put_in_order(store: Store) -> int:
    """Give new rows their positions; how many. Nothing where another relay is at it."""
    with store.reading() as connection:  # most of the time there is nothing to write
        if connection.scalar(_waiting().limit(1)) is None:
            return 0
    with store.writing("system:relay") as tx:
        if tx.dialect == "postgresql" and not tx.execute(_lock(_RELAY_LOCK)).scalar():
            return 0
        ids = list(tx.execute(_waiting().limit(BATCH)).scalars())
        last = tx.execute(sa.select(sa.func.max(outbox.c.position))).scalar() or 0
        last = max(last, _delivered(tx))  # old news may have been swept away
        numbered = [{"row": row, "at_position": last + n + 1} for n, row in enumerate(ids)]
        if numbered:
            tx.execute(
                outbox.update()
                .where(outbox.c.id == sa.bindparam("row"))
                .values(position=sa.bindparam("at_position")),
                numbered,
            )
        return len(numbered)


def deliver(store: Store, handler: Handler) -> int:
    """Hand the next news to a handler; how many pieces it has passed.

    Its effect and the mark that it is handled are one transaction. Where it fails, the same is
    tried again at the next call, and set aside with its fault after `TRIES`.
    """
    with store.reading() as connection:
        at = connection.scalar(
            sa.select(deliveries.c.position).where(deliveries.c.handler == handler.name)
        )
        if newest(connection) <= (at or 0):
            return 0
    try:
        with store.writing(f"system:{handler.name}") as tx:
            return _handed(tx, handler)
    except (UnreachableError, StorageError):
        raise  # no fault of the handler's
    except Exception as exc:
        _failed(store, handler, exc)
        raise


def sweep(store: Store, keep: timedelta) -> int:
    """Forget news older than `keep` that every handler has passed; how many rows."""
    with store.writing("system:relay") as tx:
        passed = tx.execute(sa.select(sa.func.min(deliveries.c.position))).scalar()
        old = outbox.c.at < tx.at - keep
        known = outbox.c.position.is_not(None)
        # the newest row stays, so that positions go on from it
        last = sa.select(sa.func.max(outbox.c.position)).scalar_subquery()
        rule = sa.and_(old, known, outbox.c.position < last)
        if passed is not None:
            rule = sa.and_(rule, outbox.c.position <= passed)
        return tx.execute(outbox.delete().where(rule)).rowcount


def _waiting() -> sa.Select[tuple[int]]:
    return sa.select(outbox.c.id).where(outbox.c.position.is_(None)).order_by(outbox.c.id)


def _lock(key: int) -> sa.Select[Any]:
    return sa.select(sa.func.pg_try_advisory_xact_lock(key))


def _delivered(tx: Transaction) -> int:
    return tx.execute(sa.select(sa.func.max(deliveries.c.position))).scalar() or 0


def _handed(tx: Transaction, handler: Handler) -> int:
    row = tx.execute(
        sa.select(deliveries.c.position, deliveries.c.tries)
        .where(deliveries.c.handler == handler.name)
        .with_for_update(skip_locked=True)
    ).first()
    if row is None:
        return _begun(tx, handler)
    known = newest(tx)  # before the news, so that none is passed unseen
    limit = HANDED if row.tries == 0 else 1  # after a fault one by one, to find whose it is
    news = after(tx, row.position, limit=limit, topics=tuple(handler.topics))
    for each in news:
        handler.handle(tx, each)
    reached = known if len(news) < limit else 0
    return _passed(tx, handler, max([reached, *(each.position for each in news)]), row.position)


def _begun(tx: Transaction, handler: Handler) -> int:
    """Enter a handler in the book; it starts with the oldest news there is."""
    # where the row is there, another server is at it
    row = {"handler": handler.name, "position": 0, "tries": 0}
    return int(tx.insert_new(deliveries, row))


def _passed(tx: Transaction, handler: Handler, position: int, before: int) -> int:
    mine = deliveries.c.handler == handler.name
    tx.execute(deliveries.update().where(mine).values(position=position, tries=0))
    return position - before


def _failed(store: Store, handler: Handler, exc: Exception) -> None:
    with store.writing(f"system:{handler.name}") as tx:
        row = tx.execute(
            sa.select(deliveries.c.position, deliveries.c.tries)
            .where(deliveries.c.handler == handler.name)
            .with_for_update()
        ).first()
        if row is None:
            return
        mine = deliveries.c.handler == handler.name
        if row.tries + 1 < TRIES:
            tx.execute(deliveries.update().where(mine).values(tries=row.tries + 1))
            return
        wanted = tuple(handler.topics)
        news = after(tx, row.position, limit=1, topics=wanted)
        if not news:
            return
        tx.execute(
            failures.insert(),
            {
                "handler": handler.name,
                "position": news[0].position,
                "at": tx.at,
                "fault": f"{type(exc).__name__}: {exc}",
            },
        )
        tx.execute(deliveries.update().where(mine).values(position=news[0].position, tries=0))
