"""From folders to packs: find them, read them, say every fault with its line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

import rencity
from rencity.content import versions
from rencity.content.entry import Entry, Pack
from rencity.content.envelope import EntryId, Envelope, Manifest
from rencity.content.reading import Document, Step, read_toml, read_yaml
from rencity.content.registry import kinds
from rencity.kit.errors import PackError
from rencity.kit.findings import Finding

_ENTRY_ID: TypeAdapter[str] = TypeAdapter(EntryId)
_AROUND: TypeAdapter[Envelope] = TypeAdapter(Envelope)
_ENVELOPE = frozenset(Envelope.model_fields)


@dataclass
class Reading:
    """What was read of a pack, and every fault on the way."""

    folder: Path
    pack: Pack | None = None
    findings: list[Finding] = field(default_factory=list)


def shipped_folder() -> Path:
    """Where the packs that ship with Rencity lie: in the package, or beside a checkout's `src`."""
    package = Path(rencity.__file__).parent
    inside = package / "packs"
    return inside if inside.is_dir() else package.parents[1] / "packs"


def pack_folders(extra: Iterable[Path | str] = (), *, shipped: bool = True) -> list[Path]:
    """Folders of the shipped packs, then of those in `extra`: packs, or folders of packs.

    Raises
    ------
    PackError : a folder of `extra` holds no pack
    """
    found = _within(shipped_folder()) if shipped else []
    for given in map(Path, extra):
        inside = _within(given)
        if not inside:
            raise PackError(
                "no pack here", place=str(given), mend="name a folder that holds pack.toml"
            )
        found += inside
    return list({folder.resolve(): folder for folder in found}.values())


def _within(folder: Path) -> list[Path]:
    if (folder / "pack.toml").is_file():
        return [folder]
    return sorted(path.parent for path in folder.glob("*/pack.toml"))


def read_pack(folder: Path) -> Reading:
    """Read a pack whole; the faults found are in the result, none is raised."""
    reading = Reading(folder)
    manifest = _manifest(reading)
    entries = {
        kind: _entries(reading, kind, manifest.id if manifest else folder.name) for kind in kinds()
    }
    _strangers(reading)
    if manifest is not None:
        reading.pack = Pack(manifest, folder, entries)
    return reading


def raise_first(findings: Sequence[Finding]) -> None:
    """Raise the first error among the findings, with the count of the others.

    Raises
    ------
    PackError : there is one
    """
    errors = [finding for finding in findings if finding.severity == "error"]
    if not errors:
        return
    first = errors[0]
    more = f" (and {len(errors) - 1} more: rencity pack check)" if len(errors) > 1 else ""
    place = " ".join(part for part in (first.table, *first.ids[:1], first.field) if part)
    raise PackError(first.what + more, place=place, mend=first.mend)


def _manifest(reading: Reading) -> Manifest | None:
    try:
        document = read_toml(reading.folder / "pack.toml")
        return Manifest.model_validate(document.data)
    except PackError as exc:
        reading.findings.append(_unreadable(exc))
    except ValidationError as exc:
        reading.findings += [
            _finding(fault, str(document.path), tuple(fault["loc"])) for fault in _faults(exc)
        ]
    return None


def _entries(reading: Reading, kind: str, pack: str) -> dict[str, tuple[Entry, ...]]:
    path = reading.folder / f"{kind}.yaml"
    if not path.exists():
        return {}
    try:
        document = read_yaml(path)
    except PackError as exc:
        reading.findings.append(_unreadable(exc))
        return {}
    made = {}
    for entry_id in document.data:
        read = [_entry(reading, document, kind, at, pack) for at in _versions(document, entry_id)]
        made[entry_id] = versions.in_order([entry for entry in read if entry is not None])
        reading.findings += versions.faults(made[entry_id])
    return {entry_id: held for entry_id, held in made.items() if held}


def _versions(document: Document, entry_id: str) -> list[tuple[Step, ...]]:
    """Where the versions of an entry stand: one, or each item of a list."""
    raw = document.data[entry_id]
    if isinstance(raw, list) and raw:
        return [(entry_id, number) for number in range(len(raw))]
    return [(entry_id,)]


def _entry(
    reading: Reading, document: Document, kind: str, at: tuple[Step, ...], pack: str
) -> Entry | None:
    entry_id, raw = str(at[0]), document.at(*at)
    if not isinstance(raw, dict):
        raw = {"": raw}
    place = document.place(*at)
    said = {"entry": f"{kind} {entry_id}", "place": place}
    around = {key: value for key, value in raw.items() if key in _ENVELOPE}
    inner = {key: value for key, value in raw.items() if key not in _ENVELOPE}
    parsed: list[Any] = []
    checks = ((_ENTRY_ID, entry_id), (_AROUND, around), (kinds()[kind].entry, inner))
    for model, data in checks:
        try:
            parsed.append(model.validate_python(data, context=said))
        except ValidationError as exc:
            reading.findings += [_fault_of(fault, document, at) for fault in _faults(exc)]
    if len(parsed) < len(checks):
        return None
    envelope: Envelope = parsed[1]
    return Entry(
        kind=kind,
        id=entry_id,
        title=envelope.title,
        source=envelope.source,
        in_force=envelope.in_force,
        value=parsed[2],
        pack=pack,
        place=place,
    )


def _strangers(reading: Reading) -> None:
    known = {"pack.toml", "README.md", "LICENSE", *(f"{kind}.yaml" for kind in kinds())}
    for path in sorted(reading.folder.iterdir()):
        if path.name not in known and not path.name.startswith("."):
            reading.findings.append(
                Finding(
                    "unknown-file",
                    "error",
                    f"no kind of content is called {path.stem}",
                    f"name it {', '.join(f'{kind}.yaml' for kind in kinds())}, or take it out",
                    table=str(path),
                )
            )


def _unreadable(exc: PackError) -> Finding:
    return Finding("unreadable", "error", exc.what, exc.mend, table=exc.place)


def _faults(exc: ValidationError) -> list[Any]:
    # a list whose items are faulty is also called too short; the items say it better
    every = exc.errors()
    inner = {fault["loc"][:depth] for fault in every for depth in range(len(fault["loc"]))}
    return [f for f in every if f["type"] != "too_short" or f["loc"] not in inner]


def _fault_of(fault: Any, document: Document, at: tuple[Step, ...]) -> Finding:
    steps = _steps(fault, document, at)
    return _finding(fault, document.place(*at, *steps), steps, str(at[0]))


def _steps(fault: Any, document: Document, at: tuple[Step, ...]) -> tuple[Step, ...]:
    # pydantic also names the member of a union that it chose; the file has no such step
    said = tuple(fault["loc"])
    kept: tuple[Step, ...] = ()
    for step in said[:-1] if fault["type"] == "missing" else said:
        if (*at, *kept, step) in document.lines:
            kept = (*kept, step)
    return (*kept, said[-1]) if fault["type"] == "missing" else kept


def _finding(fault: Any, place: str, steps: tuple[Step, ...], entry_id: str = "") -> Finding:
    rule, mend = _rule(fault, steps)
    shown = f" (found {fault['input']!r:.80})" if not isinstance(fault["input"], dict) else ""
    return Finding(
        rule,
        "error",
        f"{fault['msg'].removeprefix('Value error, ')}{shown}",
        mend,
        table=place,
        field=".".join(str(step) for step in steps),
        ids=(entry_id,) if entry_id else (),
    )


def _rule(fault: Any, steps: tuple[Step, ...]) -> tuple[str, str]:
    if fault["type"] == "extra_forbidden":
        return "extra-key", "take the key out, or correct its name"
    if steps[:1] == ("source",):
        return "missing-source", "give source: {title: ...}, with where and note if useful"
    if steps[:1] in (("title",), ("description",)):
        return "one-language", "give both zh and en"
    if fault["type"] == "expression":
        return "expression", fault["ctx"]["mend"]
    if "unknown measure" in fault["msg"]:
        return "unknown-measure", "use a measure that hazards give, in its unit"
    return "schema", "correct the value; docs/packs.md lists the fields"
