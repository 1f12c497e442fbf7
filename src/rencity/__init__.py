"""Rencity 韧城: an open, self-hosted platform for resilient cities.

Examples
--------
>>> from rencity import City, stress
>>> city = City.open("cities/memphis")  # doctest: +SKIP
>>> stress(city, "earthquake.toml").plot_recovery()  # doctest: +SKIP
"""

from importlib import import_module

__version__ = "0.1.0"

# loaded when first named, so that `import rencity` and the command line start at once
_DOORS = {
    "City": "rencity.city.model",
    "Result": "rencity.sim.result",
    "load_scenario": "rencity.sim.scenario",
    "stress": "rencity.rehearse",
}
__all__ = ["City", "Result", "__version__", "load_scenario", "stress"]


def __getattr__(name: str) -> object:
    if name not in _DOORS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_DOORS[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
