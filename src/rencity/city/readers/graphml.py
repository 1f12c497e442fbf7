"""GraphML networks, with block and street XML beside them, by a mapping file."""

from __future__ import annotations

from pathlib import Path

from rencity.city.readers.ledger import Part
from rencity.city.readers.mapping import read_mapping
from rencity.city.readers.records import MARKUP
from rencity.city.readers.sniff import not_a
from rencity.city.readers.tables import read_tables
from rencity.kit.errors import InputError


def read_graphml(src: Path, mapping: Path, crs: str | None = None) -> Part:
    """Read a GraphML file, or a folder of GraphML, XML and tables, as the mapping says.

    Parameters
    ----------
    src : the file, or the folder that holds the files the mapping names
    mapping : TOML, see `rencity.city.readers.mapping`
    crs : system of coordinates that the mapping does not state

    Raises
    ------
    InputError : a file of another kind, or all that `read_tables` raises
    """
    if src.is_file() and src.suffix.lower() not in MARKUP:
        raise not_a("graphml", src, "it is neither .graphml nor .xml", "give such a file")
    named = [Path(name).suffix.lower() for name in read_mapping(mapping).files() if name]
    if named and not set(named) & set(MARKUP):
        raise InputError(
            "the mapping names no .graphml or .xml file",
            place=str(mapping),
            mend="rencity city import tables reads such a mapping",
        )
    return read_tables(src, mapping, crs)
