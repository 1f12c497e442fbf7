"""Where things lie, and what is told of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rencity.registry.places import Places


@pytest.mark.parametrize("folder", [Path("/srv/data"), Path("var/demo")])
def test_paths_are_told_as_whoever_asks_knows_them(folder: Path) -> None:
    places = Places(folder)
    given = places.work / "j1" / "in" / "source" / "given" / "a.csv"
    assert places.told(f"{given}: row 3") == "given/a.csv: row 3"
    assert places.told(f"{places.folder}/cities/x/1 is gone") == "cities/x/1 is gone"


@pytest.mark.parametrize("folder", [Path("/srv/data"), Path("var/demo"), Path()])
def test_other_paths_stay_as_they_are(folder: Path) -> None:
    """Also one that leads out of a folder, which a fault is about."""
    for text in ("'../a' is no path inside a folder", "/other/srv/data/x", "a/var/demo/b", "5./6"):
        assert Places(folder).told(text) == text
