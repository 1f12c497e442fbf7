from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from rencity.city.model import City
from rencity.kit.errors import InputError
from rencity.sim.strike import EVERY_SAMPLE, NEVER, Strike
from tests.sim.hazard.toy import city_of

Make = Callable[..., Strike]
GIVEN = 'kind = "given"\npath = "down.csv"\n'


@pytest.fixture
def city() -> City:
    rows = [
        ("007", "power.substation_low", (0, 0)),
        ("7", "power.node", (0, 0)),
        ("NA", "water.pump", (0, 0)),
    ]
    return city_of(rows)


def rows_of(strike: Strike) -> list[tuple[int, int, int]]:
    columns = (strike.out_sample, strike.out_asset, strike.out_min)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_rows_become_outages_by_sample(strike: Make, city: City, tmp_path: Path) -> None:
    text = "sample,asset,hours\n4,7,1.5\n0,007,\n0,NA,2\n\nall,7,\n"
    (tmp_path / "down.csv").write_text(text, encoding="utf-8")
    made = strike(GIVEN + 'restore = "never"\n', city)
    # ids stay text: 007 is not 7, and NA is a name
    assert rows_of(made) == [(EVERY_SAMPLE, 1, NEVER), (0, 0, NEVER), (0, 2, 120), (4, 1, 90)]
    assert rows_of(strike(GIVEN + "restore = 6\n", city))[:2] == [
        (EVERY_SAMPLE, 1, 360),
        (0, 0, 360),
    ]


def test_a_repair_class_gives_the_median_of_its_gravest_state(
    strike: Make, city: City, tmp_path: Path
) -> None:
    path = tmp_path / "down.csv"
    path.write_text("sample,asset\n0,007\n1,NA\n", encoding="utf-8")
    assert rows_of(strike(GIVEN, city)) == [(0, 0, 14400), (1, 2, 4320)]
    path.write_text("sample,asset\n0,007\n1,7\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"row 3: asset '7' has no repair class"):
        strike(GIVEN, city)


def test_parquet_serves_as_well(strike: Make, city: City, tmp_path: Path) -> None:
    frame = pd.DataFrame({"sample": [1, 0], "asset": ["7", "007"], "hours": [1.0, 2.0]})
    frame.to_parquet(tmp_path / "down.parquet")
    made = strike(GIVEN.replace("csv", "parquet"), city)
    assert rows_of(made) == [(0, 0, 120), (1, 1, 60)]
    whole = pd.DataFrame({"sample": [0], "asset": [7], "hours": [1]})
    whole.to_parquet(tmp_path / "down.parquet")
    assert rows_of(strike(GIVEN.replace("csv", "parquet"), city)) == [(0, 1, 60)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sample,hours\n0,1\n", "no column 'asset'"),
        ("sample,asset\n0,008\n", r"row 2, column asset: no asset '008'.*did you mean '007'"),
        ("sample,asset\n0,\n", "row 2, column asset: an empty value is no asset"),
        ("sample,asset\n0,7\n10,7\n", "row 3, column sample: '10' is no sample: .* 0 to 9"),
        ("sample,asset\n-1,7\n", "row 2, column sample: '-1' is no sample"),
        ("sample,asset\n0.5,7\n", "'0.5' is no sample"),
        ("sample,asset\nfirst,7\n", "'first' is no sample"),
        ("sample,asset\n,7\n", "an empty value is no sample"),
        ("sample,asset,hours\n0,7,-2\n", "row 2, column hours: '-2' is no time"),
        ("sample,asset,hours\n0,7,0\n", "'0' is no time above 0"),
        ("sample,asset,hours\n0,7,inf\n", "'inf' is no time"),
        ("sample,asset,hours\n0,7,long\n", "'long' is no time"),
        ("sample,asset\n3,7\n3,007\n3,7\n", "row 4, column asset: '7' stands twice"),
        ("sample,asset\n", "no rows"),
        ("", "the file is empty"),
    ],
)
def test_a_bad_row_is_told(text: str, told: str, strike: Make, city: City, tmp_path: Path) -> None:
    (tmp_path / "down.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=told) as caught:
        strike(GIVEN + 'restore = "never"\n', city, samples=10)
    assert str(tmp_path) in caught.value.place
    assert caught.value.mend
