"""How fast does a city fall apart when failures are chosen and not drawn?

python examples/worst-few/ask.py --scale city
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import pandas as pd

from rencity import City, stress
from rencity.city.demo.build import make_demo

HERE = Path(__file__).parent
FEW = (1, 2, 4, 8, 16)
CHOSEN = """
[scenario]
name = "chosen"
horizon_h = 6
samples = 1
[[hazards]]
kind = "targeted"
lifeline = "power"
worst = {count}
by = "{by}"
hours = "never"
"""
DRAWN = """
[scenario]
name = "drawn"
horizon_h = 6
samples = {samples}
[[hazards]]
kind = "random"
targets = [{{ lifeline = "power", probability = {share}, hours = 1000 }}]
"""


def ask(
    city: City, *, few: tuple[int, ...] = FEW, samples: int = 200, picture: Path | None = None
) -> pd.DataFrame:
    """Share of people with power after `few` failures, chosen by three measures or drawn."""
    able = int((city.assets["lifeline"] == "power").sum())
    rows = []
    for count in few:
        row: dict[str, float] = {"failures": count}
        for by in ("people", "downstream", "degree"):
            row[by] = with_power(stress(city, CHOSEN.format(count=count, by=by)).summary)
        drawn = stress(city, DRAWN.format(share=count / able, samples=samples))
        row["drawn"] = with_power(drawn.summary)
        rows.append(row)
    table = pd.DataFrame(rows).set_index("failures")
    if picture is not None:
        draw(table, picture)
    return table


def with_power(summary: object) -> float:
    """Lowest mean share of people with power."""
    measures = summary["lifelines"]["power"]  # type: ignore[index]
    return float(measures["robustness"]["mean"])


def draw(table: pd.DataFrame, picture: Path) -> None:
    """One line a way of failing."""
    figure, axes = plt.subplots(figsize=(6.5, 3.6), layout="constrained")
    for name, colour in zip(table, ("#dc2626", "#d97706", "#7c3aed", "#6b7280"), strict=True):
        axes.plot(table.index, table[name] * 100, marker="o", color=colour, label=name)
    axes.set_xscale("log", base=2)
    axes.set_xticks(table.index, [str(n) for n in table.index])
    axes.set_xlabel("power assets that fail")
    axes.set_ylabel("people with power, %")
    axes.set_ylim(0, 103)
    axes.legend(title="chosen by", frameon=False)
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
    city = make_demo(said.scale, 1).city
    table = ask(city, samples=said.samples, picture=said.picture)
    print((table * 100).round(1).to_string())


if __name__ == "__main__":
    main()
