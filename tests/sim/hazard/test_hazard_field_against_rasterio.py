"""Fields on a grid against rasterio's sampling and SciPy's bilinear interpolation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyproj
import pytest
import rasterio
from rasterio.errors import NotGeoreferencedWarning
from rasterio.transform import Affine
from scipy.interpolate import RegularGridInterpolator
from scipy.special import ndtri

from rencity.city.model import City
from rencity.kit.errors import InputError, ScenarioError
from rencity.sim.strike import Strike
from tests.sim.hazard.toy import FLOODED, SUBSTATION, city_of

pytestmark = pytest.mark.filterwarnings(
    "ignore:Use `@`:PendingDeprecationWarning"
)  # rasterio's own

Make = Callable[..., Strike]

PGA = 'kind = "field"\nmeasure = "PGA"\nunit = "g"\n'
ONE = '[[hazards.events]]\npath = "a.tif"\n'
ROWS, COLUMNS = 30, 40


def put(
    folder: Path,
    bands: np.ndarray,
    transform: Affine,
    *,
    crs: str | None = "EPSG:32651",
    nodata: float | None = None,
    name: str = "a.tif",
) -> Path:
    path = folder / name
    count, height, width = bands.shape
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        count=count,
        height=height,
        width=width,
        dtype="float64",
        crs=crs,
        transform=transform,
        nodata=nodata,
    ) as file:
        file.write(bands)
    return path


def substations(lonlat: np.ndarray) -> City:
    kind = "power.substation_low"
    return city_of([(f"s{i:05}", kind, tuple(place)) for i, place in enumerate(lonlat)])


def lonlat_of(xy: np.ndarray, crs: str = "EPSG:32651") -> np.ndarray:
    back = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    return np.column_stack(back.transform(*xy.T))


def felt(strike: Strike) -> np.ndarray:
    first = SUBSTATION.states[0]
    return first.median * np.exp(first.beta * ndtri(strike.exceed[0, 0]))


@pytest.fixture
def bands() -> np.ndarray:
    return np.random.default_rng(4).uniform(0.05, 1, (2, ROWS, COLUMNS))


NORTH_UP = Affine(250, 0, 500_000, 0, -250, 3_500_000)


def test_cell_centres_hold_what_rasterio_samples(
    strike: Make, tmp_path: Path, bands: np.ndarray
) -> None:
    turned = NORTH_UP @ Affine.rotation(20)
    path = put(tmp_path, bands, turned)
    row, column = (part.ravel() for part in np.mgrid[:ROWS, :COLUMNS])
    xy = np.column_stack(turned @ (column + 0.5, row + 0.5))
    city = substations(lonlat_of(xy))
    with rasterio.open(path) as file:
        sampled = np.array(list(file.sample(xy, indexes=2)))[:, 0]
    made = strike(PGA + "band = 2\n" + ONE, city)
    assert felt(made) == pytest.approx(sampled, rel=1e-6)


def test_between_centres_it_is_bilinear(strike: Make, tmp_path: Path, bands: np.ndarray) -> None:
    put(tmp_path, bands, NORTH_UP)
    x = 500_000 + 250 * (np.arange(COLUMNS) + 0.5)
    y = 3_500_000 - 250 * (np.arange(ROWS) + 0.5)
    plain = RegularGridInterpolator((y[::-1], x), bands[0][::-1])
    rng = np.random.default_rng(5)
    xy = np.column_stack([rng.uniform(x[0], x[-1], 500), rng.uniform(y[-1], y[0], 500)])
    made = strike(PGA + ONE, substations(lonlat_of(xy)))
    assert felt(made) == pytest.approx(plain(xy[:, ::-1]), rel=1e-6)


def test_the_rim_of_half_a_cell_keeps_the_edge_value(strike: Make, tmp_path: Path) -> None:
    put(tmp_path, np.full((1, 2, 2), 0.3), NORTH_UP)
    made = strike(PGA + ONE, substations(lonlat_of(np.array([[500_001.0, 3_499_999.0]]))))
    assert felt(made) == pytest.approx([0.3])


def test_cells_without_data_lend_nothing(strike: Make, tmp_path: Path) -> None:
    cells = np.array([[[0.2, -9.0, 0.4], [0.2, np.nan, 0.4], [0.2, 0.4, 0.6]]])
    put(tmp_path, cells, NORTH_UP, nodata=-9.0)
    at = np.array([[500_200.0, 3_499_875.0], [500_375.0, 3_499_375.0], [500_375.0, 3_499_875.0]])
    city = substations(lonlat_of(at))
    with pytest.raises(ScenarioError, match=r"1 of 3 assets lie outside .*: s00002"):
        strike(PGA + ONE, city)
    near = strike(PGA + "within_m = 251\n" + ONE, city)
    assert felt(near)[:2] == pytest.approx([0.2, 0.4])  # half the weight is without data
    assert felt(near)[2] == pytest.approx(0.2) or felt(near)[2] == pytest.approx(0.4)
    dry = strike(PGA + 'outside = "zero"\n' + ONE, city)
    assert dry.asset.tolist() == [0, 1]


def test_a_flood_depth_in_degrees_is_dry_where_no_data(strike: Make, tmp_path: Path) -> None:
    cells = np.array([[[150.0, 50.0], [-1.0, -1.0]]])
    put(tmp_path, cells, Affine(0.01, 0, 120, 0, -0.01, 32), crs=None, nodata=-1.0)
    city = city_of(
        [
            ("a", "water.pump", (120.005, 31.995)),
            ("b", "water.pump", (120.010, 31.995)),
            ("c", "water.pump", (120.005, 31.985)),
            ("d", "water.pump", (121, 31)),
        ]
    )
    flood = 'kind = "field"\nmeasure = "depth"\nunit = "cm"\noutside = "zero"\n'
    with pytest.raises(InputError, match=r"no system of coordinates.*set crs"):
        strike(flood + ONE, city)
    made = strike(flood + 'crs = "EPSG:4326"\n' + ONE, city)
    assert made.asset.tolist() == [0, 1]
    median = FLOODED.states[0]
    depth = median.median * np.exp(median.beta * ndtri(made.exceed[0, 0]))
    assert depth == pytest.approx([1.5, 1.0], rel=1e-6)


def test_a_far_city_reads_nothing(strike: Make, tmp_path: Path, bands: np.ndarray) -> None:
    put(tmp_path, bands, NORTH_UP)
    far = substations(np.array([[10.0, 50.0]]))
    with pytest.raises(ScenarioError, match="1 of 1 assets lie outside"):
        strike(PGA + ONE, far)
    assert len(strike(PGA + 'outside = "zero"\n' + ONE, far).asset) == 0
    put(tmp_path, np.full((1, 3, 3), -9.0), NORTH_UP, nodata=-9.0, name="b.tif")
    with pytest.raises(ScenarioError, match=r"lie outside the field b.tif"):
        strike(PGA + "within_m = 1e6\n" + ONE.replace("a.tif", "b.tif"), far)


def test_nearest_cells_are_found_from_afar(strike: Make, tmp_path: Path, bands: np.ndarray) -> None:
    put(tmp_path, bands, NORTH_UP)
    corner = np.array([[500_000 - 300.0, 3_500_000 + 400.0]])  # 675 m from the first centre
    with pytest.raises(ScenarioError, match="outside"):
        strike(PGA + "within_m = 660\n" + ONE, substations(lonlat_of(corner)))
    made = strike(PGA + "within_m = 690\n" + ONE, substations(lonlat_of(corner)))
    assert felt(made) == pytest.approx([bands[0, 0, 0]])


def test_a_bad_raster_is_told(strike: Make, tmp_path: Path, bands: np.ndarray) -> None:
    city = substations(lonlat_of(np.array([[501_000.0, 3_499_000.0]])))
    with pytest.raises(InputError, match=r"a.tif: no such file"):
        strike(PGA + ONE, city)
    (tmp_path / "a.tif").write_text("x,y,PGA\n0,0,1\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"a.tif: not a readable raster"):
        strike(PGA + ONE, city)
    (tmp_path / "a.tif").unlink()
    put(tmp_path, bands, NORTH_UP)
    with pytest.raises(InputError, match="no band 3: it has 2"):
        strike(PGA + "band = 3\n" + ONE, city)
    whole = (tmp_path / "a.tif").read_bytes()
    (tmp_path / "a.tif").write_bytes(whole[:1000])
    with pytest.raises(InputError, match=r"a.tif: not a readable raster"):
        strike(PGA + ONE, city)
    bands[0, 4, 4] = -2
    put(tmp_path, bands, NORTH_UP)
    with pytest.raises(InputError, match=r"row 4, column 4: -2 is no intensity.*nodata"):
        strike(PGA + ONE, city)
    bands[0, 4, 4] = np.inf
    put(tmp_path, bands, NORTH_UP)
    with pytest.raises(InputError, match="inf is no intensity"):
        strike(PGA + ONE, city)
    bare = {"count": 1, "height": 2, "width": 2, "dtype": "float64"}
    with (
        pytest.warns(NotGeoreferencedWarning),
        rasterio.open(tmp_path / "c.tif", "w", driver="GTiff", **bare) as file,
    ):
        file.write(np.ones((1, 2, 2)))
    with pytest.raises(InputError, match="does not say where it lies"):
        strike(PGA + 'crs = "EPSG:32651"\n' + ONE.replace("a.tif", "c.tif"), city)
