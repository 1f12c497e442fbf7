"""Content that every stage of the loop speaks in."""

from __future__ import annotations

from rencity.content.incidents import HazardKind, IncidentGrades, Phase, check_grades
from rencity.kit.kind import Kind

KINDS = {
    "hazard_kinds": Kind(
        HazardKind,
        "灾种目录",
        "Kinds of hazard",
        "突发事件四类及其下的灾种，引擎能推演的注明用哪一段。",
        "The classes of incidents and the kinds below them, and what rehearses each.",
    ),
    "phases": Kind(
        Phase,
        "阶段",
        "Phases",
        "应急管理的阶段，及各阶段对应的闭环环节。",
        "Phases of emergency management, and the stages of the loop that work in each.",
    ),
    "incident_grades": Kind(
        IncidentGrades,
        "事件分级",
        "Grades of incidents",
        "按伤亡和损失定级。",
        "How grave an incident is by what it cost: the first condition that holds, from the top.",
        check_grades,
    ),
}
