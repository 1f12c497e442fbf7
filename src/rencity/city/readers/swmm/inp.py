"""The sections of a SWMM input file.

Source: SWMM 5.2 user's manual, EPA/600/R-22/030, appendix D. SWMM itself asks only that a header
begins with the section's name less its plural.
"""

from __future__ import annotations

from pathlib import Path

from rencity.city.readers.inp import END, Inp, read_sections
from rencity.kit.errors import InputError

SECTIONS = {
    "TITLE": "TITLE",
    "OPTION": "OPTIONS",
    "FILE": "FILES",
    "RAINGAGE": "RAINGAGES",
    "TEMPERATURE": "TEMPERATURE",
    "EVAP": "EVAPORATION",
    "ADJUSTMENT": "ADJUSTMENTS",
    "EVENT": "EVENTS",
    "SUBCATCHMENT": "SUBCATCHMENTS",
    "SUBAREA": "SUBAREAS",
    "INFIL": "INFILTRATION",
    "LID_CONTROL": "LID_CONTROLS",
    "LID_USAGE": "LID_USAGE",
    "AQUIFER": "AQUIFERS",
    "GROUNDWATER": "GROUNDWATER",
    "GWF": "GWF",
    "SNOWPACK": "SNOWPACKS",
    "JUNC": "JUNCTIONS",
    "OUTFALL": "OUTFALLS",
    "DIVIDER": "DIVIDERS",
    "STORAGE": "STORAGE",
    "CONDUIT": "CONDUITS",
    "PUMP": "PUMPS",
    "ORIFICE": "ORIFICES",
    "WEIR": "WEIRS",
    "OUTLET": "OUTLETS",
    "XSECT": "XSECTIONS",
    "TRANSECT": "TRANSECTS",
    "STREET": "STREETS",
    "INLET_USAGE": "INLET_USAGE",
    "INLET": "INLETS",
    "LOSS": "LOSSES",
    "CONTROL": "CONTROLS",
    "POLLUT": "POLLUTANTS",
    "LANDUSE": "LANDUSES",
    "COVERAGE": "COVERAGES",
    "LOADING": "LOADINGS",
    "BUILDUP": "BUILDUP",
    "WASHOFF": "WASHOFF",
    "TREATMENT": "TREATMENT",
    "INFLOW": "INFLOWS",
    "DWF": "DWF",
    "RDII": "RDII",
    "HYDROGRAPH": "HYDROGRAPHS",
    "CURVE": "CURVES",
    "TIMESERIES": "TIMESERIES",
    "PATTERN": "PATTERNS",
    "REPORT": "REPORT",
    "MAP": "MAP",
    "COORDINATE": "COORDINATES",
    "VERTICES": "VERTICES",
    "POLYGON": "POLYGONS",
    "SYMBOL": "SYMBOLS",
    "LABEL": "LABELS",
    "BACKDROP": "BACKDROP",
    "TAG": "TAGS",
    "PROFILE": "PROFILES",
}


def read_inp(path: Path) -> Inp:
    """Read the rows of every section; a section that SWMM does not know keeps its own name.

    Raises
    ------
    InputError : missing, binary, or an input file of EPANET
    """
    made = read_sections(path, section_of, "SWMM")
    if made.section("PIPES") or made.section("RESERVOIRS"):
        raise InputError(
            "it has [PIPES] or [RESERVOIRS]: an EPANET file",
            place=str(path),
            mend="import it with kind epanet",
        )
    return made


def section_of(line: str, _place: str = "") -> str:
    """The section that a header line opens."""
    word = line.strip("[] ").upper()
    if word == END:
        return END
    return next((name for start, name in SECTIONS.items() if word.startswith(start)), word)
