"""A backup that is not what was made is refused by a message that names the file."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rencity.backup import proof
from rencity.backup.manifest import MANIFEST, SIGNATURE
from rencity.kit.crypto import Signer, signer_of
from tests.backup.conftest import Server
from tests.faults.conftest import Cli

TABLE = "tables/journal_entries.jsonl.gz"
FILES = [
    "cities/wuxi/1/city.toml", "packs/site/pack.toml", "reports/r.html", "runs/r1/run.json", TABLE,
    "tables/runs.jsonl.gz", MANIFEST, SIGNATURE,
]  # fmt: skip


@pytest.fixture
def out(embedded: Server, tmp_path: Path, cli: Cli) -> Path:
    """A sound backup that a test may break."""
    folder = tmp_path / "out"
    done = cli("backup", "make", folder, *embedded.options, "--keys", tmp_path / "server.keys")
    assert done.code == 0, done
    embedded.store.close()
    return folder


def upload(out: Path) -> str:
    (path,) = (out / "uploads").iterdir()
    return f"uploads/{path.name}"


def refused(cli: Cli, out: Path, *words: str, options: tuple[object, ...] = ()) -> None:
    """Neither restored nor called sound; nothing is left."""
    new = out.parent / "new"
    before = set(out.parent.iterdir())
    cli("backup", "restore", out, "--data", new, *options).refuses(*words)
    assert set(out.parent.iterdir()) == before


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def more(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n")


def away(path: Path) -> None:
    path.unlink()


def renamed(path: Path) -> None:
    path.rename(path.with_name(path.name + "x"))


def linked(path: Path) -> None:
    copy = Path(os.environ["ELSEWHERE"]) / "copy"
    shutil.copy(path, copy)
    path.unlink()
    path.symlink_to(copy)


def piped(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize("name", [*FILES, "upload"])
@pytest.mark.parametrize("harm", [flip, cut, more, away, renamed, linked, piped])
def test_each_file_and_each_harm(
    out: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: Any, name: str,
    harm: Callable[[Path], None],
) -> None:  # fmt: skip
    monkeypatch.setenv("ELSEWHERE", str(tmp_path_factory.mktemp("elsewhere")))
    path = out / (upload(out) if name == "upload" else name)
    harm(path)
    if harm in (cut, more) and name == SIGNATURE:
        return  # a line feed more or less says nothing else
    # a signature that does not fit is told of what it signs
    refused(cli, out, "manifest" if name == SIGNATURE else path.name)
    done = cli("backup", "check", out)
    assert done.code == 1
    assert "mend: " in done.err


@pytest.mark.parametrize(
    "extra", ["runs/r2/run.json", "tables/more.jsonl.gz", ".hidden", "keys/journal.key", "x"]
)
def test_what_is_not_in_the_manifest(out: Path, cli: Cli, extra: str) -> None:
    (out / extra).parent.mkdir(parents=True, exist_ok=True)
    (out / extra).write_text("{}")
    refused(cli, out, Path(extra).name, "not in the manifest")


def test_no_backup_at_all(tmp_path: Path, cli: Cli) -> None:
    refused(cli, tmp_path / "none", "is absent, so this is no backup")
    (tmp_path / "file").write_text("x")
    refused(cli, tmp_path / "file", "no backup")


def said(out: Path) -> dict[str, Any]:
    return dict(json.loads((out / MANIFEST).read_bytes()))


def sign_again(out: Path, manifest: dict[str, Any], signer: Signer) -> None:
    """What someone who holds a key can do."""
    data = json.dumps(manifest).encode()
    (out / MANIFEST).write_bytes(data)
    (out / SIGNATURE).write_text(proof.signed(data, signer).model_dump_json())


def own_key(embedded: Server) -> Signer:
    return signer_of(embedded.places.keys / "journal.key")


PATHS = [
    "../escape", "runs/../../escape", "/etc/escape", "runs//r1", "runs/./r1", "runs", "",
    "keys/journal.key", "rencity.db", "work/x", "tables/x", "runs/.hidden/x", "runs\\..\\x",
    "runs/a\0b", "..", "manifest.json",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_a_path_that_climbs_out_is_refused_whoever_signed_it(
    embedded: Server, out: Path, cli: Cli, path: str
) -> None:
    manifest = said(out)
    manifest["files"][0]["path"] = path
    sign_again(out, manifest, own_key(embedded))
    refused(cli, out, MANIFEST, "leads out", options=("--keys", out.parent / "server.keys"))
    assert not (out.parent / "escape").exists()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("format", 2), ("extra", 1), ("files", 3), ("tables", []), ("heads", ["nothing_0001"]),
        ("heads", []), ("root", [1, "00"]), ("at", "soon"), ("lacking", [3]),
    ],
)  # fmt: skip
def test_a_manifest_that_says_something_else_is_refused(
    embedded: Server, out: Path, cli: Cli, key: str, value: object
) -> None:
    sign_again(out, {**said(out), key: value}, own_key(embedded))
    refused(cli, out, "out")


@pytest.mark.parametrize("field", ["rows", "text_bytes", "columns", "name"])
def test_a_table_that_differs_from_what_is_said(
    embedded: Server, out: Path, cli: Cli, field: str
) -> None:
    manifest = said(out)
    (table,) = (one for one in manifest["tables"] if one["name"] == "runs")
    table[field] = {"name": "outbox", "columns": ["id"]}.get(field, 7)
    sign_again(out, manifest, own_key(embedded))
    refused(cli, out, "mend: ")


def put_rows(out: Path, signer: Signer, name: str, text: bytes, *, text_bytes: int = 0) -> None:
    """A table's rows replaced by one who holds a key."""
    manifest = said(out)
    (table,) = (one for one in manifest["tables"] if one["name"] == name)
    packed = gzip.compress(text)
    (out / f"tables/{name}.jsonl.gz").write_bytes(packed)
    table |= {
        "rows": text.count(b"\n"), "text_bytes": text_bytes or len(text), "bytes": len(packed),
        "sha256": hashlib.sha256(packed).hexdigest(),
    }  # fmt: skip
    sign_again(out, manifest, signer)


def test_a_bomb_is_not_unpacked(embedded: Server, out: Path, cli: Cli) -> None:
    put_rows(out, own_key(embedded), "runs", b" " * 300_000_000, text_bytes=500)
    refused(cli, out, "runs.jsonl.gz", "unpacks to more than 500 bytes")


@pytest.mark.parametrize(
    "row",
    [b"{}", b"[1]", b"[" * 100_000, b"\xff", b"null", b'"abc"', b"[[],2,3,4,5,6,7,8]", b"NaN"],
)
def test_a_line_that_is_no_row(embedded: Server, out: Path, cli: Cli, row: bytes) -> None:
    put_rows(out, own_key(embedded), "cities", row + b"\n")
    refused(cli, out, "cities.jsonl.gz", "no row")


def test_rows_that_contradict_each_other(embedded: Server, out: Path, cli: Cli) -> None:
    path = out / "tables/cities.jsonl.gz"
    text = gzip.decompress(path.read_bytes())
    put_rows(out, own_key(embedded), "cities", text * 2)
    refused(cli, out, "cities.jsonl.gz", "a row is refused")


def test_rows_that_the_journal_does_not_tell_of(embedded: Server, out: Path, cli: Cli) -> None:
    text = gzip.decompress((out / "tables/cities.jsonl.gz").read_bytes())
    put_rows(out, own_key(embedded), "cities", text.replace("无锡".encode(), "苏州".encode()))
    refused(cli, out, "city/wuxi", "name differs")


def test_another_key_is_found_out_by_the_keys_kept_apart(
    out: Path, cli: Cli, tmp_path: Path
) -> None:
    thief = signer_of(tmp_path / "thief.key")
    sign_again(out, said(out), thief)
    assert cli("backup", "check", out).code == 0  # it holds in itself: keep something elsewhere
    keys = ("--keys", tmp_path / "server.keys")
    refused(cli, out, SIGNATURE, f"signed by the key {thief.key}", options=keys)
    cli("backup", "check", out, *keys).refuses(thief.key)


def test_another_backup_is_found_out_by_digest_and_root(
    embedded: Server, out: Path, cli: Cli, tmp_path: Path
) -> None:
    refused(cli, out, "another backup", options=("--digest", "00" * 32))
    embedded.make_run("later")
    root = tmp_path / "root.json"
    assert cli("journal", "export", "--root", "--out", root, *embedded.options).code == 0
    refused(cli, out, "kept root", "history was replaced", options=("--root", root))


def test_files_of_keys_that_are_none(out: Path, cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "none.keys"
    for text in ("", "[]", "{}", '{"rencity-keys": 1, "keys": {"journal.key": "!"}}',
                 '{"rencity-keys": 1, "keys": {"journal.key": "eA==", "../x": "eA=="}}',
                 '{"rencity-keys": 1, "keys": {"journal.key": "eA=="}}'):  # fmt: skip
        path.write_text(text)
        refused(cli, out, "none.keys", options=("--keys", path))
    refused(cli, out, "absent.keys", options=("--keys", tmp_path / "absent.keys"))
