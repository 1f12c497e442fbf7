"""`rencity journal`: prove it, take entries and roots out, read a record's history, erase words."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rencity.cli.db import DATA, Data, Database, Json, store_at
from rencity.kit.plain import plain

if TYPE_CHECKING:
    from rencity.db.store import Store
    from rencity.journal.chain import Entry
    from rencity.journal.records import Records
    from rencity.journal.verifying import Verdict

journal_group = typer.Typer(
    no_args_is_help=True, help="日志：可证明的记录 The journal: what was done, provably."
)

Kind = Annotated[str, typer.Argument(help="记录种类 Kind of record, as city")]
Key = Annotated[str, typer.Argument(metavar="ID", help="记录标识 Id of the record")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(journal_group, name="journal")


@journal_group.command("verify")
def verify_command(
    data: Data = DATA,
    db: Database = None,
    root: Annotated[
        Path | None, typer.Option("--root", help="另处保存的签名根 A root that was kept elsewhere")
    ] = None,
    key: Annotated[
        list[str] | None,
        typer.Option("--key", help="也可信的密钥 Id of another key that was ours; may be repeated"),
    ] = None,
    as_json: Json = False,
) -> None:
    """验证日志和记录 Prove the journal, and the records against it; exit 1 with findings."""
    from rencity import house
    from rencity.journal.roots import root_of
    from rencity.journal.verifying import verify

    kept = root_of(root) if root else None
    with closing(store_at(db, data)) as store:
        house.schema().require(store)
        with store.reading() as connection:
            keys = [*_own_key(data), *(key or ())]
            verdict = verify(connection, house.RECORDS, kept=kept, keys=keys)
    typer.echo(_as_json(verdict) if as_json else _said(verdict, kept is not None))
    if not verdict.sound:
        raise typer.Exit(1)


@journal_group.command("export")
def export(
    data: Data = DATA,
    db: Database = None,
    root: Annotated[
        bool, typer.Option("--root", help="只导出最新签名根 The newest signed root alone")
    ] = False,
    kind: Annotated[str | None, typer.Option("--kind", help="记录种类 Kind of record")] = None,
    subject: Annotated[str | None, typer.Option("--subject", help="记录标识 Id of it")] = None,
    since: Annotated[
        datetime | None, typer.Option("--since", help="起 From this instant on (UTC)")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--until", help="止 Up to this instant (UTC)")
    ] = None,
    personal: Annotated[
        bool, typer.Option("--personal", help="含个人信息 With what is personal")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="写入文件 File to write; none: print")
    ] = None,
) -> None:
    """导出条目或签名根 Write entries as lines of JSON, oldest first, or the newest root to keep."""
    from rencity import house
    from rencity.journal.reading import Asked, listed

    with closing(store_at(db, data)) as store:
        house.schema().require(store)
        if root:
            _write(iter([_fresh_root(store, data)]), out)
            return
        asked = Asked(kind, subject, since=_utc(since), until=_utc(until))
        with store.reading() as connection:
            lines = (_line(entry, personal=personal) for entry in listed(connection, asked))
            _write(lines, out)


@journal_group.command("show")
def show(
    kind: Kind,
    key: Key,
    data: Data = DATA,
    db: Database = None,
    at: Annotated[
        datetime | None,
        typer.Option("--at", help="此刻的状态 Its state at this instant (UTC) instead"),
    ] = None,
    as_json: Json = False,
) -> None:
    """一条记录的历史或某一刻的状态 A record's history, or its state at an instant."""
    from rencity import house
    from rencity.journal.reading import history, state_at
    from rencity.kit.errors import AbsentError

    with closing(store_at(db, data)) as store:
        house.schema().require(store)
        with store.reading() as connection:
            told = history(connection, kind, key)
            state = state_at(connection, kind, key, at.replace(tzinfo=UTC)) if at else None
    if not told:
        raise AbsentError(
            "the journal tells of none", place=f"{kind}/{key}", mend="correct the kind or the id"
        )
    if at:
        typer.echo(plain(_pretty(state), keep="\n"))
    elif as_json:
        typer.echo("\n".join(_line(entry, personal=True) for entry in told))
    else:
        typer.echo("\n".join(line for entry in told for line in _story(entry)))


@journal_group.command("erase")
def erase_command(
    kind: Kind,
    key: Key,
    why: Annotated[str, typer.Option("--why", help="原因 Why, kept in the journal")],
    data: Data = DATA,
    db: Database = None,
) -> None:
    """删除个人信息 Erase what is personal of a record, in its row and in every entry."""
    from rencity import house
    from rencity.journal.erasing import erase

    with closing(store_at(db, data)) as store:
        house.schema().require(store)
        with store.writing("system:operator", why=why) as tx:
            count = erase(tx, _records(kind), key, why)
    typer.echo(
        f"{plain(kind)}/{plain(key)}: 已删除 {count} 个条目中的个人信息 words of {count} entries "
        "are erased; 此前的备份不受影响 backups made before still hold them"
    )


def _records(kind: str) -> Records:
    from rencity import house
    from rencity.kit.errors import AbsentError

    for records in house.RECORDS:
        if records.kind == kind:
            return records
    known = ", ".join(records.kind for records in house.RECORDS)
    raise AbsentError(f"no kind {kind!r}", place="KIND", mend=f"give one of {known}")


def _own_key(data: Path) -> list[str]:
    """The id of this server's signing key, where it lies here; none is made for a look."""
    from rencity.kit.crypto import signer_of
    from rencity.registry.places import Places

    path = Places(data).keys / "journal.key"
    return [signer_of(path).key] if path.exists() else []


def _fresh_root(store: Store, data: Path) -> str:
    """The newest root, signed now where entries have come since the last."""
    from rencity.journal.roots import newest_root, sign_root
    from rencity.kit.crypto import signer_of
    from rencity.kit.errors import AbsentError
    from rencity.registry.places import Places

    sign_root(store, signer_of(Places(data).keys / "journal.key"))
    with store.reading() as connection:
        root = newest_root(connection)
    if root is None:
        raise AbsentError(
            "the journal is empty, so it has no root", place=store.place, mend="come back later"
        )
    return root.as_json().rstrip("\n")


def _utc(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at else None


def _write(lines: Iterator[str], out: Path | None) -> None:
    from rencity.kit.files import staged_file

    if out is None:
        for line in lines:
            sys.stdout.write(line + "\n")
        return
    count = 0
    with staged_file(out) as file:
        for line in lines:
            file.write(f"{line}\n".encode())
            count += 1
    typer.echo(f"{out}: {count}")


def _line(entry: Entry, *, personal: bool) -> str:
    """An entry as one line of JSON; without what is personal its digest can still be proved."""
    from dataclasses import asdict

    from rencity.kit.canonical import instant_text

    said = {**asdict(entry), "at": instant_text(entry.at), "changed": json.loads(entry.changed)}
    words = said.pop("personal"), said.pop("salt")
    if personal and words[0] is not None:
        said |= {"personal": json.loads(words[0]), "salt": words[1]}
    return json.dumps(said, ensure_ascii=False)


def _story(entry: Entry) -> Iterator[str]:
    """An entry as lines to read: who did what and why, then before → after."""
    from rencity.kit.canonical import instant_text

    why = f"  ({entry.why})" if entry.why else ""
    head = f"{instant_text(entry.at)}  {entry.verb}  v{entry.version}  {entry.who}{why}"
    yield plain(head)
    said = json.loads(entry.changed)
    own = json.loads(entry.personal) if entry.personal else {"before": {}, "after": {}}
    before, after = said["before"] | own["before"], said["after"] | own["after"]
    for name in sorted({*before, *after}):
        yield plain(f"  {name}: {_short(before, name)} → {_short(after, name)}")
    if entry.sealed and entry.personal is None:
        yield plain(f"  {', '.join(said.get('personal', ()))}: 已删除 erased")


def _short(values: dict[str, Any], name: str) -> str:
    if name not in values:
        return "∅"
    said = json.dumps(values[name], ensure_ascii=False)
    return said if len(said) <= 100 else said[:97] + "…"


def _pretty(state: Any) -> str:
    return json.dumps(state, ensure_ascii=False, indent=1, sort_keys=True)


def _as_json(verdict: Verdict) -> str:
    from dataclasses import asdict

    said = {**asdict(verdict), "sound": verdict.sound}
    return json.dumps(said, ensure_ascii=False, indent=2)


def _said(verdict: Verdict, kept: bool) -> str:
    """The verdict in words: what was looked at, what that proves, and what it does not."""
    from rencity.kit.findings import as_text

    number, digest = verdict.root or (0, "—")
    lines = [
        f"条目 entries {verdict.entries}  链 streams {verdict.streams}  签名根 roots "
        f"{verdict.roots}  记录 records {verdict.records}  已删除 erased {verdict.erased}",
        f"最新签名根 newest root {number}: {digest}",
        f"其后的条目 entries after it: {verdict.after_root}",
    ]
    if not verdict.sound:
        more = [f"… {verdict.more} more"] if verdict.more else []
        return "\n".join([*lines, as_text(verdict.findings), *more])
    lines.append("成立 holds: 链未断，记录与日志一致 chains are whole, records are what they tell")
    if kept:
        lines.append(
            "以另处保存的根为证，根之前无人改动 proved by a root kept elsewhere: nothing before it "
            "was changed by anyone"
        )
    else:
        lines.append(
            "未证明 not proven: 持有数据库和密钥者可能重写全部；请另处保存签名根，用 --root 验证 "
            "whoever holds the database and the key could have made all of it anew; keep a root "
            "elsewhere (rencity journal export --root) and give it by --root"
        )
    if verdict.after_root:
        lines.append(
            f"未证明 not proven: 最后 {verdict.after_root} 个条目尚无签名根，末尾有无缺失不可知 "
            "that none is missing at the end of what came after the newest root"
        )
    return "\n".join(lines)
