"""The text of TNTP files: metadata, links, nodes, trips.

The form is that of the Transportation Networks for Research collection (B. Stabler, H. Bar-Gera,
E. Sall): metadata in angle brackets, ``~`` before comments, ``;`` after records.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rencity.city.readers.decoding import decode
from rencity.kit.errors import InputError

FIELDS = ("capacity", "length", "time", "b", "power", "speed", "toll")
NEEDED = 3
_TAG = re.compile(r"\s*<([^>]+)>\s*(\S*)")
_END = "END OF METADATA"


@dataclass
class Net:
    """Links of a network file.

    Attributes
    ----------
    values : float64 (n, 7), `FIELDS`; NaN where a link says fewer
    lines : of each link in the file
    """

    path: Path
    zones: int
    nodes: int
    first_through: str
    start: list[str] = field(default_factory=list)
    end: list[str] = field(default_factory=list)
    values: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, len(FIELDS))))
    lines: list[int] = field(default_factory=list)


@dataclass
class Trips:
    """Cells of a trip table.

    Attributes
    ----------
    total : as the file states it; NaN where it does not
    """

    path: Path
    zones: int
    total: float
    start: list[str] = field(default_factory=list)
    end: list[str] = field(default_factory=list)
    trips: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Files:
    """The files of one network; the last two may be absent."""

    name: str
    net: Path
    node: Path | None
    trips: Path | None

    def present(self) -> list[Path]:
        """Those there are."""
        return [path for path in (self.net, self.node, self.trips) if path is not None]


def find_files(src: Path) -> Files:
    """The network file of a folder, or the one given, and what belongs to it by name.

    Raises
    ------
    InputError : no network file, or several
    """
    nets = _named(src, "net") if src.is_dir() else [src]
    if len(nets) != 1:
        said = ", ".join(path.name for path in nets) or "none"
        raise InputError(
            f"one file NAME_net.tntp is wanted, found {said}",
            place=str(src),
            mend="give the folder of one network, or its NAME_net.tntp",
        )
    net = nets[0]
    name = re.sub(r"(_net)?\.\w+$", "", net.name, flags=re.IGNORECASE)
    return Files(name, net, _beside(net, name, "node"), _beside(net, name, "trips"))


def _named(folder: Path, kind: str) -> list[Path]:
    ends = f"_{kind}.tntp"
    return sorted(p for p in folder.iterdir() if p.name.lower().endswith(ends) and p.is_file())


def _beside(net: Path, name: str, kind: str) -> Path | None:
    wanted = f"{name}_{kind}.tntp".lower()
    return next((p for p in _named(net.parent, kind) if p.name.lower() == wanted), None)


def read_net(path: Path) -> Net:
    """Read the links.

    Raises
    ------
    InputError : metadata missing, another number of links than it states, or a bad field
    """
    lines = _lines(path)
    tags = _metadata(lines, path)
    made = Net(
        path,
        _count(tags, "NUMBER OF ZONES", path),
        _count(tags, "NUMBER OF NODES", path),
        tags.get("FIRST THRU NODE", "1"),
    )
    values: list[list[float]] = []
    for n, line in lines:
        fields = line.split(";", 1)[0].split()
        if not fields:
            continue
        if len(fields) < 2 + NEEDED:
            raise InputError(
                f"a link of {len(fields)} fields: {' '.join(fields)[:60]}",
                place=f"{path}:{n}",
                mend="give at least both nodes, capacity, length and free-flow time",
            )
        made.start.append(fields[0])
        made.end.append(fields[1])
        made.lines.append(n)
        values.append(_link_values(fields[2:9], f"{path}:{n}"))
    if values:
        made.values = np.array(values)
    _same_count(len(values), _count(tags, "NUMBER OF LINKS", path), "links", path)
    return made


def _link_values(fields: list[str], place: str) -> list[float]:
    found = [_number(text, name, place) for text, name in zip(fields, FIELDS, strict=False)]
    return found + [math.nan] * (len(FIELDS) - len(found))


def read_nodes(path: Path) -> dict[str, tuple[float, float]]:
    """Coordinates by node, in order of the file.

    Raises
    ------
    InputError : a bad field, or a node twice
    """
    made: dict[str, tuple[float, float]] = {}
    for n, line in _lines(path):
        fields = line.split(";", 1)[0].split()
        if not fields or (not made and _is_header(fields)):
            continue
        place = f"{path}:{n}"
        if len(fields) < 3:
            raise InputError(
                f"a node of {len(fields)} fields: {' '.join(fields)[:60]}",
                place=place,
                mend="give node, x and y",
            )
        if fields[0] in made:
            raise InputError(
                f"node {fields[0]} stands twice", place=place, mend="leave one of them out"
            )
        made[fields[0]] = (_number(fields[1], "x", place), _number(fields[2], "y", place))
    return made


def _is_header(fields: list[str]) -> bool:
    return fields[0].lower() in ("node", "id", "node_id", "nodeid") or fields[1:3] == ["X", "Y"]


def read_trips(path: Path) -> Trips:
    """Read the cells of the table, zeros as well.

    Raises
    ------
    InputError : metadata missing, a bad field, or another total than it states
    """
    lines = _lines(path)
    tags = _metadata(lines, path)
    made, origin = Trips(path, _count(tags, "NUMBER OF ZONES", path), math.nan), ""
    if "TOTAL OD FLOW" in tags:
        made.total = _number(tags["TOTAL OD FLOW"], "total", str(path))
    for n, line in lines:
        words = line.split()
        if words and words[0].lower() == "origin":
            origin = words[1] if len(words) > 1 else ""
            continue
        for cell in line.split(";"):
            if cell.strip():
                _add_cell(made, origin, cell, f"{path}:{n}")
    _same_total(made)
    return made


def _add_cell(made: Trips, origin: str, cell: str, place: str) -> None:
    zone, colon, amount = cell.partition(":")
    if not colon or not origin:
        raise InputError(
            f"no trips to a zone: {cell.strip()[:60]}",
            place=place,
            mend="write Origin and a zone, then cells such as 2 : 100.0;",
        )
    trips = _number(amount.strip(), "trips", place)
    if trips < 0:
        raise InputError(
            f"{trips:g} trips, below 0", place=place, mend="give a number of at least 0"
        )
    made.start.append(origin)
    made.end.append(zone.strip())
    made.trips.append(trips)


def _same_total(made: Trips) -> None:
    total = math.fsum(made.trips)
    if not math.isclose(total, made.total, rel_tol=1e-6) and not math.isnan(made.total):
        raise InputError(
            f"the cells sum to {total:.10g} trips, <TOTAL OD FLOW> says {made.total:.10g}",
            place=str(made.path),
            mend="get the file again; if it is whole, correct the total",
        )


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines with their number; comments are left out."""
    try:
        text = decode(path)
    except OSError as exc:
        raise InputError(
            f"cannot be read: {exc.strerror}", place=str(path), mend="check its permissions"
        ) from exc
    for n, line in enumerate(text.splitlines(), start=1):
        bare = line.split("~", 1)[0].strip() if not line.lstrip().startswith("<") else line.strip()
        if bare:
            yield n, bare


def _metadata(lines: Iterator[tuple[int, str]], path: Path) -> dict[str, str]:
    tags: dict[str, str] = {}
    for _, line in lines:
        found = _TAG.match(line)
        if found is None:
            break
        if found[1].strip().upper() == _END:
            return tags
        tags[found[1].strip().upper()] = found[2]
    raise InputError(
        f"no <{_END}>",
        place=str(path),
        mend="give a TNTP file; its head is metadata in angle brackets",
    )


def _count(tags: dict[str, str], name: str, path: Path) -> int:
    text = tags.get(name, "")
    if not text.isdigit() or not int(text):
        raise InputError(
            f"<{name}> {text or 'is missing'}", place=str(path), mend="give a number above 0"
        )
    return int(text)


def _same_count(found: int, stated: int, what: str, path: Path) -> None:
    if found != stated:
        raise InputError(
            f"{found} {what}, the metadata says {stated}",
            place=str(path),
            mend="get the file again; if it is whole, correct the metadata",
        )


def _number(text: str, name: str, place: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f"{name} {text!r} is not a number", place=place, mend="correct the value")
    return value
