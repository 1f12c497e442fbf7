"""`rencity jobs`, as the page shows it and as it is mistyped."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.docs.test_docs_commands import FENCE
from tests.faults.conftest import Cli, cli  # noqa: F401 - the fixture
from tests.faults.test_faults_import import NET

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "jobs.md").read_text("utf-8")


def test_the_page_s_commands_run(
    cli: Cli,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "examples" / "demo" / "blackout.toml", tmp_path)
    (tmp_path / "net.inp").write_text(NET)
    first = []
    lines = [line for block in FENCE.finditer(PAGE) for line in block[2].splitlines()]
    for line in lines:
        words = shlex.split(line.replace("JOB", first[0] if first else ""))[1:]
        done = cli(*words)
        if words[1] in ("cancel", "retry"):
            done.refuses("the job is done")
        else:
            assert done.code == 0, (line, done)
        if words[1] == "ask":
            first.append(done.out.strip())
    listed = cli("jobs", "list", "--data", "var/site", "--json").json
    assert [job["state"] for job in listed] == ["done"] * 3
    assert [job["kind"] for job in listed] == ["import", "stress", "demo"]
    assert (tmp_path / "var/site/runs" / first[1] / "run.json").exists()


def test_waiting_ends_with_the_job(
    cli: Cli,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from rencity.jobs import service

    ask = service.ask

    def cancelled(tx, *words, **more):  # type: ignore[no-untyped-def]
        row = ask(tx, *words, **more)
        service.cancel(tx, row["id"])
        return row

    monkeypatch.setattr(service, "ask", cancelled)
    done = cli("jobs", "ask", "demo", "--wait", "--json", "--data", tmp_path)
    assert done.code == 1
    assert '"state": "cancelled"' in done.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("ask", "dragons"), ("'dragons'", "use one of")),
        (("ask", "demo", "scale"), ("scale", "No such file", "KEY=VALUE")),
        (("ask", "demo", "scale=@none"), ("none", "No such file")),
        (("ask", "demo", "bad.json"), ("bad.json", "not JSON")),
        (("ask", "demo", "bad.toml"), ("bad.toml", "not TOML")),
        (("ask", "demo", "list.json"), ("list.json", "no object")),
        (("ask", "import", "--upload", "files=none"), ("none", "no such file")),
        (("show", "nothing"), ("'nothing'", "list")),
        (("log", "nothing"), ("'nothing'",)),
        (("cancel", "nothing"), ("'nothing'",)),
        (("list", "--db", "mysql://x/y"), ("mysql", "sqlite:///PATH")),
    ],
)
def test_what_is_refused(
    cli: Cli,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    said: tuple[str, ...],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bad.json").write_text("{")
    Path("bad.toml").write_text("=")
    Path("list.json").write_text("[]")
    cli("jobs", *words, "--data", tmp_path / "data").refuses(*said)


def test_a_database_that_was_never_made_is_not_made_by_the_way(
    cli: Cli,  # noqa: F811
    postgres: object,
    tmp_path: Path,
) -> None:
    new: Callable[[], str] = postgres.new_database  # type: ignore[attr-defined]
    cli("jobs", "list", "--db", new(), "--data", tmp_path).refuses("rencity db upgrade")


def test_the_page_names_what_each_kind_is_told() -> None:
    from rencity.jobs.catalogue import KINDS

    for name, kind in KINDS.items():
        row = re.search(rf"^\| `{name}` \|(.*)$", PAGE, re.MULTILINE)
        assert row is not None, name
        known = {"scenario_version"}
        if name == "invest":  # its row says: as rate
            known |= set(KINDS["rate"].input.model_fields)
        for field in set(kind.input.model_fields) - known:
            assert f"`{field}`" in row[1], f"{name}: {field}"
