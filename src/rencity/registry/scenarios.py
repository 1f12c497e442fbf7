"""Scenarios a server keeps: checked when they are written, laid out as files when they are run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rencity.db.store import Reader, Transaction
from rencity.journal.records import Row
from rencity.kit.errors import RequestError
from rencity.registry.places import Places, inside, lay
from rencity.registry.store import scenarios, uploads
from rencity.sim.scenario import Scenario, parse_scenario

MOST_BYTES = 1_000_000
FILE = "scenario.toml"


def checked(tx: Transaction, text: str, files: Mapping[str, str]) -> dict[str, Any]:
    """Fields of a scenario's record, from its text and the files it names.

    Parameters
    ----------
    files : path as in the text -> id of the upload that lies there

    Raises
    ------
    ScenarioError : the text is no sound scenario; every fault in one message
    RequestError : it names a file that was not handed in, or one outside its own folder
    """
    if len(text.encode()) > MOST_BYTES:
        raise RequestError(
            f"longer than {MOST_BYTES:,} bytes", place="text", mend="hand tables in as files"
        )
    scenario = parse_scenario(text, place="text")
    for path, upload in files.items():
        inside(path)
        uploads.get(tx, upload)
    refuse_climbing(scenario)
    return {
        "title_zh": scenario.title.zh,
        "title_en": scenario.title.en,
        "text": text,
        "files": dict(files),
        "hazards": sorted({hazard.kind for hazard in scenario.hazards}),
    }


def refuse_climbing(scenario: Scenario) -> None:
    """Refuse a scenario that names a file outside its own folder.

    Raises
    ------
    RequestError : it does
    """
    for said in _texts(scenario.model_dump(mode="json", exclude_unset=True)):
        _refuse_climbing(said)


def lay_out(reader: Reader, places: Places, row: Row, folder: Path) -> Path:
    """Write a scenario and its files into a folder; the path of the scenario.

    Raises
    ------
    StorageError : a file is gone, or the disk refused it
    """
    for path, upload in row["files"].items():
        held = uploads.get(reader, upload)
        lay(places.upload(held["sha256"]), folder / inside(path))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text(row["text"], encoding="utf-8")
    return folder / FILE


def put(
    tx: Transaction,
    key: str,
    said: Mapping[str, Any],
    *,
    version: int | None = None,
    new: bool,
    why: str = "",
) -> Row:
    """Make a scenario, or change one; its record.

    Raises
    ------
    AbsentError, ConflictError, StaleError : see `rencity.journal.records.Records`
    """
    if new:
        return scenarios.create(tx, key, {**said, "at": tx.at}, why=why)
    return scenarios.change(tx, key, said, version=version, why=why)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def _refuse_climbing(said: str) -> None:
    """A scenario that was handed in reads no file of this machine but its own."""
    parts = said.replace("\\", "/").split("/")
    if said.startswith(("/", "~", "\\")) or ".." in parts or "\0" in said:
        raise RequestError(
            f"{said!r:.80} leads out of the scenario's own folder",
            place="text",
            mend="hand the file in and name it by a relative path",
        )
