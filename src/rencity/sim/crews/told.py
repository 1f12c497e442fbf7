"""What a run tells of its crews where something kept them from working."""

from __future__ import annotations

from collections.abc import Iterator

from rencity.kit.findings import Finding
from rencity.sim.crews.arrays import JOBS
from rencity.sim.crews.done import CrewsDone
from rencity.sim.crews.left import NO_PART, NO_WAY, TOO_FEW

MIN_PER_H = 60


def crew_findings(done: CrewsDone | None) -> list[Finding]:
    """Every reason for which crews did not mend what broke, one finding each."""
    if done is None:
        return []
    found = [*_none(done), *_lacking(done), *_cut_off(done), *_parts(done), *_idle(done)]
    return [*found, *_left(done)]


def _none(done: CrewsDone) -> Iterator[Finding]:
    if not any(one.count for one in done.file.crews):
        yield Finding(
            "crews-none",
            "warning",
            "no entry of the crews file has a crew: everything follows its restoration curve",
            "give count",
        )


def _lacking(done: CrewsDone) -> Iterator[Finding]:
    by_skill: dict[str, list[tuple[str, int]]] = {}
    for skill, kind, count in done.lacking:
        if count:
            by_skill.setdefault(skill, []).append((kind, count))
    for skill, kinds in by_skill.items():
        said = ", ".join(f"{kind} ({count / done.samples:,.1f} a sample)" for kind, count in kinds)
        yield Finding(
            "crews-no-skill",
            "warning",
            f"no crew has the skill {skill} for what broke: {said}; it follows its restoration "
            "curve, with usual crews and parts",
            f'add crews with skill = "{skill}"',
            ids=tuple(kind for kind, _ in kinds),
        )


def _cut_off(done: CrewsDone) -> Iterator[Finding]:
    for e, name in enumerate(done.plan.name):
        samples = int(done.account.cut[e])
        if samples and done.entry(e).count:
            yield Finding(
                "crews-base-cut-off",
                "warning",
                f"the base of {name} is cut off in {samples} of {done.samples} samples: at some "
                "time no other place could be reached from it",
                "base crews in more than one place, or harden the roads there",
                ids=(str(done.entry(e).place),),
            )


def _parts(done: CrewsDone) -> Iterator[Finding]:
    for e, name in enumerate(done.plan.name):
        for p, part in enumerate(done.plan.parts):
            samples, stock = int(done.account.short[e, p]), int(done.plan.teams.stock[e, p])
            if samples:
                after_h = int(done.account.short_min[e, p]) / samples / MIN_PER_H
                yield Finding(
                    "crews-parts-used-up",
                    "note",
                    f"the {stock} of part {part} at {name} are used up in {samples} of "
                    f"{done.samples} samples, on average after {after_h:,.1f} h",
                    "store more, or have them come sooner (resupply_h)",
                    ids=(name,),
                )


def _idle(done: CrewsDone) -> Iterator[Finding]:
    for e, name in enumerate(done.plan.name):
        if not done.entry(e).count:
            yield Finding("crews-empty", "note", f"{name} has no crew", "give count", ids=(name,))
        elif not done.account.tally[e, JOBS]:
            skill = done.entry(e).skill
            jobs = int(done.account.jobs[done.account.skill[e]])
            why = f"nothing broke that takes the skill {skill}"
            if jobs:
                why = f"its {jobs:,} jobs of {skill} went to others or to nobody"
            yield Finding(
                "crews-idle",
                "note",
                f"{name} never sets out: {why}",
                "check its skill, arrival and base",
                ids=(name,),
            )


_WHY = {
    NO_WAY: (
        "no-way",
        "no road led to them from a base",
        "base crews nearer, or clear roads",
    ),
    NO_PART: ("no-part", "their part had run out", "store more parts"),
    TOO_FEW: (
        "too-few",
        "no entry has as many crews as they need at once",
        "put more crews in one entry",
    ),
}


def _left(done: CrewsDone) -> Iterator[Finding]:
    for k, skill in enumerate(done.plan.skills):
        for reason, (rule, why, mend) in _WHY.items():
            count = int(done.account.left[k, reason])
            if count:
                yield Finding(
                    f"crews-{rule}",
                    "warning",
                    f"{count:,} jobs of {skill} in {done.samples:,} samples are never begun: {why}",
                    mend,
                    ids=(skill,),
                )
