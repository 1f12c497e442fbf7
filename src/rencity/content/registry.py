"""The kinds of content: found in the rooms that own them when packs are first read."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.machinery import PathFinder
from types import MappingProxyType
from typing import Any

from pydantic import TypeAdapter

import rencity
from rencity.kit.errors import PackError
from rencity.kit.kind import Kind


@dataclass(frozen=True)
class Known:
    """A kind with the module that declares it and the check of one entry."""

    name: str
    kind: Kind
    module: str
    entry: TypeAdapter[Any]


def kinds() -> Mapping[str, Known]:
    """Every kind by its name, as the ``kinds.py`` of each room of `rencity` declares it.

    Raises
    ------
    PackError : two rooms declare one name, or a ``kinds.py`` declares none
    """
    return _found(tuple(rencity.__path__))


@cache
def _found(path: tuple[str, ...]) -> Mapping[str, Known]:
    found: dict[str, Known] = {}
    for module in _modules(path):
        for name, kind in _declared(module).items():
            if name in found:
                raise PackError(
                    f"two rooms declare the kind {name}: {found[name].module} and {module}",
                    place=module,
                    mend="give one of them another name",
                )
            found[name] = Known(name, kind, module, TypeAdapter(kind.model))
    return MappingProxyType(found)


def _modules(path: tuple[str, ...]) -> list[str]:
    # rooms without content are looked at on disk and never imported
    names = []
    for room in pkgutil.iter_modules(list(path)):
        inside = [f"{folder}/{room.name}" for folder in path]
        name = f"rencity.{room.name}.kinds"
        if room.ispkg and PathFinder.find_spec(name, inside) is not None:
            names.append(name)
    return sorted(names)


def _declared(module: str) -> Mapping[str, Kind]:
    declared = getattr(import_module(module), "KINDS", None)
    if not isinstance(declared, dict) or not all(isinstance(k, Kind) for k in declared.values()):
        raise PackError(
            "declares no kinds of content",
            place=module,
            mend="give it KINDS, a dict of file name to rencity.kit.kind.Kind",
        )
    return declared
