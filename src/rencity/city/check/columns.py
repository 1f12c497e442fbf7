"""Rules that the schema's own attributes state: keys, references, choices, bounds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from rencity.city.check.facts import Facts, Mask
from rencity.city.schema import TABLES, Attribute, Table
from rencity.kit.findings import Finding

SHOWN_VALUES = 5


def empty_id(facts: Facts) -> list[Finding]:
    """Every required id is there."""
    return [
        _finding(
            facts,
            "empty-id",
            table,
            attribute.name,
            empty,
            f"{attribute.name} is empty in {int(empty.sum())} rows",
            "give the id, or leave the rows out",
        )
        for table, attribute in _attributes("id")
        if attribute.required and (empty := facts.column(table.name, attribute.name) == "").any()
    ]


def duplicate_id(facts: Facts) -> list[Finding]:
    """No key stands twice."""
    found = []
    for table in TABLES.values():
        twice = facts.city.tables[table.name].duplicated(list(table.key)).to_numpy()
        if twice.any():
            named = "+".join(table.key)
            found.append(
                _finding(
                    facts,
                    "duplicate-id",
                    table,
                    named,
                    twice,
                    f"{int(twice.sum())} rows repeat a {named}",
                    "give each its own, or merge the rows",
                )
            )
    return found


def dangling_id(facts: Facts) -> list[Finding]:
    """Every id that a row names exists."""
    found = []
    for table, attribute in _attributes("id"):
        if not attribute.refers:
            continue
        ids = facts.city.tables[table.name][attribute.name]
        lost = (facts.named(table.name, attribute.name) < 0) & (ids != "").to_numpy()
        if lost.any():
            found.append(
                _finding(
                    facts,
                    "dangling-id",
                    table,
                    attribute.name,
                    lost,
                    f"{int(lost.sum())} rows name {_shown(ids[lost])}, not in {attribute.refers}",
                    f"add them to {attribute.refers}, correct the ids, or leave the rows out",
                )
            )
    return found


def unknown_lifeline(facts: Facts) -> list[Finding]:
    """Every lifeline is in the catalogue."""
    known = set(facts.catalogue.lifelines)
    found = []
    for table in TABLES.values():
        if "lifeline" not in table.columns:
            continue
        values = facts.city.tables[table.name]["lifeline"]
        strange = (~values.isin(known) & (values != "")).to_numpy()
        if strange.any():
            found.append(
                _finding(
                    facts,
                    "unknown-lifeline",
                    table,
                    "lifeline",
                    strange,
                    f"{int(strange.sum())} rows name {_shown(values[strange])}",
                    f"use one of {', '.join(sorted(known))}, or declare it in city.toml",
                )
            )
    return found


def unknown_kind(facts: Facts) -> list[Finding]:
    """Every kind is in the catalogue, within its lifeline."""
    frame = facts.city.assets
    pair = frame["lifeline"] + "." + frame["kind"]
    known_line = frame["lifeline"].isin(facts.catalogue.lifelines)
    strange = (~pair.isin(facts.catalogue.kinds) & known_line & (frame["kind"] != "")).to_numpy()
    if not strange.any():
        return []
    return [
        _finding(
            facts,
            "unknown-kind",
            TABLES["assets"],
            "kind",
            strange,
            f"{int(strange.sum())} assets are of kind {_shown(pair[strange])}",
            'use a kind of the catalogue, or declare it in city.toml as [kinds."lifeline.kind"]',
        )
    ]


def unknown_choice(facts: Facts) -> list[Finding]:
    """Every choice is one of those the schema lists."""
    found = []
    for table, attribute in _attributes("choice"):
        values = facts.city.tables[table.name][attribute.name]
        strange = (~values.isin(attribute.choices)).to_numpy()
        if strange.any():
            found.append(
                _finding(
                    facts,
                    "unknown-choice",
                    table,
                    attribute.name,
                    strange,
                    f"{int(strange.sum())} rows say {_shown(values[strange])}",
                    f"use one of {', '.join(attribute.choices)}",
                )
            )
    return found


def not_finite(facts: Facts) -> list[Finding]:
    """No number is infinite, and none is missing where it must be known."""
    found = []
    for table, attribute in _attributes("float"):
        values = facts.number(table.name, attribute.name)
        may_lack = isinstance(attribute.default, float) and np.isnan(attribute.default)
        wrong = np.isinf(values) if may_lack else ~np.isfinite(values)
        if wrong.any():
            found.append(
                _finding(
                    facts,
                    "not-finite",
                    table,
                    attribute.name,
                    wrong,
                    f"{int(wrong.sum())} rows hold no finite number",
                    "give the number, or leave it empty where it may be missing",
                )
            )
    return found


def out_of_range(facts: Facts) -> list[Finding]:
    """Every number is within the bounds of its attribute."""
    found = []
    for table, attribute in _attributes("float", "int"):
        values = facts.number(table.name, attribute.name)
        low = -np.inf if attribute.least is None else attribute.least
        high = np.inf if attribute.most is None else attribute.most
        wrong = np.isfinite(values) & ((values < low) | (values > high))
        if wrong.any():
            unit = f" {attribute.unit}" if attribute.unit else ""
            found.append(
                _finding(
                    facts,
                    "out-of-range",
                    table,
                    attribute.name,
                    wrong,
                    f"{int(wrong.sum())} rows lie outside {low:g} to {high:g}{unit}, "
                    f"such as {values[wrong][0]:g}",
                    f"correct the value or its unit (it is kept in {attribute.unit or 'no unit'})",
                )
            )
    return found


def unknown_class(facts: Facts) -> list[Finding]:
    """Every class an asset names is in a pack (only where the packs are known)."""
    if facts.classes is None:
        return []
    found = []
    for field, known in facts.classes.items():
        values = facts.city.assets[field]
        strange = (~values.isin(known) & (values != "")).to_numpy()
        if strange.any():
            found.append(
                _finding(
                    facts,
                    "unknown-class",
                    TABLES["assets"],
                    field,
                    strange,
                    f"{int(strange.sum())} assets name {_shown(values[strange])}, "
                    "which no pack holds",
                    f"correct the name, or load a pack with this {field} class",
                )
            )
    return found


def _attributes(*kinds: str) -> Iterator[tuple[Table, Attribute]]:
    for table in TABLES.values():
        for attribute in table.attributes:
            if attribute.kind in kinds:
                yield table, attribute


def _shown(values: pd.Series) -> str:
    distinct = sorted(set(values))
    more = len(distinct) - SHOWN_VALUES
    said = ", ".join(repr(value) for value in distinct[:SHOWN_VALUES])
    return f"{said} and {more} more" if more > 0 else said


def _finding(
    facts: Facts, rule: str, table: Table, field: str, which: Mask, what: str, mend: str
) -> Finding:
    ids = facts.ids(table.name, which)
    return Finding(rule, "error", what, mend, table=table.name, field=field, ids=ids)
