"""Rows of a source that are things of the city already, made one with them by rules."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.city.comparing import key_text, no_twice, same, shown, unsaid
from rencity.city.matching import pairs, renamed
from rencity.city.merge_rules import MergeRule, MergeRules
from rencity.city.model import City
from rencity.city.readers.ledger import Part
from rencity.city.schema import ORIGINS, TABLES

Mask = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass
class MergeReport:
    """What was one thing in two sources.

    Attributes
    ----------
    pairs : how many, by table and way, e.g. ``assets by name``
    conflicts : values that differed and of which one was chosen, by ``table.column``
    examples : a few of each conflict: id, what stood and what came
    """

    pairs: dict[str, int] = field(default_factory=dict)
    conflicts: dict[str, int] = field(default_factory=dict)
    examples: dict[str, list[str]] = field(default_factory=dict)


def joined(
    city: City, part: Part, rules: MergeRules, *, place: str
) -> tuple[City, Part, MergeReport]:
    """Rows of the part that are things of the city, by rules, made one with them.

    Returns
    -------
    The city with the values that won; the part with the city's ids and the same values, so that
    `merge` finds them there already; the report.

    Raises
    ------
    InputError : the part is broken
    """
    report, whole = MergeReport(), dict(part.tables)
    for rule in rules.rules:
        if rule.table not in whole or not len(whole[rule.table]):
            continue
        theirs = City.build(city.identity, {rule.table: whole[rule.table]}).tables[rule.table]
        no_twice(rule.table, theirs, place)
        found = pairs(rule, city.tables[rule.table], theirs, city.identity.metric_crs)
        if not len(found):
            continue
        ours = city.tables[rule.table].iloc[found[:, 0]].reset_index(drop=True)
        here = theirs.iloc[found[:, 1]].reset_index(drop=True)
        report.pairs[f"{rule.table} by {rule.by}"] = len(found)
        one = _one(rule, ours, here, report)
        if rule.by != "id":
            ids = dict(zip(here["id"], ours["id"], strict=True))
            whole = renamed(whole, rule.table, ids)
            theirs = renamed({rule.table: theirs}, rule.table, ids)[rule.table]
        whole[rule.table] = _put(theirs, found[:, 1], one)
        city = city.replace(**{rule.table: _put(city.tables[rule.table], found[:, 0], one)})
    return city, replace(part, tables=whole), report


def _put(frame: pd.DataFrame, at: Ints, rows: pd.DataFrame) -> pd.DataFrame:
    """The frame with other values in some rows."""
    made = frame.copy()
    for column in rows.columns:
        values = made[column].to_numpy(dtype=object, copy=True)
        values[at] = rows[column].to_numpy(dtype=object)
        made[column] = values
    return made


def _one(
    rule: MergeRule, ours: pd.DataFrame, theirs: pd.DataFrame, report: MergeReport
) -> pd.DataFrame:
    """Each pair as one row: what only one says, else what wins."""
    table = TABLES[rule.table]
    made = ours.copy()
    whole = _theirs_win(rule, rule.wins, ours, theirs)
    for column in (c for c in table.columns if c not in table.key):
        a, b = ours[column], theirs[column]
        silent_a, silent_b = unsaid(table, column, a), unsaid(table, column, b)
        differs = ~same(a, b) & ~silent_a & ~silent_b
        order = rule.columns.get(column)
        win = whole if order is None else _theirs_win(rule, order, ours, theirs)
        take = (silent_a & ~silent_b) | (differs & win)
        if column in ("origin", "rule", "inferred"):
            take = whole
        values = a.to_numpy(dtype=object, copy=True)
        values[take] = b.to_numpy(dtype=object)[take]
        made[column] = values
        if column not in ("origin", "rule", "inferred") and differs.any():
            name = f"{rule.table}.{column}"
            report.conflicts[name] = report.conflicts.get(name, 0) + int(differs.sum())
            told = report.examples.setdefault(name, [])
            for i in np.flatnonzero(differs)[: 3 - len(told)]:
                told.append(
                    f"{key_text(ours.iloc[[i]], list(table.key))}: {shown(a.iloc[i])} here, "
                    f"{shown(b.iloc[i])} new, {'new' if win[i] else 'here'} stands"
                )
    return made


def _theirs_win(
    rule: MergeRule, order: tuple[str, ...], ours: pd.DataFrame, theirs: pd.DataFrame
) -> Mask:
    """Where the new row's value stands; what nothing decides stays."""
    win = np.zeros(len(ours), bool)
    open_ = np.ones(len(ours), bool)
    for word in order:
        a, b = _ranks(rule, word, ours, theirs)
        win |= open_ & (b < a)
        open_ &= a == b
    return win


def _ranks(
    rule: MergeRule, word: str, ours: pd.DataFrame, theirs: pd.DataFrame
) -> tuple[Ints, Ints]:
    """How good each side is by one word; less is better."""
    n = len(ours)
    if word in ("new", "old"):
        return np.full(n, int(word == "new")), np.full(n, int(word == "old"))
    if word == "measured":
        if "origin" not in ours:
            return np.zeros(n, np.int64), np.zeros(n, np.int64)
        a, b = (frame["origin"].map(ORIGINS.index).to_numpy(np.int64) for frame in (ours, theirs))
        return a, b
    prefix, key = word.removeprefix("prefix:"), TABLES[rule.table].key[0]
    a, b = (
        (~frame[key].astype(str).str.startswith(prefix)).to_numpy(np.int64)
        for frame in (ours, theirs)
    )
    return a, b
