"""Who is cut off when the river in the north stands high for two days?

python examples/high-river/ask.py --scale city
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import pandas as pd

from rencity import City, Result, stress
from rencity.city.demo.build import make_demo

HERE = Path(__file__).parent


def ask(city: City, *, samples: int = 200, picture: Path | None = None) -> pd.DataFrame:
    """People without each lifeline at its worst, and how long until all have it again."""
    result = stress(city, HERE / "river.toml", samples=samples)
    rows = {
        name: {
            "people without, worst": said["people"] * (1 - said["robustness"]["mean"]),
            "h until all again": said["t100_h"]["p50"],
        }
        for name, said in result.summary["lifelines"].items()
    }
    if picture is not None:
        draw(result, picture)
    table = pd.DataFrame.from_dict(rows, orient="index")
    return table.sort_values("people without, worst", ascending=False)


def draw(result: Result, picture: Path) -> None:
    """People without each lifeline as time goes on, mean of samples."""
    curves = result.curves
    gone = curves["people"].sum("region") - curves["served"].sum("region").mean("sample")
    figure, axes = plt.subplots(figsize=(6.5, 3.6), layout="constrained")
    colours = {line["id"]: line["colour"] for line in result.about["lifelines"]}
    for name in curves["lifeline"].to_numpy():
        without = gone.sel(lifeline=name).to_numpy() / 1e4
        if without.max() > 0:
            axes.step(
                curves["step_start_h"], without, where="post", color=colours[name], label=name
            )
    axes.set_xlabel("hours after the river rises")
    axes.set_ylabel("ten thousand people without")
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
    table = ask(make_demo(said.scale, 1).city, samples=said.samples, picture=said.picture)
    print(table.round(0).to_string())


if __name__ == "__main__":
    main()
