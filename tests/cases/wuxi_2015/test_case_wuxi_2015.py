from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest

from rencity.city import City
from rencity.city.check import check
from rencity.city.importing import NewCity, import_into
from rencity.city.versions import adopted, diff, heirs, read_lineage
from rencity.kit.errors import CityError
from rencity.kit.findings import has_errors

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def both(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[City, City]:
    folder = tmp_path_factory.mktemp("wuxi")
    return tuple(
        import_into(
            "tables",
            shared_data / "admin",
            folder / name,
            mapping=HERE / f"{name}.toml",
            new=NewCity(id="wuxi", name="无锡", code="320200"),
        ).city
        for name in ("old", "new")
    )  # type: ignore[return-value]


def test_merged_codes_must_be_said(both: tuple[City, City]) -> None:
    with pytest.raises(CityError, match=r"3 ids vanish.*320202, 320203, 320204"):
        adopted(*both)


def test_the_table_of_codes_explains_all(both: tuple[City, City]) -> None:
    old, new = both
    made = adopted(old, new, read_lineage(HERE / "lineage.csv"))
    assert (made.identity.version, made.identity.parent) == (2, old.hash)
    found = diff(old, made)
    assert not found.findings
    zones = found.tables["zones"]
    assert zones.rows == (8, 7)
    assert zones.added == ("320213", "320214")
    assert zones.removed == ("320202", "320203", "320204")
    assert heirs(made.lineage, "zones", ["320203"]) == {"320213"}
    assert heirs(made.lineage, "zones", ["320211"]) == {"320211", "320214"}
    assert heirs(made.lineage, "zones", ["320281"]) == {"320281"}
    assert {step.change for step in found.lineage} == {"merged", "split"}
    assert not has_errors(check(made))


def test_the_outlines_agree_with_the_table(both: tuple[City, City]) -> None:
    old, new = (
        gpd.GeoDataFrame(city.zones).set_index("id").geometry.to_crs("EPSG:32651") for city in both
    )
    merged = old[["320202", "320203", "320204"]].union_all()
    assert merged.intersection(new["320213"]).area > 0.85 * merged.area
    givers = old[["320205", "320211"]].union_all()
    assert new["320214"].intersection(givers).area > 0.9 * new["320214"].area
