"""Which hospital is cut off first when a typhoon and its rain come?

python examples/first-hospital/ask.py --scale city
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import pandas as pd

from rencity import City, load_scenario, stress
from rencity.city.demo.build import make_demo

HERE = Path(__file__).parent
SCENARIO = HERE.parent / "demo" / "typhoon.toml"
WATCHED_H = (12, 24, 48, 72, 120)


def ask(
    city: City,
    *,
    watched_h: tuple[int, ...] = WATCHED_H,
    samples: int = 200,
    picture: Path | None = None,
) -> pd.DataFrame:
    """Mean hours each hospital has been out of service by some times, the worst first."""
    scenario = load_scenario(SCENARIO)
    by_time = {}
    for hours in watched_h:
        shorter = scenario.model_copy(update={"horizon_h": float(hours)})
        result = stress(city, shorter, samples=samples, base=SCENARIO.parent)
        hospitals = result.assets[result.assets["kind"] == "hospital"].set_index("asset")
        by_time[f"{hours} h"] = hospitals["outage_h_mean"]
    table = pd.DataFrame(by_time)
    ranked = table.sort_values(list(table.columns), ascending=False)
    if picture is not None:
        draw(ranked.head(8), picture)
    return ranked


def draw(ranked: pd.DataFrame, picture: Path) -> None:
    """Hours out of service as time goes on, one line a hospital."""
    figure, axes = plt.subplots(figsize=(6.5, 3.6), layout="constrained")
    hours = [int(name.removesuffix(" h")) for name in ranked.columns]
    for asset, row in ranked.iterrows():
        axes.plot(hours, row.to_numpy(), marker="o", markersize=3, label=str(asset))
    axes.set_xlabel("hours after the scenario begins")
    axes.set_ylabel("mean hours out of service so far")
    axes.legend(frameon=False, fontsize=8)
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
    ranked = ask(make_demo(said.scale, 1).city, samples=said.samples, picture=said.picture)
    print(ranked.head(8).round(2).to_string())


if __name__ == "__main__":
    main()
