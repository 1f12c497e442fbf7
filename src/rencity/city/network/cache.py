"""The arrays of a city, kept in `.cache` of its folder under a name that says their values."""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from rencity.city.check import assert_valid
from rencity.city.model import City
from rencity.city.network import Network, build_network
from rencity.kit.errors import StorageError
from rencity.kit.files import staged_folder

VERSION = 4
_TEXT = ("lifelines", "zone", "region")
_PLAIN = (*_TEXT, "unit")
_BROKEN = (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError)


def network_of(city: City) -> Network:
    """Arrays of a city, from its cache when the values have not changed.

    Only a city without an error is built, so what is kept has passed every check.

    Raises
    ------
    CityError : the check finds an error
    """
    cache = network_folder(city)
    if cache is not None and cache.is_dir():
        with contextlib.suppress(*_BROKEN):  # a broken cache is made anew
            return load_network(cache)
    assert_valid(city)
    network = build_network(city)
    if cache is not None:
        with contextlib.suppress(StorageError):  # a read-only city runs without a cache
            _save(network, cache)
    return network


def network_folder(city: City) -> Path | None:
    """Where the arrays of a city are kept; None for a city without a folder."""
    if city.folder is None:
        return None
    return city.folder / ".cache" / f"network-{VERSION}-{city.hash[:24]}"


def _save(network: Network, folder: Path) -> None:
    with staged_folder(folder, replace=True) as stage:
        said: dict[str, Any] = {name: list(getattr(network, name)) for name in _TEXT}
        said["unit"] = network.unit
        said["digest"] = _digest(network)
        (stage / "names.json").write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
        for item in fields(network):
            if item.name not in _PLAIN:
                np.save(stage / f"{item.name}.npy", getattr(network, item.name))


def load_network(folder: Path) -> Network:
    """Arrays kept in a folder, memory-mapped.

    Raises
    ------
    OSError, ValueError, KeyError : the folder is not there, or not whole
    """
    said = json.loads((folder / "names.json").read_text("utf-8"))
    values: dict[str, Any] = {name: tuple(said[name]) for name in _TEXT}
    values["unit"] = said["unit"]
    for item in fields(Network):
        if item.name not in _PLAIN:
            values[item.name] = np.load(folder / f"{item.name}.npy", mmap_mode="r")
    network = Network(**values)
    if _digest(network) != said["digest"]:
        raise ValueError("the arrays are not those that were kept")
    return network


def _digest(network: Network) -> str:
    """BLAKE2b over every name and array, types and shapes included."""
    digest = hashlib.blake2b(digest_size=16)
    for item in fields(network):
        value = getattr(network, item.name)
        if item.name in _PLAIN:
            digest.update(json.dumps(value).encode())
        else:
            digest.update(f"{item.name} {value.dtype.str} {value.shape}".encode())
            digest.update(np.ascontiguousarray(value).data)
    return digest.hexdigest()
