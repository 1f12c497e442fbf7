"""A server with one reaction more: it counts news, and now and then dies in the middle of that."""

from __future__ import annotations

import os
import random
import signal
import sys
from pathlib import Path

import sqlalchemy as sa

from rencity.api import serve
from rencity.db import Label, store_of
from rencity.db.outbox import Handler, News
from rencity.db.store import Transaction
from rencity.registry.places import Places

tables = sa.MetaData()
seen = sa.Table(
    "torture_seen",
    tables,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("subject", Label, nullable=False),
)


def main(data: Path, url: str, seed: str, dies: float) -> None:
    """Serve until killed.

    Parameters
    ----------
    dies : chance at each piece of news to die between its effect and its acknowledgement
    """
    draw = random.Random(seed)  # noqa: S311 - no secret

    def handle(tx: Transaction, news: News) -> None:
        tx.execute(seen.insert(), {"position": news.position, "subject": news.subject})
        if draw.random() < dies:
            os.killpg(0, signal.SIGKILL)

    store = store_of(url, data)
    serve.schema().upgrade(store)
    tables.create_all(store.engine)
    services = serve.services_of(
        store, Places(data), more=[Handler("torture", frozenset(), handle)]
    )
    with serve.listening(services, serve.Asked(port=0)) as (server, address, taken):
        print(address, flush=True)  # noqa: T201 - whoever started it reads this
        serve.run(server, taken)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], float(sys.argv[4]))
