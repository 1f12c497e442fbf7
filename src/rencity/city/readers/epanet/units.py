"""EPANET's flow units, and the lengths that go with them.

A flow unit decides all others: with a US unit lengths are feet and diameters inches, with a metric
one metres and millimetres. Source: EPANET 2.2 user manual, appendix A.
"""

from __future__ import annotations

from dataclasses import dataclass

from rencity.city.readers.inp import Inp
from rencity.kit.errors import InputError

FOOT_M = 0.3048
INCH_MM = 25.4
GALLON_M3 = 3.785411784e-3
IMPERIAL_GALLON_M3 = 4.54609e-3
ACRE_FOOT_M3 = 43560 * FOOT_M**3

M3_PER_DAY = {
    "CFS": FOOT_M**3 * 86400,
    "GPM": GALLON_M3 * 1440,
    "MGD": GALLON_M3 * 1e6,
    "IMGD": IMPERIAL_GALLON_M3 * 1e6,
    "AFD": ACRE_FOOT_M3,
    "LPS": 86.4,
    "LPM": 1.44,
    "MLD": 1000.0,
    "CMH": 24.0,
    "CMD": 1.0,
    "CMS": 86400.0,
}
US = ("CFS", "GPM", "MGD", "IMGD", "AFD")


@dataclass(frozen=True)
class Units:
    """Factors from the file's units: to m3/d, m and mm."""

    flow: str
    demand_m3_d: float
    length_m: float
    diameter_mm: float


def units(inp: Inp) -> Units:
    """The units of [OPTIONS] UNITS, gallons per minute where it is silent, as in EPANET.

    Raises
    ------
    InputError : an unknown unit
    """
    flow, multiplier = "GPM", 1.0
    for row in inp.section("OPTIONS"):
        words = [field.upper() for field in row.fields]
        if words[0] == "UNITS":
            flow = row.text(1, "flow unit").upper()
            if flow not in M3_PER_DAY:
                raise InputError(
                    f"unknown flow unit {row.fields[1]}",
                    place=row.place,
                    mend=f"use one of {', '.join(M3_PER_DAY)}",
                )
        elif words[:2] == ["DEMAND", "MULTIPLIER"]:
            multiplier = row.number(2, "demand multiplier")
    us = flow in US
    return Units(flow, M3_PER_DAY[flow] * multiplier, FOOT_M if us else 1.0, INCH_MM if us else 1.0)
