"""SWMM's flow units, and the lengths and areas that go with them.

A flow unit decides all others: with a US unit lengths are feet and areas acres, with a metric one
metres and hectares. Source: SWMM 5.2 user's manual, EPA/600/R-22/030, appendix A.1.
"""

from __future__ import annotations

from dataclasses import dataclass

from rencity.city.readers.inp import Inp
from rencity.kit.errors import InputError

FOOT_M = 0.3048
GALLON_M3 = 3.785411784e-3

M3_PER_DAY = {
    "CFS": FOOT_M**3 * 86400,
    "GPM": GALLON_M3 * 1440,
    "MGD": GALLON_M3 * 1e6,
    "CMS": 86400.0,
    "LPS": 86.4,
    "MLD": 1000.0,
}
US = ("CFS", "GPM", "MGD")


@dataclass(frozen=True)
class Units:
    """Factors from the file's units: to m3/d and m."""

    flow: str
    flow_m3_d: float
    length_m: float


def units(inp: Inp) -> Units:
    """The units of [OPTIONS] FLOW_UNITS, cubic feet per second where it is silent, as in SWMM.

    Raises
    ------
    InputError : an unknown unit
    """
    flow = "CFS"
    for row in inp.section("OPTIONS"):
        if row.fields[0].upper() == "FLOW_UNITS":
            flow = row.text(1, "flow unit").upper()
            if flow not in M3_PER_DAY:
                raise InputError(
                    f"unknown flow unit {row.fields[1]}",
                    place=row.place,
                    mend=f"use one of {', '.join(M3_PER_DAY)}",
                )
    return Units(flow, M3_PER_DAY[flow], FOOT_M if flow in US else 1.0)
