"""Jobs that put a question to a city: the functions of `rencity.rehearse` and `rencity.sim`."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rencity.jobs import inputs
from rencity.jobs.context import Context, Made
from rencity.kit.files import write_bytes
from rencity.rehearse import invest as rehearse_invest
from rencity.rehearse import rate as rehearse_rate
from rencity.rehearse import stress as rehearse_stress
from rencity.rehearse.measure import measure as measured
from rencity.sim.keep import Keep, part_folder

SET = "set.toml"


def stress(context: Context, given: inputs.StressInput) -> Made:
    """Strike a city; finished blocks are kept for the next attempt."""
    context.kept = Keep(part_folder(context.result)).finished
    result = rehearse_stress(
        context.city(given.city, given.version),
        context.scenario(given),
        samples=given.samples,
        seed=given.seed,
        event=given.event,
        explain=given.explain,
        packs=context.packs,
        keep_beside=context.result,
        progress=context.progress,
    )
    result.write(context.result, replace=True)
    about = result.about
    return _made(
        "stress", given, about, samples=about["samples"], seed=about["seed"],
        digest=about["digest"], scenario=given.scenario,
        scenario_version=given.scenario_version or 0,
    )  # fmt: skip


def n1(context: Context, given: inputs.N1Input) -> Made:
    """Take out each asset alone."""
    from rencity.city.model import City  # noqa: PLC0415 - of one kind only
    from rencity.sim.nminus1 import Link, study  # noqa: PLC0415

    link = None if given.with_link is None else Link(*given.with_link, given.length_m)
    made = study(
        City.open(context.city(given.city, given.version)),
        lifeline=given.lifeline,
        link=link,
        check=given.check,
        workers=os.cpu_count() or 1,
        progress=context.progress,
    )
    made.write(context.result, replace=True)
    return _made("n1", given, made.about)


def measure(context: Context, given: inputs.MeasureInput) -> Made:
    """Measure the networks over events."""
    failed = context.upload(given.failed, context.inbox / "failed.csv") if given.failed else None
    context.progress("measures", 0.0)
    made = measured(
        context.city(given.city, given.version),
        context.scenario(given) if given.given else None,
        failed=failed,
        lifeline=given.lifeline,
        events=given.events,
        years=given.years,
        seed=given.seed,
        hops=given.hops,
        both=given.both,
        packs=context.packs,
    )
    made.write(context.result, replace=True)
    return _made(
        "measure", given, made.about, samples=made.about["events"]["count"], seed=given.seed or 0,
        scenario=given.scenario, scenario_version=given.scenario_version or 0,
    )  # fmt: skip


def rate(context: Context, given: inputs.RateInput) -> Made:
    """Say what a set of scenarios costs in a year."""
    made = rehearse_rate(
        context.city(given.city, given.version),
        _set_file(context, given),
        samples=given.samples,
        seed=given.seed,
        packs=context.packs,
        progress=context.progress,
    )
    made.write(context.result, replace=True)
    return _made("rate", given, made.about, digest=made.about["digest"], **_drawn(given))


def invest(context: Context, given: inputs.InvestInput) -> Made:
    """Choose measures under a budget."""
    programme = context.inbox / "measures.toml"
    if given.measures:
        context.upload(given.measures, programme)
    else:
        write_bytes(programme, given.measures_text.encode())
    made = rehearse_invest(
        context.city(given.city, given.version),
        _struck(context, given),
        programme,
        given.budget_yuan,
        exactly=given.exactly,
        samples=given.samples,
        seed=given.seed,
        holdout=given.holdout,
        packs=context.packs,
        progress=context.progress,
    )
    made.write(context.result, replace=True)
    return _made("invest", given, made.about, digest=made.about["digest"], **_drawn(given))


def _struck(context: Context, given: inputs.SetInput) -> Sequence[Path]:
    """Scenarios without rates as they are, with rates as a set."""
    if given.rate_per_a is None and all(m.rate_per_a is None for m in given.scenarios):
        return _members(context, given)
    return [_set_file(context, given)]


def _set_file(context: Context, given: inputs.SetInput) -> Path:
    """The set as the file that `rencity rate` takes."""
    whole = {n: v for n in ("rate_per_a", "total_rate_per_a") if (v := getattr(given, n))}
    lines = ["[set]", *(f"{name} = {value!r}" for name, value in whole.items())]
    for path, member in zip(_members(context, given), given.scenarios, strict=True):
        lines += ["[[scenarios]]", f"path = {json.dumps(str(path), ensure_ascii=False)}"]
        said = {n: v for n in ("rate_per_a", "weight") if (v := getattr(member, n))}
        lines += [f"{name} = {value!r}" for name, value in said.items()]
    write_bytes(context.inbox / SET, "\n".join([*lines, ""]).encode())
    return context.inbox / SET


def _members(context: Context, given: inputs.SetInput) -> list[Path]:
    return [
        context.places.run(member.run).resolve()
        if member.run
        else context.kept_scenario(
            member.scenario, member.scenario_version, f"scenario-{number}"
        ).resolve()
        for number, member in enumerate(given.scenarios)
    ]


def _drawn(given: inputs.SetInput) -> dict[str, int]:
    """Samples and seed where they were asked for; else each scenario has its own."""
    return {"samples": given.samples or 0, "seed": given.seed or 0}


def _made(what: str, given: inputs.OfCity, about: Mapping[str, Any], **more: Any) -> Made:
    said = {
        "what": what,
        "city": given.city,
        "city_version": given.version,
        "city_hash": about["city"]["hash"],
        "scenario": "",
        "scenario_version": 0,
        "samples": 0,
        "seed": 0,
        "digest": "",
        "packs": dict(about.get("packs", {})),
        **more,
    }
    return Made("run", said, {"digest": said["digest"]} if said["digest"] else {})
