"""Optimal restoration of flow networks that need each other, by mixed-integer programming."""

from rencity.sim.optimum.network import FlowNetwork
from rencity.sim.optimum.of_city import CityFlows, broken_of, flows_of
from rencity.sim.optimum.plan import Period, Plan, before
from rencity.sim.optimum.priorities import follow
from rencity.sim.optimum.restore import bound, restore
from rencity.sim.optimum.solve import Limits

__all__ = [
    "CityFlows",
    "FlowNetwork",
    "Limits",
    "Period",
    "Plan",
    "before",
    "bound",
    "broken_of",
    "flows_of",
    "follow",
    "restore",
]
