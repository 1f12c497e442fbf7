"""Content the city is filled by: rules for what files do not say."""

from __future__ import annotations

from rencity.city.rules import AreaRule, CapacityRule, CellRule, NeedRule, ServeRule
from rencity.kit.kind import Kind

KINDS = {
    "needs": Kind(
        NeedRule,
        "依赖规则",
        "Rules of needs",
        "资料没有说明时，哪类设施靠哪类设施运行。",
        "Which kinds of asset need which others to work, where the sources are silent.",
    ),
    "serves": Kind(
        ServeRule,
        "供给规则",
        "Rules of supply",
        "资料没有说明时，片区由最近的哪类设施服务。",
        "Which kinds of asset serve a zone that the sources leave unserved.",
    ),
    "areas": Kind(
        AreaRule,
        "服务范围规则",
        "Rules of service areas",
        "资料没有说明时，按直线、路网或泰森多边形划分服务范围。",
        "Service areas by straight line, along a network or by Voronoi cells, where none is given.",
    ),
    "capacities": Kind(
        CapacityRule,
        "能力规则",
        "Rules of capacity",
        "资料没有说明时，设施的能力从人口、用量、尺寸或面积推得。",
        "Capacity of assets from people, use, size or area, where none is given.",
    ),
    "cells": Kind(
        CellRule,
        "网格规则",
        "Rules of grid cells",
        "点名使用时，把片区切成网格。",
        "How zones are cut into grid cells, where asked for by name.",
    ),
}
