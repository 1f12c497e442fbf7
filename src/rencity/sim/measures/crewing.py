"""Crews and stock: more hands and more parts for those who mend."""

from __future__ import annotations

from rencity.kit.errors import InputError
from rencity.kit.suggest import did_you_mean
from rencity.sim.crews.spec import CrewFile
from rencity.sim.crews.spec import Crews as Entry
from rencity.sim.measures.setting import Setting
from rencity.sim.measures.spec import Crews, Stock


def more_crews(measure: Crews, setting: Setting) -> Setting:
    """More crews in an entry of the crews file.

    Raises
    ------
    InputError : the scenario has no crews, or no entry of that name
    """
    file = _file(measure, setting)
    at = _entry(measure, file)
    count = file.crews[at].count + measure.more
    return _with(setting, file, at, file.crews[at].model_copy(update={"count": count}))


def stock(measure: Stock, setting: Setting) -> Setting:
    """More parts at an entry of the crews file; a part it does not name is never short there.

    Raises
    ------
    InputError : the scenario has no crews, no entry of that name, or a part that is never short
    """
    file = _file(measure, setting)
    at = _entry(measure, file)
    entry = file.crews[at]
    endless = sorted(set(measure.parts) - set(entry.parts))
    if endless:
        raise InputError(
            f"{endless[0]!r} is never short at {measure.crews}",
            place=f"measure {measure.id}.parts",
            mend=did_you_mean(endless[0], entry.parts, what="part")
            if entry.parts
            else "give that entry parts in the crews file, or leave the measure out",
        )
    parts = {name: held + measure.parts.get(name, 0) for name, held in entry.parts.items()}
    return _with(setting, file, at, entry.model_copy(update={"parts": parts}))


def new_skill(measure: Crews, setting: Setting) -> bool:
    """Whether nobody has the skill before the measure: what it mends followed curves until then."""
    after = more_crews(measure, setting).crews
    return after is not None and after.skills != _file(measure, setting).skills


def _file(measure: Crews | Stock, setting: Setting) -> CrewFile:
    if setting.crews is None:
        raise InputError(
            f"scenario {setting.scenario.name} has no crews: its repairs are restoration curves",
            place=f"measure {measure.id}",
            mend="give the scenario a crews file, or leave the measure out",
        )
    return setting.crews


def _entry(measure: Crews | Stock, file: CrewFile) -> int:
    """Place of the entry that a measure names."""
    names = [entry.name for entry in file.crews]
    if measure.crews not in names:
        raise InputError(
            f"no crews named {measure.crews!r}",
            place=f"measure {measure.id}.crews",
            mend=did_you_mean(measure.crews, names, what="entry"),
        )
    return names.index(measure.crews)


def _with(setting: Setting, file: CrewFile, at: int, entry: Entry) -> Setting:
    entries = [*file.crews]
    entries[at] = entry
    return setting.with_crews(file.model_copy(update={"crews": tuple(entries)}))
