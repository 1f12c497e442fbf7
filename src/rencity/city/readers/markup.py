"""Rows of GraphML and of any XML whose elements are rows.

Documents with a document type or entities are refused: neither GraphML nor exported layers need
them, and expanding them is how a small file fills a memory.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

import pandas as pd

from rencity.kit.errors import InputError

SHEETS = {"nodes": "node", "edges": "edge"}
Row = dict[str, str | None]

_DECLARED = re.compile(rb"""\s*<\?xml[^>]*encoding=["']([A-Za-z0-9._-]+)["']""")
ANCESTORS = 3
"""Elements above a row whose attributes become its columns."""


def read_markup(path: Path, text: str, sheet: str) -> pd.DataFrame:
    """Rows of an XML text, one an element, every value as text or None.

    Parameters
    ----------
    sheet : of GraphML ``nodes`` or ``edges``; of other XML the name of the elements that are rows

    Returns
    -------
    Attributes of an element as columns ``@name``. Of GraphML also its data by the names of their
    keys, ``@directed`` of each edge filled from the graph's default. Of other XML also attributes
    of the elements above it as ``../@name`` and ``../../@name``, and the text of plain elements in
    it by their names.

    Raises
    ------
    InputError : broken XML, with its line; a document type or entities; no such elements; data of a
        key that is not declared; edges of more than two ends
    """
    root = parse(path, text)
    if name_of(root) == "graphml":
        return _graph_rows(path, root, sheet)
    return _element_rows(path, root, sheet)


def declared_encoding(path: Path) -> str:
    """The encoding that an XML file declares; empty for UTF-8 and where it says none."""
    with path.open("rb") as file:
        found = _DECLARED.match(file.read(200))
    said = found[1].decode() if found else ""
    return "" if said.lower() in ("utf-8", "utf8") else said


def parse(path: Path, text: str) -> Element:
    """The root element of an XML text.

    Raises
    ------
    InputError : broken XML, or a document type or entities in it
    """
    builder = TreeBuilder()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data

    def refuse(*_: object) -> NoReturn:
        raise InputError(
            "it declares a document type or entities, which are not read",
            place=f"{path}:{parser.CurrentLineNumber}",
            mend="take the <!DOCTYPE ...> out, or export the file without one",
        )

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(text, True)
    except expat.ExpatError as exc:
        raise InputError(
            f"broken XML: {expat.ErrorString(exc.code)}",
            place=f"{path}:{exc.lineno}",
            mend="correct that line, or get the file again whole",
        ) from exc
    return builder.close()


def name_of(element: Element) -> str:
    """Its name without the namespace."""
    return element.tag.rsplit("}", 1)[-1]


def _attributes(element: Element, prefix: str = "@") -> dict[str, str]:
    return {prefix + key.rsplit("}", 1)[-1]: value for key, value in element.attrib.items()}


def _graph_rows(path: Path, root: Element, sheet: str) -> pd.DataFrame:
    if sheet not in SHEETS:
        raise InputError(
            f"a GraphML file has no {sheet!r}" if sheet else "a GraphML file has nodes and edges",
            place=str(path),
            mend='set `sheet` to "nodes" or "edges"',
        )
    kind = SHEETS[sheet]
    columns, defaults = _keys(root, kind)
    rows = []
    for graph in (each for each in root.iter() if name_of(each) == "graph"):
        default = "true" if graph.get("edgedefault") == "directed" else "false"
        for element in graph:
            if name_of(element) == "hyperedge":
                raise InputError(
                    "it has hyperedges: a link joins two nodes",
                    place=str(path),
                    mend="write each hyperedge as a node with edges to its ends",
                )
            if name_of(element) == kind:
                row: Row = {"@directed": default} if kind == "edge" else {}
                row.update(_attributes(element))
                row.update(defaults)
                rows.append(row | _data(path, element, columns))
    names = ["@id", *(["@source", "@target", "@directed"] if kind == "edge" else [])]
    return _framed(rows, [*names, *columns.values()])


def _keys(root: Element, kind: str) -> tuple[dict[str, str], dict[str, str]]:
    """Column of each key of nodes or edges, and the values that stand where none is given."""
    columns: dict[str, str] = {}
    defaults: dict[str, str] = {}
    for key in (each for each in root if name_of(each) == "key"):
        if key.get("for", "all") not in (kind, "all"):
            continue
        own = key.get("id", "")
        name = key.get("attr.name", own)
        columns[own] = own if name in columns.values() else name
        for child in key:
            if name_of(child) == "default" and child.text:
                defaults[columns[own]] = child.text
    return columns, defaults


def _data(path: Path, element: Element, columns: dict[str, str]) -> Row:
    made: Row = {}
    for child in element:
        if name_of(child) != "data":
            continue
        key = child.get("key", "")
        if key not in columns:
            raise InputError(
                f"{name_of(element)} {element.get('id', '')} has data of key {key!r}, "
                f"which is not declared for it",
                place=str(path),
                mend=f"add <key id={key!r} .../>; declared are {', '.join(columns) or 'none'}",
            )
        made[columns[key]] = child.text if not len(child) else None
    return made


def _element_rows(path: Path, root: Element, sheet: str) -> pd.DataFrame:
    rows = []
    for element, above in _walk(root):
        if name_of(element) != sheet:
            continue
        row: Row = {}
        for level, ancestor in enumerate(reversed(above[-ANCESTORS:]), start=1):
            row.update(_attributes(ancestor, "../" * level + "@"))
        row |= {name_of(child): child.text for child in element if not len(child) and child.text}
        row.update(_attributes(element))
        rows.append(row)
    if not rows:
        counts = Counter(name_of(element) for element in root.iter())
        known = ", ".join(f"{name} ({n})" for name, n in counts.most_common(12))
        raise InputError(
            f"no element {sheet!r}"
            if sheet
            else "the mapping does not say which elements are rows",
            place=str(path),
            mend=f"set `sheet` to one of {known}",
        )
    return _framed(rows, list(dict.fromkeys(name for row in rows for name in row)))


def _walk(root: Element) -> Iterator[tuple[Element, tuple[Element, ...]]]:
    """Every element in the order of the document, with those above it."""
    stack: list[tuple[Element, tuple[Element, ...]]] = [(root, ())]
    while stack:
        element, above = stack.pop()
        yield element, above
        below = (*above, element)
        stack += [(child, below) for child in reversed(element)]


def _framed(rows: list[Row], names: list[str]) -> pd.DataFrame:
    columns = list(dict.fromkeys([*names, *(name for row in rows for name in row)]))
    return pd.DataFrame({name: [row.get(name) for row in rows] for name in columns}, dtype=object)
