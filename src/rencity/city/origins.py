"""How the values of a city came to be known: measured, inferred by which rule, synthetic."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from rencity.city.marks import MARKED, markable, rules_of, silent
from rencity.city.model import City
from rencity.city.schema import ORIGINS, TABLES, Attribute

SHOWN_RULES = 3
Mask = npt.NDArray[np.bool_]


def describe_origins(city: City) -> dict[str, dict[str, Any]]:
    """Shares of values by origin, for each table that has rows, plain values for JSON.

    A value is a cell that says something, keys apart; geometry is one. A marked value is inferred
    by the mark's rule, any other is as its row's `origin` and `rule` say.

    Returns
    -------
    By table: ``measured``, ``inferred``, ``synthetic`` (shares of its values), ``values`` and
    ``missing`` (cells), ``rules`` (values by rule) and ``columns`` (the same by column, with
    ``marked``, the values inferred one by one).
    """
    return {name: _table(name, city.tables[name]) for name in MARKED if len(city.tables[name])}


def _table(name: str, frame: pd.DataFrame) -> dict[str, Any]:
    origin = frame["origin"].to_numpy(dtype=object)
    whole = np.where(origin == "measured", "", frame["rule"].to_numpy(dtype=object))
    columns = {}
    for attribute in markable(TABLES[name]):
        there = ~silent(attribute, frame[attribute.name])
        columns[attribute.name] = _column(origin, whole, rules_of(frame, attribute.name), there)
    if TABLES[name].geometry:
        there = np.asarray(~shapely.is_missing(frame["geometry"].to_numpy()))
        columns["geometry"] = _column(origin, whole, np.full(len(frame), "", dtype=object), there)
    columns = {column: said for column, said in columns.items() if said["values"]}
    rules: dict[str, int] = {}
    for said in columns.values():
        for rule, n in said["rules"].items():
            rules[rule] = rules.get(rule, 0) + n
    cells = len(frame) * len(_cells(name))
    values = sum(said["values"] for said in columns.values())
    shares = {
        o: _over(sum(said[o] * said["values"] for said in columns.values()), values)
        for o in ORIGINS
    }
    # a table of bare keys, such as carriers, has rows for values
    if not values:
        shares = {o: float((origin == o).mean()) for o in ORIGINS}
    return {
        **shares,
        "values": values,
        "missing": cells - values,
        "rules": dict(sorted(rules.items())),
        "columns": columns,
    }


def _cells(name: str) -> list[Attribute | str]:
    return [*markable(TABLES[name]), *(["geometry"] if TABLES[name].geometry else [])]


def _column(
    origin: npt.NDArray[np.object_],
    whole: npt.NDArray[np.object_],
    marks: npt.NDArray[np.object_],
    there: Mask,
) -> dict[str, Any]:
    marked = marks[there] != ""
    said = np.where(marked, "inferred", origin[there])
    rule = np.where(marked, marks[there], whole[there])
    n = int(there.sum())
    counts = pd.Series(rule[rule != ""]).value_counts() if n else {}
    return {
        **{o: _over(int((said == o).sum()), n) for o in ORIGINS},
        "values": n,
        "marked": int(marked.sum()),
        "rules": {str(name): int(counts[name]) for name in sorted(counts.keys())},
    }


def _over(part: float, whole: int) -> float:
    return float(part / whole) if whole else 0.0


def origins_text(said: dict[str, dict[str, Any]]) -> list[str]:
    """The same for a reader: a line a table, and one a column with values marked."""
    lines = ["数据 values      " + ("" if said else "none")]
    for name, table in said.items():
        cells = table["values"] + table["missing"]
        unknown = table["missing"] / cells if cells else 0.0
        bare = f"; {percent(unknown)} 未知 unknown" if unknown else ""
        lines.append(f"  {name:<12}{_shares(table)}{bare}{_rules(table)}")
        for column, part in table["columns"].items():
            if part["marked"]:
                lines.append(f"    {column:<14}{_shares(part)}{_rules(part)}")
    return lines


def _shares(said: dict[str, Any]) -> str:
    return ", ".join(f"{percent(said[o])} {o}" for o in ORIGINS if said[o])


def _rules(said: dict[str, Any]) -> str:
    if not said["inferred"] or not said["rules"]:
        return ""
    most = sorted(said["rules"].items(), key=lambda pair: (-pair[1], pair[0]))
    shown = ", ".join(f"{rule} {n:,}" for rule, n in most[:SHOWN_RULES])
    more = f" … +{len(most) - SHOWN_RULES}" if len(most) > SHOWN_RULES else ""
    return f" ({shown}{more})"


def percent(share: float) -> str:
    """A share that never reads as all or nothing where it is not."""
    if 0.995 <= share < 1:
        return ">99%"
    return "<1%" if 0 < share < 0.005 else f"{share:.0%}"
