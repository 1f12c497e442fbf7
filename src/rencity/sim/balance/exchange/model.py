"""A community as arrays: components are rows, resources are columns."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

CONSTANT, LINEAR, BINARY, REVERSE_LINEAR, REVERSE_BINARY = range(5)
RELATIONS = {
    "Constant": CONSTANT,
    "Linear": LINEAR,
    "Binary": BINARY,
    "ReverseLinear": REVERSE_LINEAR,
    "ReverseBinary": REVERSE_BINARY,
}
"""How one share follows another, by the name that files use."""

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int8]
Ints = npt.NDArray[np.int32]


class Plan(NamedTuple):
    """What stands still, as the kernels take it; see `Exchange`."""

    supply: Any
    demand: Any
    supply_follows: Any
    demand_follows: Any
    supply_unmet: Any
    works_by: Any
    repair_steps: Any
    surges: Any
    place: Any
    alone: Any
    together: Any
    order_ptr: Any
    order: Any
    transfer: Any
    pair: Any
    pair_ptr: Any
    path_ptr: Any
    path_link: Any
    ride_link: Any
    ride_bridge: Any
    bridge: Any


@dataclass(frozen=True)
class Exchange:
    """A community; c components, r resources, p pairs of localities with paths.

    Attributes
    ----------
    name, resource : text of each component and resource
    supply, demand : float64 (c, r), amounts when whole, in the unit of the resource
    supply_follows, demand_follows : int8 (c, r), how an amount follows how well its component works
    supply_unmet : int8 (c, r), how a supply follows the share of a need that is met
    works_by : int8 (c,), how well a component works by its damage
    repair_steps : float64 (c,), steps from whole damage to none
    surges : bool (c, r), demands that rise after the shock
    place : int32 (c, 2), localities of its two ends; the same twice inside one
    alone, together : int32, resources shared out once a step, and again and again
    order_ptr, order : who is served of each resource, first to last
    transfer : int32 (r,), resource whose links carry it between localities; -1 where it needs none
    pair : int32 (localities, localities), number of a pair; -1 where no path is given
    pair_ptr, path_ptr, path_link : paths of each pair for each transfer, and links of each path;
        the paths of transfer t of pair q are ``pair_ptr[t * p + q] : pair_ptr[t * p + q + 1]``
    ride_link, ride_bridge : links that ride on bridges, and which
    bridge : resource that a bridge gives what rides on it, -1 where there is none
    shock_step, last_step : when the damage comes, and when watching ends
    """

    name: tuple[str, ...]
    resource: tuple[str, ...]
    supply: Floats
    demand: Floats
    supply_follows: Codes
    demand_follows: Codes
    supply_unmet: Codes
    works_by: Codes
    repair_steps: Floats
    surges: npt.NDArray[np.bool_]
    place: Ints
    alone: Ints
    together: Ints
    order_ptr: Ints
    order: Ints
    transfer: Ints
    pair: Ints
    pair_ptr: Ints
    path_ptr: Ints
    path_link: Ints
    ride_link: Ints
    ride_bridge: Ints
    bridge: int
    shock_step: int
    last_step: int

    def plan(self) -> Plan:
        """The kernels' view."""
        known = {each.name for each in fields(self)}
        return Plan(**{name: getattr(self, name) for name in Plan._fields if name in known})
