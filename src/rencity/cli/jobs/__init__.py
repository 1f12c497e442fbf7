"""`rencity jobs`: work in the background, in a queue that a server or this command works off."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rencity.cli.db import DATA, Data, Database, Json
from rencity.cli.jobs.shown import as_text, said, show_table
from rencity.kit.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rencity.db.store import Store
    from rencity.registry.places import Places

LOOK_S = 0.3
group = typer.Typer(
    no_args_is_help=True, help="后台任务 Jobs in the background: ask, watch, cancel, retry."
)

Job = Annotated[str, typer.Argument(metavar="JOB", help="任务编号 Id of the job")]
Why = Annotated[str, typer.Option("--why", help="原因，记入日志 Reason, kept in the journal")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="jobs")


@group.command("list")
def list_(
    data: Data = DATA,
    db: Database = None,
    state: Annotated[str | None, typer.Option(help="只看此状态 Only of this state")] = None,
    kind: Annotated[str | None, typer.Option(help="只看此类 Only of this kind")] = None,
    before: Annotated[
        str | None, typer.Option(metavar="JOB", help="此编号之前 Those before this one")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="最多几项 At most so many")] = 20,
    as_json: Json = False,
) -> None:
    """列出任务，新的在前。List jobs, newest first."""
    from rencity.jobs import service
    from rencity.jobs.store import jobs

    with _opened(data, db) as (store, _), store.reading() as connection:
        from_ = None if before is None else (jobs.get(connection, before)["asked_at"], before)
        rows = service.page(connection, state=state, kind=kind, before=from_, limit=limit)
    if as_json:
        typer.echo(as_text(rows))
    else:
        show_table(rows)


@group.command("show")
def show(job: Job, data: Data = DATA, db: Database = None, as_json: Json = False) -> None:
    """一项任务的记录与进度。Show a job and how far it is."""
    from rencity.jobs import service
    from rencity.jobs.store import jobs

    with _opened(data, db) as (store, _), store.reading() as connection:
        row = jobs.get(connection, job)
        row["progress"] = vars(service.progress(connection, job))
    typer.echo(as_text(row) if as_json else said(row))


@group.command("ask")
def ask(
    kind: Annotated[
        str,
        typer.Argument(help="种类 Kind: stress n1 measure rate invest import demo report"),
    ],
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILE|KEY=VALUE]…",
            help="输入：JSON/TOML 文件，或键值；值写 @FILE 则取文件内容 "
            "Input: a JSON or TOML file, or keys; @FILE as a value is the file's text",
        ),
    ] = None,
    upload: Annotated[
        list[str] | None,
        typer.Option(
            "--upload",
            metavar="KEY=PATH",
            help="交入文件并写入该键 Hand a file or folder in: files=PATH, mapping=PATH",
        ),
    ] = None,
    title: Annotated[str, typer.Option(help="标题 What people read")] = "",
    wait: Annotated[
        bool, typer.Option("--wait", help="等到结束 Wait for its end; exit 1 if not done")
    ] = False,
    data: Data = DATA,
    db: Database = None,
    as_json: Json = False,
) -> None:
    """排入一项任务。Queue a job; a server, or `rencity jobs run`, does it."""
    from rencity.cli.jobs.given import enter_in, given_by, handed_in
    from rencity.jobs import service

    with _opened(data, db) as (store, places):
        given, handed = given_by(words or []), handed_in(places, upload or [])
        with store.writing(_who()) as tx:
            enter_in(tx, handed, given)
            row = service.ask(tx, kind, given, _who(), title=title)
        if wait:
            row = _awaited(store, row["id"], quiet=as_json)
    typer.echo(as_text(row) if as_json else (said(row) if wait else row["id"]))
    if wait and row["state"] != "done":
        raise typer.Exit(1)


@group.command("cancel")
def cancel(job: Job, why: Why = "", data: Data = DATA, db: Database = None) -> None:
    """取消；已完成的部分保留。Cancel a job; what is finished is kept for a retry."""
    from rencity.jobs import service

    with _opened(data, db) as (store, _), store.writing(_who()) as tx:
        row = service.cancel(tx, job, why=why)
    typer.echo("cancelled" if row["state"] == "cancelled" else "its worker is told to stop")


@group.command("retry")
def retry(job: Job, why: Why = "", data: Data = DATA, db: Database = None) -> None:
    """重新排入失败或已取消的任务。Queue a failed or cancelled job again, from what is finished."""
    from rencity.jobs import service

    with _opened(data, db) as (store, _), store.writing(_who()) as tx:
        row = service.retry(tx, job, why=why)
    typer.echo(row["state"])


@group.command("log")
def log(
    job: Job,
    after: Annotated[int, typer.Option(min=0, help="此行号之后 Lines after this id")] = 0,
    limit: Annotated[int, typer.Option(min=1, help="最多几行 At most so many")] = 200,
    data: Data = DATA,
    db: Database = None,
    as_json: Json = False,
) -> None:
    """任务的日志。Print a job's log."""
    from rencity.jobs import service

    with _opened(data, db) as (store, _), store.reading() as connection:
        lines = service.lines(connection, job, after=after, limit=limit)
    if as_json:
        typer.echo(as_text([vars(line) for line in lines]))
        return
    for line in lines:
        at = f"{line.at:%Y-%m-%d %H:%M:%S}Z"
        typer.echo(plain(f"{at} #{line.attempt} {line.level} {line.text}", keep="\n"))


@group.command("work")
def work(
    job: Job,
    attempt: Annotated[int, typer.Argument(min=1, help="第几次 Which attempt")],
    data: Data = DATA,
    db: Database = None,
) -> None:
    """做一项已领取的任务；由服务器启动。Do a job that was begun; servers call this."""
    from rencity.jobs import worker

    with _opened(data, db) as (store, places):
        worker.be_polite()
        raise typer.Exit(worker.work(store, places, job, attempt))


@group.command("run")
def run(
    once: Annotated[
        bool, typer.Option("--once", help="做完就结束 End when nothing is queued")
    ] = False,
    slots: Annotated[
        int | None, typer.Option(min=1, help="同时几项 Jobs at once; default: half the cores")
    ] = None,
    data: Data = DATA,
    db: Database = None,
) -> None:
    """在前台做队列中的任务。Work off the queue in the foreground, where no server does."""
    import signal
    import threading

    from rencity.jobs.supervisor import Supervisor

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with _opened(data, db) as (store, places):
        supervisor = Supervisor(store, places, slots=slots)
        try:
            if once:
                supervisor.work_off()
            else:
                supervisor.start()
                threading.Event().wait()
        finally:
            supervisor.stop()


@contextlib.contextmanager
def _opened(data: Path, db: str | None) -> Iterator[tuple[Store, Places]]:
    """The database with its tables as they should be, and the data folder."""
    from rencity.db import store_of
    from rencity.house import schema
    from rencity.registry import Places

    store, places = store_of(db, data), Places(data.resolve())
    try:
        if store.embedded:
            schema().upgrade(store)
        else:
            schema().require(store)
        places.make()
        yield store, places
    finally:
        store.close()


def _who() -> str:
    import getpass

    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):
        return "cli"


def _awaited(store: Store, job: str, *, quiet: bool) -> dict[str, Any]:
    """The job's record once it has ended; a bar for each stage meanwhile."""
    import time

    from rencity.cli.stress import Bar
    from rencity.jobs import service
    from rencity.jobs.store import ENDED, jobs

    with Bar(quiet=quiet) as tell:
        while True:
            with store.reading() as connection:
                row, at = jobs.get(connection, job), service.progress(connection, job)
            if row["state"] in ENDED:
                return row
            tell(at.stage or row["state"], at.share)
            time.sleep(LOOK_S)
