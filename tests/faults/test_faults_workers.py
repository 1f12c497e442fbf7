"""Workers that die, clusters that go away, runs that are stopped: the same digest, nothing lost."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from rencity.city import City
from rencity.content import classes_of, load_packs
from rencity.kit.digests import digest_of
from rencity.kit.errors import RunError, StorageError
from rencity.rehearse import stress
from rencity.sim import keep as keeping
from rencity.sim import spread
from rencity.sim.keep import Keep, kept_beside, read_plan, write_plan
from rencity.sim.plan import Simulator
from rencity.sim.prepare import prepare
from rencity.sim.reach.block import Block
from rencity.sim.scenario import load_scenario
from tests.faults.conftest import SCENARIO, Cli
from tests.servers import until

SAMPLES = 1600
BLOCKS = 4


@pytest.fixture(scope="module")
def alone(block: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest of one thread, in a city of its own: a run leaves a cache in its city."""
    city = shutil.copytree(block, tmp_path_factory.mktemp("alone") / "city")
    return stress(city, SCENARIO, samples=SAMPLES, workers=1).digest


def test_processes_find_the_same(city: Path, scenario: Path, alone: str) -> None:
    assert stress(city, scenario, samples=SAMPLES, workers=2).digest == alone
    assert stress(city, scenario, samples=SAMPLES).digest == alone


def test_a_city_without_a_folder_goes_to_processes_too(
    city: Path, scenario: Path, alone: str
) -> None:
    held = City.open(city)
    held = City(held.identity, held.tables, None, {r: _raster(city, r) for r in _paths(held)})
    assert stress(held, scenario, samples=SAMPLES, workers=2).digest == alone


def _paths(city: City) -> list[str]:
    return [raster.path for raster in city.identity.rasters]


def _raster(folder: Path, path: str) -> bytes:
    return (folder / path).read_bytes()


class Dying(Keep):
    """Blocks whose worker is killed as it is about to leave the first one, the first time."""

    def save(self, number: int, block: Block) -> None:
        grave = self.folder / "died"
        if number == 0 and not grave.exists():
            grave.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        super().save(number, block)


def _die_once(folder: str, number: int) -> int:
    spread.Keep = Dying  # type: ignore[misc]
    return spread.do_block(folder, number)


def _die_always(folder: str, number: int) -> int:
    if number == BLOCKS - 1:  # the others first: a death takes their workers along
        until(lambda: Keep(Path(folder)).finished() == BLOCKS - 1, "the other blocks")
        os.kill(os.getpid(), signal.SIGKILL)
    return spread.do_block(folder, number)


def only_the_first() -> Callable[[str, int], int]:
    """A task that goes to a cluster by value: block 0, then wait until the cluster is killed."""

    def task(folder: str, number: int) -> int:
        import threading

        from rencity.sim.spread import do_block

        if number:
            threading.Event().wait()
        return do_block(folder, number)

    return task


def test_a_killed_worker_changes_nothing(
    city: Path, scenario: Path, tmp_path: Path, alone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spread, "_TASK", _die_once)
    out = tmp_path / "run"
    result = stress(city, scenario, samples=SAMPLES, workers=2, keep_beside=out)
    assert (tmp_path / "run.part" / "died").exists()
    assert result.digest == alone


def test_workers_that_keep_dying_are_told_and_the_rest_is_kept(
    city: Path, scenario: Path, tmp_path: Path, alone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "run"
    with monkeypatch.context() as patch:
        patch.setattr(spread, "_TASK", _die_always)
        with pytest.raises(RunError, match="workers died") as told:
            stress(city, scenario, samples=SAMPLES, workers=2, keep_beside=out)
    assert told.value.place == f"block {BLOCKS - 1}"
    assert "kept" in told.value.mend
    assert Keep(tmp_path / "run.part").finished() == BLOCKS - 1
    done = []
    real = Simulator.block
    with monkeypatch.context() as patch:
        patch.setattr(Simulator, "block", lambda self, n: done.append(n) or real(self, n))
        result = stress(city, scenario, samples=SAMPLES, workers=1, keep_beside=out)
    assert done == [BLOCKS - 1]
    assert result.digest == alone
    result.write(out)
    assert sorted(path.name for path in tmp_path.iterdir() if "run" in path.name) == ["run"]


def test_blocks_of_another_run_are_not_taken(
    city: Path, scenario: Path, tmp_path: Path, alone: str
) -> None:
    out = tmp_path / "run"
    other = stress(city, scenario, samples=SAMPLES, seed=5, workers=1, keep_beside=out)
    assert other.digest != alone
    assert stress(city, scenario, samples=SAMPLES, workers=1, keep_beside=out).digest == alone


@pytest.mark.parametrize("how", ["cut", "empty", "text"])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_torn_block_is_done_again(
    city: Path, scenario: Path, tmp_path: Path, alone: str, how: str, workers: int
) -> None:
    out = tmp_path / "run"
    stress(city, scenario, samples=SAMPLES, workers=1, keep_beside=out)
    block = Keep(tmp_path / "run.part").path(1)
    whole = block.read_bytes()
    block.write_bytes({"cut": whole[: len(whole) // 2], "empty": b"", "text": b"not a block"}[how])
    assert stress(city, scenario, samples=SAMPLES, workers=workers, keep_beside=out).digest == alone
    assert Keep(tmp_path / "run.part").load(1) is not None


def test_what_is_no_folder_of_blocks_is_left_alone(cli: Cli, city: Path, scenario: Path) -> None:
    mine = city.parent / "run.part"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    done = cli("stress", city, scenario, "--out", city.parent / "run")
    done.refuses("run.part", "no blocks of a run")
    assert (mine / "thesis.txt").read_text() == "years of work"


def test_two_commands_do_not_share_a_folder(tmp_path: Path) -> None:
    with kept_beside(tmp_path / "run", "k") as keep:
        keep.path(0).parent.mkdir()
        keep.path(0).touch()
        with (
            pytest.raises(StorageError, match="another command"),
            kept_beside(tmp_path / "run", "k"),
        ):
            pass
    with kept_beside(tmp_path / "run", "k"):
        assert keep.finished() == 1


def test_nobody_at_the_address(cli: Cli, city: Path, scenario: Path, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    options = ("--out", tmp_path / "run", "--dask", "tcp://127.0.0.1:9")
    cli("stress", city, scenario, *options).refuses("127.0.0.1:9", "Dask")
    assert not (tmp_path / "run").exists()


def test_a_plan_on_disk_is_the_plan(city: Path, scenario: Path, tmp_path: Path) -> None:
    ready = prepare(
        City.open(city), load_scenario(scenario), classes_of(load_packs()), base=tmp_path
    )
    for home in (None, keeping.network_home(City.open(city))):
        write_plan(tmp_path, ready.plan, home)
        again = read_plan(tmp_path)
        assert digest_of(again) == digest_of(ready.plan)
        assert not np.asarray(again.draws[0].key).flags.writeable


# a scheduler and workers of their own processes, as on other hosts, ended by the test
DASK = """
import sys
from distributed import LocalCluster
if __name__ == "__main__":
    cluster = LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
    )
    print(cluster.scheduler_address, flush=True)
    sys.stdin.readline()
    cluster.close()
"""


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address of a small cluster, and its process."""
    pytest.importorskip("distributed")
    script = tmp_path / "cluster.py"
    script.write_text(DASK)
    run = subprocess.Popen(
        [sys.executable, str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    with run:
        assert run.stdout is not None
        yield run.stdout.readline().strip(), run
        if run.poll() is None:
            os.killpg(os.getpgid(run.pid), signal.SIGKILL)


def test_a_cluster_finds_the_same(
    city: Path, scenario: Path, tmp_path: Path, alone: str, dask: tuple[str, object]
) -> None:
    result = stress(city, scenario, samples=SAMPLES, dask=dask[0], keep_beside=tmp_path / "run")
    assert result.digest == alone


def test_a_cluster_that_goes_away_leaves_what_is_finished(
    city: Path,
    scenario: Path,
    tmp_path: Path,
    alone: str,
    dask: tuple[str, subprocess.Popen[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address, run = dask
    out = tmp_path / "run"
    gone = []

    def watch(stage: str, share: float) -> None:
        if stage == "samples" and share > 0 and not gone:
            gone.append(os.killpg(os.getpgid(run.pid), signal.SIGKILL))

    with monkeypatch.context() as patch:
        patch.setattr(spread, "_TASK", only_the_first())
        with pytest.raises(RunError, match="went away"):
            stress(city, scenario, samples=SAMPLES, dask=address, keep_beside=out, progress=watch)
    assert Keep(tmp_path / "run.part").finished() == 1
    assert stress(city, scenario, samples=SAMPLES, workers=1, keep_beside=out).digest == alone
