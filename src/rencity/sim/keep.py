"""Finished blocks on disk: a run that was stopped goes on from there, and workers meet there.

The folder stands beside the run's own under ``NAME.part``: `key` says what run it belongs to,
`blocks/NUMBER.npz` holds what is finished, `plan.*` what workers read. It goes once the run folder
is written.
"""

from __future__ import annotations

import contextlib
import mmap
import pickle
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from rencity.city.model import City
from rencity.city.network import Network
from rencity.city.network.cache import load_network, network_folder
from rencity.kit.errors import StorageError
from rencity.kit.files import locked_folder, staged_file, storage_error, write_bytes
from rencity.sim.plan import Plan
from rencity.sim.reach.block import Block

_BROKEN = (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile)
_ALIGN = 64


class Keep:
    """Where the blocks of one run are kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, number: int) -> Path:
        """Where a block lies, or will."""
        return self.folder / "blocks" / f"{number:06d}.npz"

    def save(self, number: int, block: Block) -> None:
        """Write a finished block whole.

        Raises
        ------
        StorageError : the disk refused it
        """
        with staged_file(self.path(number)) as file:
            np.savez(file, **block._asdict())

    def load(self, number: int) -> Block | None:
        """A finished block; None where it is not there or not whole."""
        # opened here: numpy leaves a file that is no archive open
        with (
            contextlib.suppress(*_BROKEN),
            self.path(number).open("rb") as file,
            np.load(file) as held,
        ):
            return Block(**{name: held[name] for name in Block._fields})
        return None

    def finished(self) -> int:
        """How many blocks lie here."""
        return sum(1 for _ in (self.folder / "blocks").glob("*.npz"))


@contextlib.contextmanager
def kept_beside(target: Path, key: str) -> Iterator[Keep]:
    """The blocks of the run that will stand at `target`.

    Blocks of another key are thrown away. The folder stays, unless an error comes before the first
    block is finished; see `forget`.

    Raises
    ------
    StorageError : what is there is no such folder, another process writes there, or the disk
        refused it
    """
    folder = part_folder(target)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise storage_error(exc, folder) from exc
    with locked_folder(folder):
        _claim(folder, key)
        keep = Keep(folder)
        try:
            yield keep
        except BaseException:
            if not keep.finished():
                shutil.rmtree(folder, ignore_errors=True)
            raise


def part_folder(target: Path) -> Path:
    """Where the blocks of the run at `target` are kept."""
    return target.parent / f"{target.name}.part"


def forget(target: Path) -> None:
    """Remove the blocks of a run that is written."""
    folder = part_folder(target)
    if (folder / "key").exists():
        shutil.rmtree(folder, ignore_errors=True)


def _claim(folder: Path, key: str) -> None:
    """Make the folder this run's, emptied of any other's."""
    mark = folder / "key"
    if mark.exists():
        if mark.read_text("utf-8") == key:
            return
    elif any(folder.iterdir()):
        raise StorageError(
            "what is there are no blocks of a run, so it is not replaced",
            place=str(folder),
            mend="move it away, or choose another --out",
        )
    shutil.rmtree(folder / "blocks", ignore_errors=True)
    write_bytes(mark, key.encode())


def network_home(city: City) -> Path | None:
    """Where workers find the city's arrays; None where they are not kept."""
    home = network_folder(city)
    return home if home is not None and home.is_dir() else None


def write_plan(folder: Path, plan: Plan, network_folder: Path | None) -> None:
    """Write a plan so that other processes map its arrays instead of copying them.

    Parameters
    ----------
    network_folder : where the city keeps its arrays; None: they are written too
    """
    buffers: list[pickle.PickleBuffer] = []
    slim = plan if network_folder is None else replace(plan, network=_AT_HOME)
    said = pickle.dumps((slim, network_folder), protocol=5, buffer_callback=buffers.append)
    ends = [0]
    with staged_file(folder / "plan.arrays") as file:
        for buffer in buffers:
            raw = buffer.raw()
            file.write(raw)
            file.write(b"\0" * (-raw.nbytes % _ALIGN))
            ends.append(ends[-1] + raw.nbytes + -raw.nbytes % _ALIGN)
    sizes = [buffer.raw().nbytes for buffer in buffers]
    write_bytes(folder / "plan.pickle", pickle.dumps((said, ends, sizes), protocol=5))


def read_plan(folder: Path) -> Plan:
    """A plan that this program wrote in the same run, its arrays mapped."""
    said, ends, sizes = pickle.loads((folder / "plan.pickle").read_bytes())  # noqa: S301 - our own
    parts: list[memoryview] = []
    if ends[-1]:
        with (folder / "plan.arrays").open("rb") as file:
            whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        parts = [whole[begin : begin + n] for begin, n in zip(ends[:-1], sizes, strict=True)]
    plan, home = pickle.loads(said, buffers=parts)  # noqa: S301 - our own
    return plan if home is None else replace(plan, network=load_network(home))


_AT_HOME: Network = None  # type: ignore[assignment]
"""In place of the network where workers read it from the city's own cache."""
