"""Content the engine computes with: how things break, what mends them, what rain and floods do."""

from __future__ import annotations

from rencity.kit.kind import Kind
from rencity.sim.classes import Fragility, Repair
from rencity.sim.crews.work import Work
from rencity.sim.flood.content import Closure, Ground, StormFormula

KINDS = {
    "fragility": Kind(
        Fragility,
        "易损性",
        "Fragility classes",
        "某一强度下，设施以多大概率到达各损坏等级。",
        "How likely an asset reaches each state of damage under an intensity.",
    ),
    "repair": Kind(
        Repair,
        "修复时间",
        "Repair classes",
        "损坏的设施要多久才能再用。",
        "How long a damaged asset stays out.",
    ),
    "work": Kind(
        Work,
        "抢修工时",
        "Classes of crew work",
        "情景派出抢修队时，修好一处损坏要多少工时、哪一工种、什么备件。",
        "Crew-hours, skill and part that mending takes, where a scenario sends crews.",
    ),
    "storms": Kind(
        StormFormula,
        "暴雨强度公式",
        "Rainstorm intensity formulas",
        "一地的暴雨强度随重现期和历时的变化。",
        "Rainstorm intensity of a place by return period and duration.",
    ),
    "grounds": Kind(
        Ground,
        "下垫面",
        "Kinds of ground",
        "各类地表能吸收多少雨水。",
        "What kinds of ground take of the rain.",
    ),
    "closures": Kind(
        Closure,
        "积水停用",
        "Closures by water",
        "积水多深时设施停用，水退后恢复。",
        "How deep water must stand for assets to be out, until it has gone.",
    ),
}
