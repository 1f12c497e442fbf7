"""`rencity backup`: all that a server keeps, taken, proved and restored."""

from __future__ import annotations

import json
from contextlib import closing, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rencity.cli.db import DATA, Data, Database, Json, store_at

if TYPE_CHECKING:
    from rencity.backup.manifest import Manifest

backup_group = typer.Typer(
    no_args_is_help=True, help="备份与恢复 Backups: take one, prove it, restore it."
)

From = Annotated[Path, typer.Argument(metavar="FROM", help="备份文件夹 Folder of the backup")]
Keys = Annotated[
    Path | None,
    typer.Option("--keys", help="单独保存的密钥 File with the server's keys, kept apart"),
]
Digest = Annotated[
    str | None,
    typer.Option("--digest", help="另处保存的摘要 Digest of its manifest, as it was kept"),
]


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(backup_group, name="backup")


@backup_group.command("make")
def make(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="新文件夹 New folder to write")],
    data: Data = DATA,
    db: Database = None,
    keys: Annotated[
        Path | None,
        typer.Option("--keys", help="另存密钥的新文件 New file for the keys, outside OUT"),
    ] = None,
    allow_missing: Annotated[
        bool,
        typer.Option("--allow-missing", help="缺文件也继续 Go on where a record's file is gone"),
    ] = False,
    as_json: Json = False,
) -> None:
    """备份 Take a backup while the server runs: database and files, without the keys.

    Exit 1 when the journal does not verify: the backup is there all the same.
    """
    from rencity.backup import back_up
    from rencity.backup.keys import KEY, write_keys
    from rencity.kit.crypto import signer_of
    from rencity.registry.places import Places

    places = Places(data)
    with closing(store_at(db, data)) as store:
        signer = signer_of(places.keys / KEY)
        with write_keys(places, keys, apart_from=out) if keys else nullcontext():
            manifest, digest = back_up(store, places, out, signer, lacking=allow_missing)
    typer.echo(_text(manifest, digest, signer.key, str(out), as_json=as_json))
    if manifest.findings:
        raise typer.Exit(1)


@backup_group.command("check")
def check_command(
    folder: From, keys: Keys = None, digest: Digest = None, as_json: Json = False
) -> None:
    """证明备份完好 Prove that a backup is what was made, file by file, without restoring it."""
    from rencity.backup import check
    from rencity.backup.keys import read_keys, signer_among

    wanted = signer_among(read_keys(keys), keys).key if keys else None
    manifest, said, key = check(folder, digest=digest, key=wanted)
    typer.echo(_text(manifest, said, key, str(folder), as_json=as_json))


@backup_group.command("restore")
def restore_command(
    folder: From,
    data: Annotated[Path, typer.Option("--data", help="新数据文件夹 New data folder")],
    db: Database = None,
    keys: Keys = None,
    root: Annotated[
        Path | None, typer.Option("--root", help="另处保存的签名根 A root that was kept elsewhere")
    ] = None,
    digest: Digest = None,
    despite_findings: Annotated[
        bool,
        typer.Option(
            "--despite-findings",
            help="日志原有问题也恢复 Restore though the journal had faults when it was backed up",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """恢复 Make a new data folder and database from a backup, prove them, or leave nothing."""
    from rencity.backup import restore
    from rencity.backup.restoring import Known
    from rencity.journal.roots import root_of

    known = Known(digest, root_of(root) if root else None, keys)
    done = restore(folder, data, db, known=known, despite=despite_findings)
    verdict = done.verdict
    if as_json:
        typer.echo(_text(done.manifest, done.digest, done.key, str(data), as_json=True))
        return
    ways = [
        name for name, given in (("--keys", keys), ("--root", root), ("--digest", digest)) if given
    ]
    typer.echo(_text(done.manifest, done.digest, done.key, str(data), as_json=False))
    typer.echo(
        f"已恢复并验证 restored and proved: {verdict.entries} entries in {verdict.streams} chains, "
        f"{verdict.roots} roots, {verdict.records} records; every file by its SHA-256"
    )
    if ways:
        typer.echo(f"确是所要的备份 it is the backup that is meant, by {', '.join(ways)}")
    else:
        typer.echo(
            "未证明是所要的备份 not proven: that it is the backup you mean; give --keys, --root or "
            "--digest, kept elsewhere"
        )
    if not keys:
        typer.echo("没有密钥：服务器将另生成 without --keys the server makes itself a new key")


def _text(manifest: Manifest, digest: str, key: str, place: str, *, as_json: bool) -> str:
    said = _facts(manifest, digest, key)
    if as_json:
        return json.dumps({"place": place, **said}, ensure_ascii=False, indent=2)
    number, root = manifest.root or (0, "—")
    lines = [
        f"{place}: {said['rows']} 行 rows in {said['tables']} tables, "
        f"{said['files']} 个文件 files, {said['bytes']} bytes",
        f"快照 snapshot {said['at']} ({manifest.database}, rencity {manifest.rencity})",
        f"最新签名根 newest root {number}: {root}",
        f"摘要 digest {digest}",
        f"密钥 signed by the key {key}",
    ]
    if manifest.lacking:
        lines.append(f"缺 lacking: {', '.join(manifest.lacking)}")
    if manifest.findings:
        lines.append(
            f"日志有 {manifest.findings} 处问题 the journal had {manifest.findings} faults: see "
            "rencity journal verify; it restores with --despite-findings only"
        )
    return "\n".join(lines)


def _facts(manifest: Manifest, digest: str, key: str) -> dict[str, Any]:
    return {
        "digest": digest,
        "key": key,
        "at": manifest.at.isoformat(),
        "root": manifest.root,
        "tables": len(manifest.tables),
        "rows": sum(table.rows for table in manifest.tables),
        "files": len(manifest.files),
        "bytes": sum(file.bytes for file in manifest.all_files()),
        "findings": manifest.findings,
        "lacking": manifest.lacking,
    }
