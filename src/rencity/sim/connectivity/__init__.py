"""The network measures of the field: connectivity and efficiency lost, giant part, betweenness.

Arrays in, arrays out: a `Graph`, what is down in each event as `Down`, and
``connectivity_loss``, ``efficiency_loss``, ``giant_part``, ``betweenness`` and ``criticality``.
Formulas and what each leaves out are told in `docs/network-measures.md`.
"""

from rencity.sim.connectivity.between import Between, betweenness, criticality
from rencity.sim.connectivity.graph import Down, Graph
from rencity.sim.connectivity.losses import (
    Connectivity,
    Efficiency,
    averaged,
    connectivity_loss,
    efficiency_loss,
    giant_part,
)

__all__ = [
    "Between",
    "Connectivity",
    "Down",
    "Efficiency",
    "Graph",
    "averaged",
    "betweenness",
    "connectivity_loss",
    "criticality",
    "efficiency_loss",
    "giant_part",
]
