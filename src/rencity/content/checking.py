"""Every fault of the packs at once: in each file, between entries, between packs, and of a city."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from pathlib import Path

from rencity.city.catalogue import Catalogue, base_catalogue
from rencity.city.model import City
from rencity.city.rules import AreaRule, CapacityRule, NeedRule, ServeRule
from rencity.content.loading import Entry, Pack, Reading, pack_folders, read_pack
from rencity.content.packs import Packs, overlay
from rencity.kit.findings import Finding, Severity
from rencity.sim.classes import Lognormal, RepairRate, measures_of

PIPE_STATES = ("leak", "break")
FLOW_UNIT = "m3/d"


def check_packs(
    extra: Iterable[Path | str] = (), *, shipped: bool = True, catalogue: Catalogue | None = None
) -> list[Finding]:
    """Read the shipped packs and those in `extra`; say all that is wrong with them.

    Parameters
    ----------
    catalogue : lifelines and kinds that entries may name; None: the shipped ones

    Raises
    ------
    PackError : a folder of `extra` holds no pack
    """
    readings = [read_pack(folder) for folder in pack_folders(extra, shipped=shipped)]
    packs = [reading.pack for reading in readings if reading.pack is not None]
    known = catalogue or base_catalogue()
    findings = [finding for reading in readings for finding in reading.findings]
    findings += _duplicate_packs(packs)
    findings += _missing_packs(packs, readings)
    for pack in packs:
        findings += _empty(pack, readings)
        findings += _unknown_kinds(pack, known)
        findings += _misplaced_lifelines(pack)
        findings += _wrong_units(pack, known)
        findings += _unknown_ways(pack, known)
        findings += _applied_twice(pack)
    laid = overlay(packs)
    findings += [*_unrepaired(laid), *_unworked(laid)]
    return findings


def check_cover(packs: Packs, city: City) -> list[Finding]:
    """What the packs leave open for this city: kinds without a class, classes no pack holds."""
    assets = city.assets
    kinds = (assets["lifeline"] + "." + assets["kind"]).to_numpy(dtype=object)
    found: list[Finding] = []
    for name in ("fragility", "repair"):
        own = assets[name].to_numpy(dtype=object)
        held = packs.fragility if name == "fragility" else packs.repair
        strange = sorted(set(own) - set(held) - {""})
        found += [
            Finding(
                "unknown-class",
                "error",
                f"{int((own == label).sum())} assets name the {name} class {label}, "
                "which no pack holds",
                f"correct the name, or add a pack with {name} {label}",
                table="assets",
                field=name,
                ids=tuple(assets.loc[own == label, "id"]),
            )
            for label in strange
        ]
        applied = packs.applying(name)
        bare = Counter(kinds[own == ""])
        open_kinds = sorted(kind for kind in bare if kind not in applied)
        if open_kinds:
            counts = ", ".join(f"{kind} ({bare[kind]})" for kind in open_kinds)
            found.append(
                Finding(
                    f"no-{name}",
                    "warning",
                    f"no {name} class for {counts}: {_CONSEQUENCE[name]}",
                    f"add a pack whose {name} classes apply to them, or name a class per asset",
                    table="assets",
                    field=name,
                    ids=tuple(open_kinds),
                )
            )
    return found


_CONSEQUENCE = {
    "fragility": "a hazard with an intensity never damages them",
    "repair": "what damages them has no time to mend",
}


def _duplicate_packs(packs: Sequence[Pack]) -> Iterator[Finding]:
    count = Counter(pack.manifest.id for pack in packs)
    for pack_id in sorted(name for name, n in count.items() if n > 1):
        places = [str(pack.folder) for pack in packs if pack.manifest.id == pack_id]
        yield Finding(
            "duplicate-pack",
            "error",
            f"the pack {pack_id} stands in {' and '.join(places)}",
            "leave one out, or give it another id",
            table=str(packs[0].folder.parent),
            ids=(pack_id,),
        )


def _missing_packs(packs: Sequence[Pack], readings: Sequence[Reading]) -> Iterator[Finding]:
    present = {pack.manifest.id for pack in packs}
    # a pack that is there but broken has its own findings
    present |= {reading.folder.name for reading in readings if reading.pack is None}
    for pack in packs:
        for name in pack.manifest.requires:
            if name not in present:
                yield _of_pack(
                    pack, "missing-pack", f"requires {name}, which no folder holds",
                    "name the folder that holds it", "requires",
                )  # fmt: skip


def _empty(pack: Pack, readings: Sequence[Reading]) -> Iterator[Finding]:
    faulty = any(r.findings for r in readings if r.pack is pack)
    if not any(pack.entries.values()) and not faulty:
        yield _of_pack(
            pack, "empty-pack", "holds no entry", "add content, or remove it", "", "note"
        )


def _unknown_kinds(pack: Pack, known: Catalogue) -> Iterator[Finding]:
    for kind, entry in _each(pack):
        for field, names in _kind_fields(entry):
            strange = [name for name in names if name not in known.kinds]
            if strange:
                yield _of_entry(
                    entry,
                    "unknown-kind",
                    f"{kind} {entry.id} names {', '.join(strange)}, which the catalogue lacks",
                    "use a kind of catalogue.toml, or add it to the city's city.toml",
                    field,
                )
        lifeline = getattr(entry.value, "lifeline", None)
        if lifeline is not None and lifeline not in known.lifelines:
            yield _of_entry(
                entry,
                "unknown-lifeline",
                f"{kind} {entry.id} names the lifeline {lifeline}, which the catalogue lacks",
                f"use one of {', '.join(known.lifelines)}",
                "lifeline",
            )


def _kind_fields(entry: Entry) -> Iterator[tuple[str, tuple[str, ...]]]:
    for field in ("applies", "kinds", "providers"):
        if names := getattr(entry.value, field, ()):
            yield field, names


def _misplaced_lifelines(pack: Pack) -> Iterator[Finding]:
    for _, entry in _each(pack):
        rule = entry.value
        if isinstance(rule, NeedRule):
            wrong = [kind for kind in rule.kinds if kind.startswith(f"{rule.lifeline}.")]
            said = f"{', '.join(wrong)} cannot need their own lifeline: links carry it"
        elif isinstance(rule, AreaRule | ServeRule):
            wrong = [kind for kind in rule.kinds if not kind.startswith(f"{rule.lifeline}.")]
            said = f"{', '.join(wrong)} cannot serve {rule.lifeline}"
        else:
            continue
        if wrong:
            yield _of_entry(
                entry, "wrong-lifeline", said, "correct the kinds or the lifeline", "kinds"
            )


def _wrong_units(pack: Pack, known: Catalogue) -> Iterator[Finding]:
    for _, entry in _each(pack):
        rule = entry.value
        if not isinstance(rule, CapacityRule) or rule.per != "flow":
            continue
        lifelines = {kind.partition(".")[0] for kind in rule.kinds} & set(known.lifelines)
        wrong = sorted(name for name in lifelines if known.lifelines[name].unit != FLOW_UNIT)
        if wrong:
            yield _of_entry(
                entry,
                "wrong-unit",
                f"{entry.id} gives a flow in {FLOW_UNIT}, {', '.join(wrong)} is not counted so",
                "use steps of the diameter",
                "per",
            )


def _unknown_ways(pack: Pack, known: Catalogue) -> Iterator[Finding]:
    for _, entry in _each(pack):
        rule = entry.value
        if isinstance(rule, AreaRule) and rule.along not in known.lifelines:
            yield _of_entry(
                entry,
                "unknown-lifeline",
                f"{entry.id} goes along {rule.along}, which the catalogue lacks",
                f"use one of {', '.join(known.lifelines)}",
                "along",
            )


def _applied_twice(pack: Pack) -> Iterator[Finding]:
    for kind in ("fragility", "repair"):
        taken: dict[tuple[str, str], Entry] = {}
        for entry in pack.entries.get(kind, {}).values():
            for name, measure in product(entry.value.applies, measures_of(entry.value)):
                first = taken.setdefault((name, measure), entry)
                if first is not entry and _overlap(first, entry):
                    yield _of_entry(
                        entry,
                        "applied-twice",
                        f"{first.id} and {entry.id} both apply to {name}",
                        "let one apply; assets name the other themselves",
                        "applies",
                    )


def _overlap(a: Entry, b: Entry) -> bool:
    begins = [x.in_force.since for x in (a, b)]
    ends = [x.in_force.until for x in (a, b)]
    apart = (ends[0] and begins[1] and ends[0] < begins[1]) or (
        ends[1] and begins[0] and ends[1] < begins[0]
    )
    return not apart


def _unrepaired(packs: Packs) -> Iterator[Finding]:
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
                yield _of_entry(
                    entry,
                    "no-repair",
                    f"{kind} in state {', '.join(lost)} would never be mended: {whose} it",
                    f"add the state to a repair class that applies to {kind}",
                    "applies",
                )
        if not pairs and not any(set(states) <= held for held in mended):
            yield _of_entry(
                entry,
                "no-repair",
                f"no repair class has all of {', '.join(states)}",
                "add a repair class with these states, or use the states of one",
                "states",
            )


def _unworked(packs: Packs) -> Iterator[Finding]:
    """Classes of work that lack a damage state of a kind they apply to."""
    for entry in packs.entries["work"].values():
        held = {state.state for state in entry.value.states}
        for one in packs.entries["fragility"].values():
            lost = [state for state in _states(one.value) if state not in held]
            kinds = sorted(set(entry.value.applies) & set(one.value.applies))
            if lost and kinds:
                yield _of_entry(
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


def _each(pack: Pack) -> Iterator[tuple[str, Entry]]:
    for kind, entries in pack.entries.items():
        for entry in entries.values():
            yield kind, entry


def _of_entry(entry: Entry, rule: str, what: str, mend: str, field: str) -> Finding:
    return Finding(rule, "error", what, mend, table=entry.place, field=field, ids=(entry.id,))


def _of_pack(
    pack: Pack, rule: str, what: str, mend: str, field: str, severity: Severity = "error"
) -> Finding:
    place = str(pack.folder / "pack.toml")
    return Finding(rule, severity, what, mend, table=place, field=field, ids=(pack.manifest.id,))
