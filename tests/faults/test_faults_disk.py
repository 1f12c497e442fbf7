"""Full disks and file-size limits: told with the mend, nothing left, what stood stays."""

from __future__ import annotations

import errno
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rencity.kit.errors import StorageError
from rencity.kit.files import staged_folder, storage_error, write_bytes
from tests.faults.conftest import Cli, files_of

RENCITY = (sys.executable, "-m", "rencity")
SPACE = "free space"


def fill(disk: Path) -> None:
    """Leave 40 KiB."""
    free = shutil.disk_usage(disk).free
    (disk / "fill").write_bytes(b"x" * max(0, free - 40_960))


def test_a_demo_on_a_full_disk(cli: Cli, block: Path, small_disk: Path) -> None:
    fill(small_disk)
    before = files_of(small_disk)
    cli("demo", small_disk / "city", "--json").refuses(SPACE)
    assert files_of(small_disk) == before
    assert [p.name for p in small_disk.iterdir()] == ["fill"]
    (small_disk / "fill").unlink()
    shutil.copytree(block, small_disk / "city")
    fill(small_disk)
    before = files_of(small_disk)
    cli("demo", small_disk / "city", "--seed", "2", "--replace", "--json").refuses(SPACE)
    assert files_of(small_disk) == before
    assert sorted(p.name for p in small_disk.iterdir()) == ["city", "fill"]


def test_a_run_on_a_full_disk(
    cli: Cli, city: Path, scenario: Path, tmp_path: Path, small_disk: Path
) -> None:
    words = ["stress", city, scenario, "--samples", "8", "--json", "--out"]
    fill(small_disk)
    cli(*words, small_disk / "run").refuses(SPACE)
    assert [p.name for p in small_disk.iterdir()] == ["fill"]
    assert cli(*words, tmp_path / "run").code == 0
    (small_disk / "fill").unlink()
    shutil.copytree(tmp_path / "run", small_disk / "run")
    fill(small_disk)
    before = files_of(small_disk)
    cli(*words, small_disk / "run", "--seed", "2", "--replace").refuses(SPACE)
    assert files_of(small_disk) == before


def test_a_city_on_a_full_disk_runs_without_a_cache(
    cli: Cli, block: Path, scenario: Path, tmp_path: Path, small_disk: Path
) -> None:
    shutil.copytree(block, small_disk / "city")
    fill(small_disk)
    done = cli("stress", small_disk / "city", scenario, "--out", tmp_path / "run", "--json")
    assert done.json["digest"]
    cache = small_disk / "city" / ".cache"
    assert not cache.exists() or not list(cache.iterdir())


def test_an_import_on_a_full_disk(cli: Cli, block: Path, tmp_path: Path, small_disk: Path) -> None:
    rows = "".join(f"a{i},power,transformer,{120 + i / 1e5},31.5\n" for i in range(20_000))
    (tmp_path / "nodes.csv").write_text("id,lifeline,kind,x,y\n" + rows)
    (tmp_path / "map.toml").write_text(
        '[[layers]]\nname = "n"\nfile = "nodes.csv"\ntable = "assets"\nx = "x"\ny = "y"\n'
        '[layers.columns]\nid = "id"\nlifeline = "lifeline"\nkind = "kind"\n'
        '[[sources]]\nlayer = "n"\ntitle = "t"\nlicence = "CC0-1.0"\n'
    )
    words = ["city", "import", "tables", tmp_path, "--map", tmp_path / "map.toml", "--no-infer"]
    fill(small_disk)
    before = files_of(small_disk)
    cli(*words, "--into", small_disk / "new", "--json").refuses(SPACE)
    assert files_of(small_disk) == before
    (small_disk / "fill").unlink()
    shutil.copytree(block, small_disk / "city")
    fill(small_disk)
    before = files_of(small_disk)
    cli(*words, "--into", small_disk / "city", "--json").refuses(SPACE)
    assert files_of(small_disk) == before


@pytest.mark.parametrize(("command", "most"), [("demo", 0), ("stress", 3_000)])
def test_a_limit_on_file_size(
    city: Path, scenario: Path, tmp_path: Path, command: str, most: int
) -> None:
    out = tmp_path / "out"
    words = {
        "demo": ["demo", str(out), "--seed", "2", "--json"],
        "stress": ["stress", str(city), str(scenario), "--samples", "512", "--out", str(out)],
    }[command]
    for replace in (False, True):
        if replace:
            out.mkdir()
            (out / "run.json").write_text("{}")
            words.append("--replace")
        before = files_of(tmp_path)
        done = subprocess.run(
            [*RENCITY, *words],
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
        )
        assert done.returncode == 1, done.stderr
        assert done.stdout == ""
        assert done.stderr.startswith("error: ")
        assert "File too large" in done.stderr
        assert "ulimit -f" in done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert files_of(tmp_path) == before
        assert not list(tmp_path.glob(".*"))


def test_every_fault_of_the_system_has_words(tmp_path: Path) -> None:
    for code in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EIO):
        said = str(storage_error(OSError(code, "x"), tmp_path))
        assert str(tmp_path) in said
        assert "mend: " in said
    told = "Can't write data (errno = 28, error message = 'No space left on device')"
    assert SPACE in str(storage_error(OSError(told), tmp_path))


def test_write_bytes_leaves_the_old_file(small_disk: Path) -> None:
    write_bytes(small_disk / "a", b"old")
    with pytest.raises(StorageError, match=SPACE):
        write_bytes(small_disk / "a", b"x" * 600_000)
    assert files_of(small_disk) == {"a": b"old"}


def test_a_folder_is_made_where_the_stage_fits(small_disk: Path) -> None:
    with staged_folder(small_disk / "a") as stage:
        (stage / "x").write_bytes(b"1" * 300_000)
    with (
        pytest.raises(StorageError, match=SPACE),
        staged_folder(small_disk / "a", replace=True) as stage,
    ):
        (stage / "x").write_bytes(b"2" * 300_000)
    assert files_of(small_disk) == {"a/x": b"1" * 300_000}
