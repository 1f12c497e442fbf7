"""From folders to packs: find them, read them, say every fault with its line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

import rencity
from rencity.content.envelope import EntryId, EntrySource, Envelope, InForce, Manifest, Text
from rencity.content.kinds import KINDS
from rencity.content.reading import Document, Step, read_toml, read_yaml
from rencity.kit.errors import PackError
from rencity.kit.findings import Finding

_ENTRY_ID: TypeAdapter[str] = TypeAdapter(EntryId)
_ENVELOPE = frozenset(Envelope.model_fields)


@dataclass(frozen=True)
class Entry:
    """One entry of a pack: its envelope, its value, and where it stands.

    Attributes
    ----------
    value : model of its kind, see `rencity.content.kinds`
    place : ``file:line``
    """

    id: str
    title: Text
    source: EntrySource
    in_force: InForce
    value: Any
    pack: str
    place: str


@dataclass(frozen=True)
class Pack:
    """One pack as read: entries by kind and id."""

    manifest: Manifest
    folder: Path
    entries: Mapping[str, Mapping[str, Entry]]


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
        kind: _entries(reading, kind, manifest.id if manifest else folder.name) for kind in KINDS
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
        reading.findings += [_finding(fault, str(document.path), "") for fault in _faults(exc)]
    return None


def _entries(reading: Reading, kind: str, pack: str) -> dict[str, Entry]:
    path = reading.folder / f"{kind}.yaml"
    if not path.exists():
        return {}
    try:
        document = read_yaml(path)
    except PackError as exc:
        reading.findings.append(_unreadable(exc))
        return {}
    made = (_entry(reading, document, kind, entry_id, pack) for entry_id in document.data)
    return {entry.id: entry for entry in made if entry is not None}


def _entry(
    reading: Reading, document: Document, kind: str, entry_id: str, pack: str
) -> Entry | None:
    raw = document.data[entry_id]
    if not isinstance(raw, dict):
        raw = {"": raw}
    around = {key: value for key, value in raw.items() if key in _ENVELOPE}
    inner = {key: value for key, value in raw.items() if key not in _ENVELOPE}
    parsed: list[Any] = []
    checks = ((_ENTRY_ID, entry_id), (TypeAdapter(Envelope), around), (KINDS[kind], inner))
    for model, data in checks:
        try:
            parsed.append(model.validate_python(data))
        except ValidationError as exc:
            reading.findings += [
                _finding(fault, document.place(entry_id, *_steps(fault)), entry_id)
                for fault in _faults(exc)
            ]
    if len(parsed) < len(checks):
        return None
    envelope: Envelope = parsed[1]
    return Entry(
        entry_id,
        envelope.title,
        envelope.source,
        envelope.in_force,
        parsed[2],
        pack,
        document.place(entry_id),
    )


def _strangers(reading: Reading) -> None:
    known = {"pack.toml", "README.md", "LICENSE", *(f"{kind}.yaml" for kind in KINDS)}
    for path in sorted(reading.folder.iterdir()):
        if path.name not in known and not path.name.startswith("."):
            reading.findings.append(
                Finding(
                    "unknown-file",
                    "error",
                    f"no kind of content is called {path.stem}",
                    f"name it {', '.join(f'{kind}.yaml' for kind in KINDS)}, or take it out",
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


_UNION_TAGS = ("lognormal", "repair_rate")


def _steps(fault: Any) -> tuple[Step, ...]:
    # pydantic puts the tag of the union's chosen member first; the file has no such step
    steps = tuple(fault["loc"])
    return steps[1:] if steps and steps[0] in _UNION_TAGS else steps


def _finding(fault: Any, place: str, entry_id: str) -> Finding:
    steps = _steps(fault)
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
    if "unknown measure" in fault["msg"]:
        return "unknown-measure", "use a measure that hazards give, in its unit"
    return "schema", "correct the value; docs/packs.md lists the fields"
