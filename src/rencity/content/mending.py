"""Whether classes of damage, repair and work fit each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from rencity.content.entry import Entry, Pack
from rencity.content.packs import Packs
from rencity.kit.findings import Finding
from rencity.sim.classes import Lognormal, RepairRate, measures_of

PIPE_STATES = ("leak", "break")


def applied_twice(pack: Pack) -> Iterator[Finding]:
    """Classes of one pack that apply to one kind at the same time."""
    for kind in ("fragility", "repair"):
        taken: dict[tuple[str, str], Entry] = {}
        for entry in pack.of(kind):
            for name, measure in product(entry.value.applies, measures_of(entry.value)):
                first = taken.setdefault((name, measure), entry)
                if first is not entry and first.in_force.meets(entry.in_force):
                    yield of_entry(
                        entry,
                        "applied-twice",
                        f"{first.id} and {entry.id} both apply to {name}",
                        "let one apply; assets name the other themselves",
                        "applies",
                    )


def unrepaired(packs: Packs) -> Iterator[Finding]:
    """Damage states that no repair class would mend."""
    repairs = packs.applying("repair")
    mended = [{state.state for state in repair.states} for repair in packs.repair.values()]
    for entry in packs.entries["fragility"].values():
        states = _states(entry.value)
        pairs = [
            (kind, _repair_of(entry.value, repairs.get(kind, ()), packs))
            for kind in entry.value.applies
        ]
        for kind, name in pairs:
            held = {state.state for state in packs.repair[name].states} if name else set()
            if lost := [state for state in states if state not in held]:
                whose = f"{name} lacks" if name else "no repair class applies; lacking"
                yield of_entry(
                    entry,
                    "no-repair",
                    f"{kind} in state {', '.join(lost)} would never be mended: {whose} it",
                    f"add the state to a repair class that applies to {kind}",
                    "applies",
                )
        if not pairs and not any(set(states) <= held for held in mended):
            yield of_entry(
                entry,
                "no-repair",
                f"no repair class has all of {', '.join(states)}",
                "add a repair class with these states, or use the states of one",
                "states",
            )


def unworked(packs: Packs) -> Iterator[Finding]:
    """Classes of work that lack a damage state of a kind they apply to."""
    for entry in packs.entries["work"].values():
        held = {state.state for state in entry.value.states}
        for one in packs.entries["fragility"].values():
            lost = [state for state in _states(one.value) if state not in held]
            kinds = sorted(set(entry.value.applies) & set(one.value.applies))
            if lost and kinds:
                yield of_entry(
                    entry,
                    "no-work",
                    f"{', '.join(kinds)} in state {', '.join(lost)} ({one.id}) would stop a run "
                    f"with crews: {entry.id} lacks it",
                    "add the state, with its crew-hours",
                    "states",
                )


def _repair_of(value: Lognormal | RepairRate, names: Sequence[str], packs: Packs) -> str:
    """The repair class that follows damage of this measure, as `rencity.sim.damage.assign`."""
    for measure in (value.measure, ""):
        for name in names:
            if measure in measures_of(packs.repair[name]):
                return name
    return ""


def _states(value: Lognormal | RepairRate) -> tuple[str, ...]:
    if isinstance(value, RepairRate):
        return PIPE_STATES
    return tuple(state.state for state in value.states)


def of_entry(entry: Entry, rule: str, what: str, mend: str, field: str) -> Finding:
    """An error in a field of an entry."""
    return Finding(rule, "error", what, mend, table=entry.place, field=field, ids=(entry.id,))
