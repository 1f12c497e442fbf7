"""What a lineage may say: every way to break its rules, on one pair of cities."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from rencity.city import City
from rencity.city.versions import adopted, heirs, read_lineage
from rencity.kit.errors import CityError, InputError

Row = tuple[str, str, str, str]


def lineage(*rows: Row) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["table", "old", "new", "change"])


def zones(city: City, **names: str) -> dict[str, pd.DataFrame]:
    """The zones under other names, and what names them."""
    return {
        name: city.tables[name].assign(
            **{
                column: city.tables[name][column].replace(names)
                for column in ("id", "zone", "parent")
                if column in city.tables[name] and (column != "id" or name == "zones")
            }
        )
        for name in ("zones", "assets", "serves", "demands")
    }


FAULTS: list[tuple[tuple[Row, ...], str]] = [
    ((), "1 ids vanish without a word.*g2"),
    ((("zones", "g2", "", "retired"), ("zones", "g1", "", "retired")), "still there"),
    ((("zones", "g2", "g9", "replaced"),), "not in the new version"),
    ((("zones", "g2", "new", "replaced"), ("zones", "gx", "", "retired")), "not in the old"),
    ((("zones", "g2", "new", "split"),), "do not fit their change"),
    ((("zones", "g2", "new", "merged"),), "do not fit their change"),
    ((("zones", "g2", "", "replaced"),), "do not fit their change"),
    ((("zones", "g2", "new", "retired"),), "do not fit their change"),
    ((("zones", "g2", "new", "vanished"),), "do not fit their change"),
    ((("zones", "g2", "new", "replaced"), ("zones", "g2", "g1", "split")), "two kinds of change"),
    ((("zones", "g2", "new", "replaced"),) * 2, "rows stand twice"),
    ((("zones", "g2", "new", "replaced"), ("serves", "mast", "", "retired")), "have no ids"),
]


@pytest.mark.parametrize(("rows", "said"), FAULTS)
def test_a_lineage_that_does_not_hold_is_refused(
    tiny_city: Callable[..., City], rows: tuple[Row, ...], said: str
) -> None:
    city = tiny_city()
    with pytest.raises(CityError, match=said) as caught:
        city.successor(zones(city, g2="new"), lineage(*rows))
    assert caught.value.mend


def test_faults_of_a_lineage_are_said_at_once(tiny_city: Callable[..., City]) -> None:
    city = tiny_city()
    with pytest.raises(CityError) as caught:
        city.successor(
            zones(city, g2="new"),
            lineage(("zones", "g1", "", "retired"), ("zones", "no", "", "retired")),
        )
    assert "g2" in caught.value.what
    assert "g1" in caught.value.what
    assert "no" in caught.value.what


def test_an_id_that_ended_never_comes_back(tiny_city: Callable[..., City]) -> None:
    first = tiny_city()
    second = first.successor(zones(first, g2="new"), lineage(("zones", "g2", "new", "replaced")))
    with pytest.raises(CityError, match=r"come back.*g2"):
        second.successor(zones(second, new="g2"), lineage(("zones", "new", "g2", "replaced")))
    third = second.successor(zones(second, new="nw"), lineage(("zones", "new", "nw", "replaced")))
    assert (third.identity.version, third.identity.parent) == (3, second.hash)
    assert heirs(third.lineage, "zones", ["g2"]) == {"nw"}
    assert heirs(third.lineage, "zones", ["g2"], since=2) == {"g2"}
    assert heirs(third.lineage, "zones", ["new", "g1"], since=2) == {"nw", "g1"}
    assert len(third.lineage) == 2


def test_a_version_without_changes_is_one_up_and_otherwise_the_same(
    tiny_city: Callable[..., City],
) -> None:
    first = tiny_city()
    second = first.successor({})
    assert second.identity.version == 2
    assert second.hash != first.hash
    assert second.successor({}).identity.parent == second.hash


def test_inferred_rows_need_no_lineage(tiny_city: Callable[..., City]) -> None:
    city = tiny_city(need_groups=lambda f: f.assign(origin="inferred", rule="r"))
    gone = city.need_groups[city.need_groups["asset"].ne("mast")]
    needs = city.needs[city.needs["group"].ne("mast-power")]
    assert city.successor({"need_groups": gone, "needs": needs}).identity.version == 2
    known = tiny_city()
    with pytest.raises(CityError, match="mast-power"):
        known.successor({"need_groups": gone, "needs": needs})


def test_another_city_is_no_version(tiny_city: Callable[..., City]) -> None:
    with pytest.raises(CityError, match="no version of"):
        adopted(tiny_city(), tiny_city(identity={"id": "other"}))
    second = tiny_city().successor({})
    with pytest.raises(CityError, match="version 2 already"):
        adopted(tiny_city(), second)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("table,old,new\nzones,a,b\n", "missing change"),
        ("table,old,new,change,who\nzones,a,b,replaced,me\n", "unknown who"),
        ("table,old,new,change\nzones,a,b,renamed\n", "lineage.csv:2: unknown change 'renamed'"),
        ('table,old,new,change\nzones,"a,b\n', "not CSV"),
        ("", "not CSV"),
    ],
)
def test_a_lineage_file_that_is_none_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "lineage.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_lineage(path)
    path.write_bytes("table,old,new,change\n区,a,b,replaced\n".encode("gbk"))
    with pytest.raises(InputError, match="UTF-8"):
        read_lineage(path)
    with pytest.raises(InputError, match="No such file"):
        read_lineage(tmp_path / "none.csv")
