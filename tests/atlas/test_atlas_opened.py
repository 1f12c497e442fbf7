"""Cities held open: each once, the least recently asked for given up first."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from rencity.atlas.opened import OpenedCities
from rencity.kit.errors import AbsentError
from tests.cities import tiny_city


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    base = tmp_path_factory.mktemp("opened")
    for name in "abc":
        tiny_city(f"power: S* {name}", f"S-{name}").write(base / name)
    return [base / name for name in "abc"]


def test_a_city_is_opened_once_for_all_who_ask_together(folders: list[Path]) -> None:
    held = OpenedCities()
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(held.of(folders[0]))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len({id(each) for each in found}) == 1


def test_the_one_not_asked_for_longest_goes_first(folders: list[Path]) -> None:
    first = OpenedCities().of(folders[0])
    held = OpenedCities(most_rows=int(first.rows * 2.5))
    a, b = held.of(folders[0]), held.of(folders[1])
    assert held.of(folders[0]) is a
    held.of(folders[2])
    assert held.of(folders[0]) is a
    assert held.of(folders[1]) is not b


def test_another_city_in_the_same_folder_is_read_anew(folders: list[Path], tmp_path: Path) -> None:
    shutil.copytree(folders[0], tmp_path / "c")
    held = OpenedCities()
    before = held.of(tmp_path / "c").city.hash
    shutil.rmtree(tmp_path / "c")
    with pytest.raises(AbsentError):
        held.of(tmp_path / "c")
    shutil.copytree(folders[1], tmp_path / "c")
    assert held.of(tmp_path / "c").city.hash != before
