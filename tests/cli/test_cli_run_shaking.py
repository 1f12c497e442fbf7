from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pyproj import Geod

from rencity.city.demo.shaking import write_shaking
from rencity.kit.errors import InputError

FIELD = Path(__file__).resolve().parents[2] / "examples" / "demo" / "earthquake.field.toml"
BOUNDS = (119.5, 31.1, 120.6, 32.0)


def test_shaking_covers_the_city_and_falls_off_with_distance(tmp_path):
    made = write_shaking(FIELD, BOUNDS, tmp_path)
    tables = {path.name: pd.read_csv(path) for path in made}
    assert list(tables) == ["M5.8.csv", "M6.3.csv", "M6.8.csv"]
    one = tables["M6.3.csv"]
    assert one.lon.min() < BOUNDS[0]
    assert one.lon.max() > BOUNDS[2]
    assert one.lat.min() < BOUNDS[1]
    assert one.lat.max() > BOUNDS[3]
    far = Geod(ellps="WGS84").inv(
        np.full(len(one), 120.38), np.full(len(one), 31.52), one.lon, one.lat
    )[2]
    order = np.argsort(far)
    bins = [part.mean() for part in np.array_split(one.pga_g.to_numpy()[order], 40)]
    assert (np.diff(bins) < 0).all()
    near = np.exp(-3.4 + 0.85 * 6.3 - 1.1 * np.log(np.hypot(far.min() / 1000, 10) + 10))
    assert one.pga_g.max() == pytest.approx(near, rel=0.01)
    assert (tables["M6.8.csv"].pga_g > one.pga_g).all()


def test_the_same_field_every_time(tmp_path):
    first = [path.read_bytes() for path in write_shaking(FIELD, BOUNDS, tmp_path / "a")]
    assert [path.read_bytes() for path in write_shaking(FIELD, BOUNDS, tmp_path / "b")] == first


@pytest.mark.parametrize("text", ["", "[field]\nlon = 1", "[field", 'x = "\\'])
def test_a_broken_field_is_named(tmp_path, text):
    (tmp_path / "bad.toml").write_text(text)
    with pytest.raises(InputError, match=r"bad\.toml"):
        write_shaking(tmp_path / "bad.toml", BOUNDS, tmp_path)
    with pytest.raises(InputError):
        write_shaking(tmp_path / "none.toml", BOUNDS, tmp_path)
