"""The three files of a pyrecodes community as checked values."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rencity.city.readers.decoding import decode
from rencity.city.readers.sniff import load_json, looks_like, not_a
from rencity.kit.errors import InputError

MEND = "give the main file, or the folder that holds it with its library and configuration"
T = TypeVar("T", bound=BaseModel)
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Flow(_Entry):
    """A resource that a component supplies or demands."""

    amount: Amount = Field(alias="Amount")
    unmet: str = Field("Constant", alias="UnmetDemandToAmountRelation")
    follows: str = Field("Constant", alias="FunctionalityToAmountRelation")
    surge: str = Field("False", alias="PostDisasterIncreaseDueToEmergencyCalls")
    made_by: Annotated[dict[str, Any], Field(alias="ResourceClass")] = {}


class Component(_Entry):
    """A template of the component library, by what it supplies and needs."""

    supply: dict[str, Flow] = Field(default={}, alias="Supply")
    demand: dict[str, Flow] = Field(default={}, alias="OperationDemand")
    recovery: dict[str, Any] = Field(default={}, alias="RecoveryModel")
    sort: dict[str, Any] = Field(default={}, alias="ComponentClass")


class Parameters(_Entry):
    """Which components stand in a locality and between it and others."""

    inside: Annotated[dict[str, Count], Field(alias="ComponentsInLocality")] = {}
    between: Annotated[dict[str, tuple[str, ...]], Field(alias="ComponentsBetweenLocalities")] = {}


class Subsystem(_Entry):
    """One system of a locality."""

    parameters: Annotated[Parameters, Field(alias="Parameters")] = Parameters()


class Locality(_Entry):
    """A place within which resources flow freely."""

    coordinates: dict[str, Any] = Field(default={}, alias="Coordinates")
    components: dict[str, tuple[dict[str, Subsystem], ...]] = Field(default={}, alias="Components")

    def subsystems(self) -> list[Subsystem]:
        """Every subsystem, in order of the file."""
        return [
            each for group in self.components.values() for one in group for each in one.values()
        ]


class ModelParameters(_Entry):
    """Parameters of how a resource is distributed."""

    transfer: Annotated[str, Field(alias="TransferService")] = ""
    priority: Annotated[dict[str, Any], Field(alias="DistributionPriority")] = {}
    paths: Annotated[str, Field(alias="PathSetsFile")] = ""
    at: Annotated[tuple[dict[str, Any], ...], Field(alias="DistributionTimeStepping")] = ()


class Model(_Entry):
    """How a resource is distributed."""

    name: Annotated[str, Field(alias="ClassName")] = ""
    parameters: Annotated[ModelParameters, Field(alias="Parameters")] = ModelParameters()


class Resource(_Entry):
    """A resource: its group and what it needs to flow between localities."""

    group: Annotated[str, Field(alias="Group")] = ""
    model: Annotated[Model, Field(alias="DistributionModel")] = Model()


class System(_Entry):
    """The system configuration."""

    constants: dict[str, Any] = Field(default={}, alias="Constants")
    content: Annotated[dict[str, Locality], Field(min_length=1)] = Field(alias="Content")
    resources: dict[str, Resource] = Field(alias="Resources")
    damage: dict[str, Any] = Field(default={}, alias="DamageInput")
    calculators: tuple[dict[str, Any], ...] = Field(default=(), alias="ResilienceCalculator")


class _Library(_Entry):
    file: str = Field(alias="ComponentLibraryFile")


class _Configuration(_Entry):
    file: str = Field(alias="SystemConfigurationFile")


class _Main(_Entry):
    library: _Library = Field(alias="ComponentLibrary")
    system: _Configuration = Field(alias="System")


class Sort(BaseModel):
    """The lifeline and kinds of a resource; see `resources.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    match: str
    people: bool = False
    lifeline: str = ""
    maker: str = ""
    node: str = ""
    link: str = ""


class Community(BaseModel):
    """A community: its files, component templates and configuration."""

    model_config = ConfigDict(frozen=True)

    main: Path
    files: tuple[Path, ...]
    library: dict[str, Component]
    system: System


def read_community(src: Path) -> Community:
    """Read the main file and the two that it names, which lie beside it.

    Raises
    ------
    InputError : a missing or broken file, one of another kind, or an entry that breaks the schema
    """
    main = _main(src)
    said = _checked(_Main, json_of(main), main)
    library_file, system_file = (beside(main, n) for n in (said.library.file, said.system.file))
    templates = json_of(library_file)
    if not isinstance(templates, dict):
        raise InputError("it holds no component templates", place=str(library_file), mend=MEND)
    library = {
        str(name): _checked(Component, entry, library_file, str(name))
        for name, entry in templates.items()
    }
    system = _checked(System, json_of(system_file), system_file)
    files = (main, library_file, system_file)
    return Community(main=main, files=files, library=library, system=system)


def sort_of(resource: str) -> Sort | None:
    """What a resource is by its name; None if no entry fits."""
    return next((each for each in _sorts() if fnmatchcase(resource, each.match)), None)


@cache
def _sorts() -> tuple[Sort, ...]:
    here = resources.files("rencity.city.readers.pyrecodes").joinpath("resources.toml")
    said = tomllib.loads(here.read_text(encoding="utf-8"))
    return tuple(Sort.model_validate(each) for each in said["resources"])


def _main(src: Path) -> Path:
    if not src.is_dir():
        if looks_like(src) not in ("", "pyrecodes"):
            raise not_a("pyrecodes", src, "", MEND)
        return src
    found = [path for path in sorted(src.glob("*.json")) if looks_like(path) == "pyrecodes"]
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        raise InputError(f"not one main file but {names}", place=str(src), mend=MEND)
    return found[0]


def beside(main: Path, said: str) -> Path:
    """The file of that name in the main file's folder, whatever folder it was written with."""
    path = main.parent / Path(said.replace("\\", "/")).name
    if not path.is_file():
        raise InputError(f"{path.name} does not lie beside it", place=str(main), mend=MEND)
    return path


def json_of(path: Path) -> object:
    """What a JSON file holds."""
    try:
        return load_json(path, decode(path), "pyrecodes")
    except OSError as exc:
        raise InputError(
            f"cannot be read: {exc.strerror}", place=str(path), mend="check its permissions"
        ) from exc


def _checked(model: type[T], data: object, path: Path, name: str = "") -> T:
    try:
        return model.model_validate(data)
    except ValidationError as exc:
        first = exc.errors()[0]
        where = ".".join(part for part in (name, *map(str, first["loc"])) if part)
        raise InputError(
            f"{where}: {first['msg']}" if where else str(first["msg"]),
            place=str(path),
            mend="correct the entry; docs/import-pyrecodes.md says what is read",
        ) from exc
