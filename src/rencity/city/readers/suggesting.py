"""Which reader fits files that were handed in, with a mapping where one is needed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

import rencity
from rencity.city.readers.guessing import GuessedLayer, guessed
from rencity.city.readers.mapping import Mapping
from rencity.city.readers.peek import Peek

LOCAL = "local"
_FEED = {"stops.txt", "stop_times.txt"}
_COORDINATES = re.compile(r"\[COORDINATES\]([^\[]*)", re.IGNORECASE)
_WHY = {
    "osm": ("像 OpenStreetMap 摘取", "looks like an extract of OpenStreetMap"),
    "epanet": ("有 EPANET 的段落", "has the sections of EPANET"),
    "swmm": ("有 SWMM 的段落", "has the sections of SWMM"),
    "pandapower": ("是 pandapower 存的电网", "is a net that pandapower saved"),
    "pyrecodes": ("是 pyrecodes 的主文件", "is a main file of pyrecodes"),
    "gtfs": ("有 GTFS 的站点与时刻", "has the stops and times of GTFS"),
    "tntp": ("有 TNTP 的开头", "begins as TNTP does"),
    "dem": ("是栅格，可作地形高程", "is a raster, which may hold heights"),
    "landcover": ("是栅格，可作土地覆盖", "is a raster, which may hold land cover"),
    "population": ("是栅格，可作人口", "is a raster, which may hold people"),
}
_RASTER_READERS = ("dem", "landcover", "population")


@dataclass(frozen=True)
class Suggestion:
    """A way to read what was handed in.

    Attributes
    ----------
    source : path of the file or folder to read; empty: all
    mapping : TOML; empty where the reader needs none
    crs : what to say of it; empty: nothing
    root : folder below which a mapping that ships with Rencity finds its files
    layers : where the mapping is only guessed, what is proposed and how sure it is
    """

    reader: str
    source: str
    mapping: str
    why_zh: str
    why_en: str
    crs: str
    root: str = ""
    layers: tuple[GuessedLayer, ...] = ()


def suggestions(folder: Path, files: tuple[Peek, ...]) -> tuple[Suggestion, ...]:
    """Ways to read files, the surest first.

    Parameters
    ----------
    folder : where `files` lie
    """
    found = [*_shipped(files), *_by_content(folder, files), *_feeds(files)]
    guess = None if any(each.root or each.mapping for each in found) else guessed(files)
    if guess is not None:
        n = len(guess.layers)
        zh, en = (
            f"按表格读，映射是猜的：{n} 个图层",
            f"as tables, by a guessed mapping of {n} layers",
        )
        found.append(Suggestion("tables", "", guess.text, zh, en, "", layers=guess.layers))
    return tuple(found)


def _by_content(folder: Path, files: tuple[Peek, ...]) -> Iterator[Suggestion]:
    for each in files:
        readers = _RASTER_READERS if each.format == "raster" else (each.format,)
        for reader in readers:
            if reader == "tntp" and "_net" not in each.path.lower():
                continue  # trips and nodes are found beside the network
            if reader in _WHY:
                crs = _crs(folder / each.path) if reader in ("epanet", "swmm") else ""
                zh, en = _WHY[reader]
                yield Suggestion(
                    reader, each.path, "", f"{each.path} {zh}", f"{each.path} {en}", crs
                )


def _feeds(files: tuple[Peek, ...]) -> Iterator[Suggestion]:
    """Folders that hold an unpacked feed."""
    held: dict[str, set[str]] = {}
    for each in files:
        path = PurePosixPath(each.path)
        held.setdefault(str(path.parent), set()).add(path.name)
    for parent, names in held.items():
        if names >= _FEED:
            where = "" if parent == "." else parent
            zh, en = _WHY["gtfs"]
            yield Suggestion("gtfs", where, "", f"{parent} {zh}", f"{parent} {en}", "")


def _shipped(files: tuple[Peek, ...]) -> Iterator[Suggestion]:
    """Mappings that ship with Rencity and find all their files, that of most files first."""
    paths = {each.path for each in files}
    for name, text, wanted in sorted(mappings(), key=lambda one: -len(one[2])):
        root = _root(paths, wanted)
        if root is not None:
            yield Suggestion(
                "tables", root, text, f"文件与自带的映射 {name} 相符",
                f"the files are those of the mapping {name} that ships with Rencity", "", root,
            )  # fmt: skip


def _root(paths: set[str], wanted: tuple[str, ...]) -> str | None:
    """The folder below which all wanted files lie; None: there is none."""
    first = wanted[0]
    for path in sorted(paths, key=len):
        if path == first or path.endswith(f"/{first}"):
            root = path[: len(path) - len(first)].rstrip("/")
            if all((f"{root}/{name}" if root else name) in paths for name in wanted):
                return root
    return None


@cache
def mappings() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Name, text and files of each mapping that ships with Rencity."""
    made = []
    for path in sorted(_examples().glob("*/map.toml")):
        text = path.read_text(encoding="utf-8")
        wanted = Mapping.model_validate(tomllib.loads(text)).files()
        if wanted and all(wanted):
            made.append((path.parent.name, text, wanted))
    return tuple(made)


def _examples() -> Path:
    """Where examples lie: in the package, or beside a checkout's `src`."""
    package = Path(str(rencity.__file__)).parent
    inside = package / "examples"
    return inside if inside.is_dir() else package.parents[1] / "examples"


def _crs(path: Path) -> str:
    """Nothing where a drawing's coordinates may be degrees, else ``local``."""
    found = _COORDINATES.search(path.read_text(encoding="utf-8", errors="replace"))
    rows = [line.split() for line in (found[1] if found else "").splitlines()]
    numbers = [(float(row[1]), float(row[2])) for row in rows if _is_place(row)]
    return "" if all(abs(x) <= 180 and abs(y) <= 90 for x, y in numbers) else LOCAL


def _is_place(row: list[str]) -> bool:
    if len(row) < 3 or row[0].startswith(";"):
        return False
    try:
        float(row[1]), float(row[2])
    except ValueError:
        return False
    return True
