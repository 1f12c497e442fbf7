"""Files that lie elsewhere than the city are named, with what may be wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rencity.city import City
from rencity.city.importing import import_into
from rencity.kit.errors import InputError

PLAN = '[[layers]]\nname = "a"\ntable = "assets"\nx = "x"\ny = "y"\n[layers.columns]\nid = "id"\n'
PLAN += 'lifeline = { value = "water" }\nkind = { value = "pump" }\nname = "名称"\n'


@pytest.fixture
def folder(tiny_city: Callable[..., City], tmp_path: Path) -> Path:
    tiny_city().write(tmp_path / "city")
    (tmp_path / "map.toml").write_text(PLAN, encoding="utf-8")
    return tmp_path / "city"


def brought(tmp_path: Path, x: float, y: float, *, far: bool = False) -> City:
    src = tmp_path / "a.csv"
    src.write_bytes(f"id,x,y,名称\nnew,{x},{y},城北泵站\n".encode("gb18030"))
    plan = tmp_path / "map.toml"
    return import_into("tables", src, tmp_path / "city", mapping=plan, far=far).city


@pytest.mark.parametrize(
    ("x", "y", "said"),
    [
        (31.56, 120.31, None),  # off the globe: refused as rows
        (116.4, 39.9, r"round 39\.90°N 116\.40°E, 9\d\d km.*--far"),
        (0.001, 0.001, "in the sea"),
        (-46.6, -23.5, r"23\.50°S 46\.60°W"),
    ],
)
def test_another_place_is_named(
    folder: Path, tmp_path: Path, x: float, y: float, said: str | None
) -> None:
    with pytest.raises(InputError, match=said):
        brought(tmp_path, x, y)
    assert "new" not in set(City.open(folder).assets["id"])


def test_swapped_axes_are_named(tiny_city: Callable[..., City], tmp_path: Path) -> None:
    def south(frame):  # type: ignore[no-untyped-def]
        return frame.assign(geometry=frame.geometry.translate(-75, -20))

    tiny_city(assets=south, zones=south).write(tmp_path / "city")  # round 11.5°N 45.3°E
    (tmp_path / "map.toml").write_text(PLAN, encoding="utf-8")
    with pytest.raises(InputError, match="look swapped"):
        brought(tmp_path, 11.56, 45.31)


def test_near_or_allowed_comes_in(folder: Path, tmp_path: Path) -> None:
    assert "城北泵站" in set(brought(tmp_path, 120.9, 31.9).assets["name"])
    assert "new" in set(City.open(folder).assets["id"])


def test_far_is_allowed_when_said(folder: Path, tmp_path: Path) -> None:
    assert len(City.open(folder).assets) == 13
    assert "new" in set(brought(tmp_path, 116.4, 39.9, far=True).assets["id"])
