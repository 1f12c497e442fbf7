"""What a job names: whether it is there, and which version of it is meant.

A job that is asked for today and done tomorrow, or done again after a kill, is about what stood
when it was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rencity.db.store import Transaction
from rencity.jobs import inputs
from rencity.journal.reading import folded, history
from rencity.journal.records import Row
from rencity.kit.errors import ConflictError, RequestError
from rencity.kit.suggest import did_you_mean
from rencity.registry import scenarios as kept_scenarios
from rencity.registry.places import inside
from rencity.registry.store import cities, runs, scenarios, uploads

Given = dict[str, Any]


def pinned(tx: Transaction, kind: str, given: inputs.Input) -> Given:
    """The input of a job with everything it names found and held to one version.

    Raises
    ------
    AbsentError : what it names is not there
    RequestError : no such version, or a path that leads out of the job's folder
    ConflictError : a city to be made stands already
    ScenarioError : a scenario's text is not sound
    """
    said = given.model_dump(mode="json", exclude_none=True)
    return {**said, **_PINS[kind](tx, given)}


def _question(tx: Transaction, given: inputs.OfCity) -> Given:
    made: Given = {"version": _version(tx, given)}
    if isinstance(given, inputs.Strike):
        made |= _strike(tx, given)
    if isinstance(given, inputs.MeasureInput) and given.failed:
        uploads.get(tx, given.failed)
    return made


def _set(tx: Transaction, given: inputs.SetInput) -> Given:
    members = [
        {**member.model_dump(mode="json", exclude_none=True), **_member(tx, member)}
        for member in given.scenarios
    ]
    if isinstance(given, inputs.InvestInput) and given.measures:
        uploads.get(tx, given.measures)
    return {"version": _version(tx, given), "scenarios": members}


def _import(tx: Transaction, given: inputs.ImportInput) -> Given:
    from rencity.city.readers.registry import READERS  # noqa: PLC0415 - of one kind only

    if given.reader not in READERS:
        raise RequestError(
            f"no reader {given.reader!r}",
            place="input.reader",
            mend=did_you_mean(given.reader, READERS, what="reader"),
        )
    _files(tx, given.files)
    if given.source:
        inside(given.source)
    for upload in filter(None, (given.mapping, given.merge)):
        uploads.get(tx, upload)
    if given.into:
        cities.get(tx, given.into)
    else:
        _refuse_standing(tx, given.id)
    return {}


def _demo(tx: Transaction, given: inputs.DemoInput) -> Given:
    from rencity.city.demo.plan import scales  # noqa: PLC0415 - of one kind only

    if given.scale not in scales():
        raise RequestError(
            f"no scale {given.scale!r}",
            place="input.scale",
            mend=did_you_mean(given.scale, scales(), what="scale"),
        )
    city = given.city or f"demo-{given.scale}"
    _refuse_standing(tx, city)
    return {"city": city}


def _report(tx: Transaction, given: inputs.ReportInput) -> Given:
    for run in given.runs:
        runs.get(tx, run)
    return {}


_PINS: dict[str, Callable[[Transaction, Any], Given]] = {
    "stress": _question,
    "n1": _question,
    "measure": _question,
    "rate": _set,
    "invest": _set,
    "import": _import,
    "demo": _demo,
    "map": _question,
    "report": _report,
}


def _version(tx: Transaction, given: inputs.OfCity) -> int:
    current = int(cities.get(tx, given.city)["current"])
    wanted = given.version or current
    if wanted > current:
        raise RequestError(
            f"{given.city} has no version {wanted}",
            place=f"city/{given.city}",
            mend=f"give a version from 1 to {current}",
        )
    return wanted


def _strike(tx: Transaction, given: inputs.Strike) -> Given:
    if given.scenario:
        return {"scenario_version": _scenario_version(tx, given.scenario, given.scenario_version)}
    if given.text:
        kept_scenarios.checked(tx, given.text, given.files)
    return {}


def _member(tx: Transaction, member: inputs.Member) -> Given:
    if member.run:
        runs.get(tx, member.run)
        return {}
    return {"scenario_version": _scenario_version(tx, member.scenario, member.scenario_version)}


def _scenario_version(tx: Transaction, scenario: str, wanted: int | None) -> int:
    current = int(scenarios.get(tx, scenario)["version"])
    if wanted is not None and wanted > current:
        raise RequestError(
            f"it has no version {wanted}",
            place=f"scenario/{scenario}",
            mend=f"give a version from 1 to {current}",
        )
    return wanted or current


def _files(tx: Transaction, files: Mapping[str, str]) -> None:
    for path, upload in files.items():
        inside(path)
        uploads.get(tx, upload)


def _refuse_standing(tx: Transaction, city: str) -> None:
    if cities.find(tx, city) is not None:
        raise ConflictError(
            f"a city {city!r} stands already",
            place=f"city/{city}",
            mend="choose another id, or import into it",
        )


def scenario_at(reader: Any, scenario: str, version: int) -> Row:
    """The record of a scenario as it stood at a version, also where it went on or is gone.

    Raises
    ------
    RequestError : the journal tells of no such version
    """
    told = [e for e in history(reader, "scenario", scenario) if e.version <= version]
    state = folded(told)
    if state is None:
        raise RequestError(
            f"the journal tells of no version {version}",
            place=f"scenario/{scenario}",
            mend="ask again for a version that stood",
        )
    return {"id": scenario, **state}
