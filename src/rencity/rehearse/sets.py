"""Sets of scenarios with annual rates: how often each strikes, or its share of what does."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from rencity.kit.errors import InputError, ScenarioError
from rencity.kit.faults import Fault, refused, toml_of
from rencity.kit.suggest import did_you_mean
from rencity.sim.hazard.spec import Entry
from rencity.sim.scenario import Scenario, Title, load_scenario
from rencity.sim.scenario_text import read_text

SUM_TOLERANCE = 1e-6
Rate = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Member(Entry):
    """One scenario of a set.

    Attributes
    ----------
    path : scenario file or finished run folder, relative to the set's file
    rate_per_a : how often it strikes in a year
    weight : its share of the set's rate, in place of a rate of its own
    """

    path: str
    title: Title = Title()
    rate_per_a: Rate | None = None
    weight: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] | None = None


class ScenarioSet(Entry):
    """Scenarios that exclude one another and strike at annual rates.

    Attributes
    ----------
    rate_per_a : of all together, where the scenarios have weights
    total_rate_per_a : what the rates must add up to, where it is known
    """

    title: Title = Title()
    rate_per_a: Rate | None = None
    total_rate_per_a: Rate | None = None
    scenarios: tuple[Member, ...] = Field(min_length=1)

    @property
    def rates_per_a(self) -> tuple[float, ...]:
        """Annual rate of each scenario."""
        whole = self.rate_per_a
        if whole is None:
            return tuple(member.rate_per_a or 0.0 for member in self.scenarios)
        return tuple(whole * (member.weight or 0.0) for member in self.scenarios)


@dataclass(frozen=True)
class Told:
    """A scenario as handed in.

    Attributes
    ----------
    base : folder that paths in it start from
    run : finished run folder in place of a scenario file
    rate_per_a : None where no set gives one
    """

    path: Path
    title: Title
    rate_per_a: float | None
    scenario: Scenario | None
    base: Path
    run: Path | None = None

    @property
    def name(self) -> str:
        """Of the scenario, else of its folder."""
        return self.scenario.name if self.scenario else self.path.name


def is_set(path: str | Path) -> bool:
    """Whether a TOML file lists scenarios; a file that cannot be read is none."""
    try:
        return "scenarios" in tomllib.loads(read_text(Path(path)))
    except (tomllib.TOMLDecodeError, ScenarioError):
        return False


def load_set(path: str | Path) -> ScenarioSet:
    """Read and check a file of scenarios with their rates.

    Raises
    ------
    InputError : no such file, not TOML, faults of the schema, rates or weights that do not add up
    """
    path = Path(path)
    try:
        text = read_text(path)
    except ScenarioError as exc:
        mend = "give the path of a set of scenarios (TOML)"
        raise InputError(exc.what, place=exc.place, mend=mend) from exc
    return parse_set(text, place=str(path))


def parse_set(text: str, *, place: str) -> ScenarioSet:
    """A set from TOML text; `place` names its origin in messages.

    Raises
    ------
    InputError : as `load_set`
    """
    data = toml_of(text, place, InputError)
    head = data.pop("set", {})
    if not isinstance(head, dict) or "scenarios" in head:
        raise InputError(
            "[set] is no table of its own",
            place=place,
            mend="write [set] with title and rates, and each scenario as [[scenarios]]",
        )
    try:
        made = ScenarioSet.model_validate_json(json.dumps({**head, **data}, default=str))
    except ValidationError as exc:
        faults = [_fault(each) for each in exc.errors(include_url=False)]
        raise refused(faults, place, InputError) from exc
    faults = _sums(made)
    if faults:
        raise refused(faults, place, InputError)
    return made


def told(paths: Sequence[str | Path]) -> tuple[Told, ...]:
    """Scenarios of files and sets, in order.

    Raises
    ------
    InputError, ScenarioError : a file that is missing or broken
    InputError : some with a rate and some without, or a name twice
    """
    made: list[Told] = []
    for path in map(Path, paths):
        made += _members(path) if is_set(path) else [_told(path, Title(), None)]
    rates = [each.rate_per_a is None for each in made]
    if any(rates) and not all(rates):
        bare = made[rates.index(True)]
        raise InputError(
            "some scenarios have an annual rate and some do not",
            place=str(bare.path),
            mend="put them all into one set, or give none",
        )
    names = [each.name for each in made]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(
            f"two scenarios are named {twice[0]!r}",
            place="scenarios",
            mend="give each a name of its own",
        )
    return tuple(made)


def _members(path: Path) -> list[Told]:
    whole = load_set(path)
    pairs = zip(whole.scenarios, whole.rates_per_a, strict=True)
    return [_told(path.parent / each.path, each.title, rate) for each, rate in pairs]


def _told(path: Path, title: Title, rate_per_a: float | None) -> Told:
    if path.is_dir():
        return Told(path, title, rate_per_a, None, path, run=path)
    scenario = load_scenario(path)
    shown = title if title.zh or title.en else scenario.title
    return Told(path, shown, rate_per_a, scenario, path.resolve().parent)


def _sums(whole: ScenarioSet) -> list[Fault]:
    """Rates or weights throughout, and sums that are what they are said to be."""
    rates = [member.rate_per_a for member in whole.scenarios]
    weights = [member.weight for member in whole.scenarios]
    if whole.rate_per_a is None:
        faults = [
            (
                f"scenarios[{i}].weight",
                "a weight without a rate of the set",
                "give [set] rate_per_a",
            )
            for i, weight in enumerate(weights)
            if weight is not None
        ]
        faults += [
            (f"scenarios[{i}]", "'rate_per_a' is missing", "add rate_per_a = …")
            for i, rate in enumerate(rates)
            if rate is None and weights[i] is None
        ]
        return faults or _stated(whole, sum(rate for rate in rates if rate is not None))
    faults = [
        (f"scenarios[{i}].rate_per_a", "a rate of its own beside that of the set", "give a weight")
        for i, rate in enumerate(rates)
        if rate is not None
    ]
    faults += [
        (f"scenarios[{i}]", "'weight' is missing", "add weight = …")
        for i, weight in enumerate(weights)
        if weight is None and rates[i] is None
    ]
    if faults:
        return faults
    total = math.fsum(weight for weight in weights if weight is not None)
    if abs(total - 1) > SUM_TOLERANCE:
        given = whole.rate_per_a
        what = (
            f"the weights of its {len(weights)} scenarios sum to {total:.9g}, not 1, so their "
            f"rates to {total * given:.9g} a year, not {given:.9g}"
        )
        return [("scenarios", what, "divide each weight by that sum")]
    return _stated(whole, whole.rate_per_a)


def _stated(whole: ScenarioSet, total: float) -> list[Fault]:
    said = whole.total_rate_per_a
    if said is None or abs(total - said) <= SUM_TOLERANCE * said:
        return []
    what = f"the rates sum to {total:.9g} a year, but total_rate_per_a says {said:.9g}"
    return [("set.total_rate_per_a", what, "correct the rates, or the total")]


def _fault(error: Any) -> Fault:
    loc = tuple(error["loc"])
    key = ""
    for part in loc:
        key += f"[{part}]" if isinstance(part, int) else f".{part}" if key else str(part)
    value = error["input"]
    match error["type"]:
        case "missing":
            mend = "add a [[scenarios]] table" if loc == ("scenarios",) else f"add {loc[-1]} = …"
            return key, f"{loc[-1]!r} is missing", mend
        case "extra_forbidden":
            model = Member if loc[0] == "scenarios" else ScenarioSet
            mend = did_you_mean(str(loc[-1]), model.model_fields, what="key")
            return key, f"unknown key {loc[-1]!r} (value {value!r})", mend
        case "too_short":
            return key, "nothing in it", "add a [[scenarios]] table"
    shown = f" (value {value!r})" if isinstance(value, str | int | float | bool) else ""
    return key, error["msg"].removeprefix("Value error, ") + shown, "correct the value"
