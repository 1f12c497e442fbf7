"""How many people were read, went into zones, and lie outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.city.readers.ledger import Layer
from rencity.kit.findings import Finding

NAMES = {
    "people_night": "residents",
    "people_day": "people by day",
    "vulnerable": "vulnerable residents",
}


@dataclass
class Tally:
    """What a count of people made.

    Attributes
    ----------
    read, placed : people by attribute of a zone; the rest lies outside every zone
    tables, changes, filled : as those of a part
    unspread : zones whose people could not go to their parts
    """

    layer: Layer
    read: dict[str, float] = field(default_factory=dict)
    placed: dict[str, float] = field(default_factory=dict)
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    changes: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    filled: Mapping[str, int] = field(default_factory=dict)
    unspread: tuple[str, ...] = ()

    def told(self) -> str:
        """The people in words."""
        return "; ".join(
            f"{total:,.1f} {NAMES[name]} read, {self.placed[name]:,.1f} in zones, "
            f"{max(total - self.placed[name], 0):,.1f} outside"
            for name, total in self.read.items()
        )

    def findings(self) -> list[Finding]:
        """What lies outside, and what could not be spread."""
        found = []
        away = {
            name: total - self.placed[name]
            for name, total in self.read.items()
            if total - self.placed[name] > 1e-9 * max(total, 1.0)
        }
        if away:
            shares = ", ".join(
                f"{n:,.1f} {NAMES[name]} ({n / self.read[name]:.1%})" for name, n in away.items()
            )
            found.append(
                Finding(
                    "population-outside",
                    "warning",
                    f"{shares} lie outside the city's zones and are left out",
                    "widen the zones if they belong to the city; otherwise nothing is to be done",
                    table="zones",
                    field="people_night",
                )
            )
        if self.unspread:
            found.append(
                Finding(
                    "population-unspread",
                    "warning",
                    "zones keep people that their parts, which have no outlines, could not get; "
                    "a run counts the lowest zones",
                    "give the parts outlines, or a table that counts them",
                    table="zones",
                    field="people_night",
                    ids=self.unspread,
                )
            )
        return found


def rolled_up(zones: pd.DataFrame, sums: pd.DataFrame) -> pd.DataFrame:
    """People of some zones and, as sums of their parts, of every zone above them.

    Parameters
    ----------
    sums : column id and attributes of people
    """
    parent = dict(zip(zones["id"], zones["parent"], strict=True))
    names = [name for name in sums.columns if name != "id"]
    total: dict[str, npt.NDArray[np.float64]] = {}
    for key, *values in sums[["id", *names]].itertuples(index=False):
        at, passed = str(key), set[str]()
        while at and at not in passed:
            passed.add(at)
            total[at] = total.get(at, np.zeros(len(names))) + np.array(values, float)
            at = parent.get(at, "")
    rows = np.array(list(total.values())).reshape(-1, len(names))
    made = pd.DataFrame(rows, columns=names)
    made.insert(0, "id", list(total))
    return made
