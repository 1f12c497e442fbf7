"""What is odd about the roads of a city, or was assumed, as findings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from rencity.kit.findings import Finding, Severity
from rencity.sim.travel.ticks import UNREACHABLE

RULES: dict[str, tuple[Severity, str, str, str]] = {
    "length-along-line": (
        "note",
        "length_m",
        "have no length; it is measured along their asset",
        "give length_m",
    ),
    "length-straight": (
        "warning",
        "length_m",
        "have neither a length nor a line; the straight way between their ends stands for it",
        "give length_m, or the line of their asset",
    ),
    "length-zero": (
        "note",
        "length_m",
        "have length 0 and take no time",
        "give length_m if there is any way to go",
    ),
    "speed-zero": (
        "warning",
        "speed_km_h",
        "have speed 0; that of their class is taken",
        "give a speed, or close them by their asset",
    ),
    "speed-assumed": (
        "note",
        "speed_km_h",
        "have no speed; that of their class is taken",
        "give speed_km_h",
    ),
    "normally-open": (
        "note",
        "normally_open",
        "are normally open and carry no travel",
        "say normally_open = false if they can be driven",
    ),
}


def off_roads(ids: Sequence[str], found: npt.NDArray[np.bool_], farthest_m: float) -> list[Finding]:
    """Places that no road is near: they count as unreachable."""
    lost = tuple(name for name, on in zip(ids, found, strict=True) if not on)
    if not lost:
        return []
    return [
        Finding(
            rule="place-off-roads",
            severity="warning",
            what=f"{len(lost):,} places have no road within {farthest_m:,.0f} m and count as "
            "unreachable",
            mend="import the roads there, or correct the place",
            ids=lost,
        )
    ]


def people_off_roads(
    people: npt.NDArray[np.int64], found: npt.NDArray[np.bool_], farthest_m: float
) -> list[Finding]:
    """People whose home no road is near: they count as cut off from everything."""
    lost = int(people[~found].sum())
    if not lost:
        return []
    return [
        Finding(
            rule="people-off-roads",
            severity="note",
            what=f"{lost:,} of {int(people.sum()):,} people live farther than {farthest_m:,.0f} m "
            "from any road and count as cut off",
            mend="import the roads there, or correct where people live",
            table="buildings",
        )
    ]


def all_closed(ticks: npt.NDArray[np.int32]) -> list[Finding]:
    """Whether no road is left at all."""
    if (ticks < UNREACHABLE).any():
        return []
    return [
        Finding(
            rule="all-roads-closed",
            severity="warning",
            what="every road is closed: nothing is reached but what lies at the same node",
            mend="see whether that many were meant",
            table="links",
        )
    ]


class Faults:
    """Gathers rows of links by rule."""

    def __init__(self, ids: npt.NDArray[np.object_]) -> None:
        self._ids = ids
        self._rows: dict[str, npt.NDArray[np.int64]] = {}

    def note(self, rule: str, rows: npt.NDArray[np.int64]) -> None:
        """Say that these rows break a rule."""
        self._rows[rule] = rows

    def findings(self) -> list[Finding]:
        """One for each rule that some row breaks, with every id."""
        return [self._finding(rule) for rule in RULES if len(self._rows.get(rule, ()))]

    def _finding(self, rule: str) -> Finding:
        severity, column, what, mend = RULES[rule]
        rows = self._rows[rule]
        return Finding(
            rule=rule,
            severity=severity,
            what=f"{len(rows):,} road links {what}",
            mend=mend,
            table="links",
            field=column,
            ids=tuple(self._ids[rows]),
        )
