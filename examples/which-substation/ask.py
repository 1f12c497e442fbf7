"""Which substation matters most in Memphis?

python examples/which-substation/ask.py cities/memphis

The city is imported as examples/memphis/README.md says.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import pandas as pd

from rencity import City, stress

HERE = Path(__file__).parent
SCENARIO = HERE.parent / "memphis" / "earthquake.toml"
SUBSTATIONS = ("substation_high", "substation_medium", "substation_low")


def ask(
    city: City | str | Path,
    *,
    base: Path = SCENARIO.parent,
    samples: int = 1000,
    picture: Path | None = None,
) -> pd.DataFrame:
    """Substations by person-hours saved if each could not be damaged, with the people behind it.

    `base` is the folder with `data`, the raw ground motions.
    """
    result = stress(city, SCENARIO, samples=samples, base=base)
    links = result.weak_links
    mine = links[links["lifeline"].eq("power") & links["kind"].isin(SUBSTATIONS)]
    ranked = mine.sort_values(["knock_saved_ph", "n1_people"], ascending=False)
    if picture is not None:
        draw(ranked.head(10), picture)
    return ranked


def draw(ranked: pd.DataFrame, picture: Path) -> None:
    """Savings with 95 % bounds, beside the services lost when it fails."""
    names = ranked["asset"].str.removeprefix("power-")
    saved = ranked["knock_saved_ph"] / 1e6
    bounds = [saved - ranked["knock_low_ph"] / 1e6, ranked["knock_high_ph"] / 1e6 - saved]
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True, layout="constrained")
    left.barh(names, saved, xerr=bounds, color="#d97706")
    left.set_xlabel("million person-hours saved if it held")
    right.barh(names, ranked["n1_people"] / 1e3, color="#6b7280")
    right.set_xlabel("thousand services lost when it fails alone")
    left.invert_yaxis()
    picture.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(picture, dpi=80)
    plt.close(figure)


def main() -> None:
    """Ask from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("city", type=Path)
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--picture", type=Path, default=HERE / "answer.png")
    said: dict[str, Any] = vars(parser.parse_args())
    ranked = ask(said["city"], samples=said["samples"], picture=said["picture"])
    columns = ["asset", "kind", "damaged_share", "n1_people", "knock_saved_ph"]
    print(ranked[columns].head(10).round(3).to_string(index=False))


if __name__ == "__main__":
    main()
