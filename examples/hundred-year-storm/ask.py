"""What does a storm of 100 years cut in the demo city?

python examples/hundred-year-storm/ask.py --scale city
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from rencity import City, Result, stress
from rencity.city.demo.build import make_demo
from rencity.city.rasters import grid_of

HERE = Path(__file__).parent
SCENARIO = HERE.parent / "demo" / "rain.toml"
SHOWN_M = 0.15


def ask(
    city: City, *, samples: int = 200, picture: Path | None = None
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Assets out by kind with their mean hours, and what the water did."""
    result = stress(city, SCENARIO, samples=samples)
    assets = result.assets[result.assets["damaged_share"] > 0]
    kinds = assets.groupby(["lifeline", "kind_en"])
    table = kinds.agg(
        out=("damaged_share", "sum"), hours=("outage_h_mean", "mean"), touched=("asset", "size")
    )
    facts = result.about["hazards"][0]["facts"]
    if picture is not None:
        draw(result, assets, picture)
    return table.sort_values("out", ascending=False), facts


def draw(result: Result, assets: pd.DataFrame, picture: Path) -> None:
    """Standing water, and what it takes out."""
    (data,) = result.layers.values()
    grid = grid_of(data, place="layer")
    rows, columns = np.shape(grid.values)
    left, top = grid.transform @ (0, 0)
    right, bottom = grid.transform @ (columns, rows)
    figure, axes = plt.subplots(figsize=(7.4, 5.4), layout="constrained")
    depth = np.ma.masked_less(np.ma.masked_invalid(grid.values), SHOWN_M)
    image = axes.imshow(depth, extent=(left, right, bottom, top), cmap="winter_r", vmax=1.5)
    zones = result.zones[result.zones["level"] == "district"].to_crs(grid.crs)
    zones.boundary.plot(ax=axes, color="#9ca3af", linewidth=0.6)
    cells = grid.cells_of(assets[["lon", "lat"]].to_numpy())
    xy = np.array([grid.transform @ tuple(cell) for cell in cells]).reshape(-1, 2)
    axes.scatter(xy[:, 0], xy[:, 1], s=2, color="#dc2626", linewidths=0, label="may be out")
    axes.set_axis_off()
    axes.legend(loc="lower left", frameon=False)
    figure.colorbar(image, ax=axes, shrink=0.7, label="depth, m")
    picture.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(picture, dpi=80)
    plt.close(figure)


def main() -> None:
    """Ask from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", default="city")
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--picture", type=Path, default=HERE / "answer.png")
    said = parser.parse_args()
    table, facts = ask(make_demo(said.scale, 1).city, samples=said.samples, picture=said.picture)
    print(table.round(1).to_string())
    for name, value in facts.items():
        print(f"{name}: {value}")


if __name__ == "__main__":
    main()
