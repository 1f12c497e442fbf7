"""Every fault of the packs at once: in each file, between entries, between packs, and of a city."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rencity.city.catalogue import Catalogue, base_catalogue
from rencity.city.model import City
from rencity.city.rules import AreaRule, CapacityRule, NeedRule, ServeRule
from rencity.content.entry import Pack
from rencity.content.loading import Reading, pack_folders, read_pack
from rencity.content.mending import applied_twice, of_entry, unrepaired, unworked
from rencity.content.packs import Packs, overlay
from rencity.content.references import circular, dangling, marked, places
from rencity.content.registry import kinds
from rencity.kit.findings import Finding, Severity
from rencity.kit.kind import Catalogued

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
        findings += _uncatalogued(pack, known)
        findings += _misplaced_lifelines(pack)
        findings += _wrong_units(pack, known)
        findings += applied_twice(pack)
    laid = overlay(packs)
    findings += [*unrepaired(laid), *unworked(laid), *dangling(packs)]
    # what several regions share is said once
    findings += dict.fromkeys(found for here in places(packs) for found in _between(here))
    return findings


def _between(packs: Packs) -> Iterator[Finding]:
    """What is wrong between entries that hold in one place, by any room's own check."""
    yield from circular(packs)
    for known in kinds().values():
        yield from known.kind.check(packs.entries)


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


def _uncatalogued(pack: Pack, known: Catalogue) -> Iterator[Finding]:
    for entry in pack:
        strange: dict[tuple[str, str], list[str]] = {}
        for one in marked(entry.value, Catalogued):
            if one.text not in getattr(known, one.mark.among):
                field = one.field.partition(".")[0]
                strange.setdefault((one.mark.among, field), []).append(one.text)
        for (among, field), names in strange.items():
            yield of_entry(
                entry,
                f"unknown-{among.removesuffix('s')}",
                f"{entry.kind} {entry.id} names {', '.join(names)}, which the catalogue lacks",
                "use a kind of catalogue.toml, or add it to the city's city.toml"
                if among == "kinds"
                else f"use one of {', '.join(known.lifelines)}",
                field,
            )


def _misplaced_lifelines(pack: Pack) -> Iterator[Finding]:
    for entry in pack:
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
            yield of_entry(
                entry, "wrong-lifeline", said, "correct the kinds or the lifeline", "kinds"
            )


def _wrong_units(pack: Pack, known: Catalogue) -> Iterator[Finding]:
    for entry in pack:
        rule = entry.value
        if not isinstance(rule, CapacityRule) or rule.per != "flow":
            continue
        lifelines = {kind.partition(".")[0] for kind in rule.kinds} & set(known.lifelines)
        wrong = sorted(name for name in lifelines if known.lifelines[name].unit != FLOW_UNIT)
        if wrong:
            yield of_entry(
                entry,
                "wrong-unit",
                f"{entry.id} gives a flow in {FLOW_UNIT}, {', '.join(wrong)} is not counted so",
                "use steps of the diameter",
                "per",
            )


def _of_pack(
    pack: Pack, rule: str, what: str, mend: str, field: str, severity: Severity = "error"
) -> Finding:
    place = str(pack.folder / "pack.toml")
    return Finding(rule, severity, what, mend, table=place, field=field, ids=(pack.manifest.id,))
