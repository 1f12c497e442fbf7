"""Crews and stock: more hands and more parts for those who mend."""

from __future__ import annotations

from typing import Any

from rencity.kit.errors import InputError
from rencity.kit.suggest import did_you_mean
from rencity.sim.measures.setting import Setting
from rencity.sim.measures.spec import Crews, Stock


def more_crews(measure: Crews, setting: Setting) -> Setting:
    """More crews in an entry of the crews file.

    Raises
    ------
    InputError : the scenario has no crews, or no entry of that name
    """
    at = _entry(measure, setting)
    entry = setting.crews.crews[at]
    return _with(setting, at, entry.model_copy(update={"count": entry.count + measure.more}))


def stock(measure: Stock, setting: Setting) -> Setting:
    """More parts at an entry of the crews file; a part it does not name is never short there.

    Raises
    ------
    InputError : the scenario has no crews, no entry of that name, or a part that is never short
    """
    at = _entry(measure, setting)
    entry = setting.crews.crews[at]
    endless = sorted(set(measure.parts) - set(entry.parts))
    if endless:
        raise InputError(
            f"{endless[0]!r} is never short at {measure.crews}",
            place=f"measure {measure.id}.parts",
            mend=did_you_mean(endless[0], entry.parts, what="part"),
        )
    parts = {name: held + measure.parts.get(name, 0) for name, held in entry.parts.items()}
    return _with(setting, at, entry.model_copy(update={"parts": parts}))


def _entry(measure: Crews | Stock, setting: Setting) -> int:
    """Place of the entry that a measure names."""
    place = f"measure {measure.id}"
    if setting.crews is None:
        raise InputError(
            f"scenario {setting.scenario.name} has no crews: its repairs are restoration curves",
            place=place,
            mend="give the scenario a crews file, or leave the measure out",
        )
    names = [entry.name for entry in setting.crews.crews]
    if measure.crews not in names:
        raise InputError(
            f"no crews named {measure.crews!r}",
            place=f"{place}.crews",
            mend=did_you_mean(measure.crews, names, what="entry"),
        )
    return names.index(measure.crews)


def _with(setting: Setting, at: int, entry: Any) -> Setting:
    entries = [*setting.crews.crews]
    entries[at] = entry
    return setting.with_crews(setting.crews.model_copy(update={"crews": tuple(entries)}))
