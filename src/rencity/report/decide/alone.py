"""Single failures: assets, roads and networks by themselves, as tables."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from rencity.report.decide.answers import Alone, Networks, WorstRoad
from rencity.report.decide.names import Names
from rencity.report.tables import LAST, Cell, Row
from rencity.report.words import PATH, Words, shown

ALONE_SHOWN = 25
ROADS_SHOWN = 20


def alone_said(alone: Alone, names: Names) -> list[Markup]:
    """How many single assets take service from anybody, and the worst."""
    words = names.words
    said = [
        words.t(
            "alone_said",
            tried=words.count(alone.assets_tried),
            losing=words.count(alone.assets_that_lose_anyone),
        )
    ]
    if alone.link:
        link = alone.link
        said.append(
            words.t(
                "alone_link",
                start=shown(link.start),
                end=shown(link.end),
                before=words.count(link.people),
                after=words.count(link.people_with_link),
                better=link.assets_better,
                worse=link.assets_worse,
            )
        )
    return said


def alone_rows(alone: Alone, names: Names) -> list[Row]:
    """The assets that take most down by themselves."""
    return [
        Row(
            (
                Cell(
                    shown(one.name) if one.name.strip() else shown(one.asset),
                    under=PATH.join((names.words.kind(one), names.line(one.lifeline))),
                    name=True,
                ),
                Cell(names.words.count(one.people), float(one.people)),
                Cell(_by(one.people_by, names)),
                Cell(one.zones, float(one.zones)),
            ),
            names.colour(one.lifeline),
        )
        for one in alone.worst[:ALONE_SHOWN]
    ]


def _by(counts: Mapping[str, int], names: Names) -> Markup:
    ranked = sorted(counts.items(), key=lambda each: -each[1])
    parts = [f"{names.line(name)} {names.words.count(count)}" for name, count in ranked]
    return names.words.t("comma").join(parts)


def roads_said(alone: Alone, words: Words) -> Markup | str:
    """Roads and the backbone in one sentence."""
    roads = alone.roads
    if roads is None:
        return ""
    backbone = roads.backbone
    return words.t(
        "roads_said",
        elements=words.count(roads.elements),
        none=words.count(roads.without_way_round),
        km=f"{roads.longest_detour_m / 1000:.1f}",
        links=words.count(backbone.links),
        parts=words.count(backbone.parts),
        breaking=words.count(backbone.breaking),
    )


def road_rows(alone: Alone, words: Words) -> list[Row]:
    """The roads whose closing cuts most people off."""
    return [_road(one, words) for one in alone.roads.worst[:ROADS_SHOWN]] if alone.roads else []


def _road(one: WorstRoad, words: Words) -> Row:
    detour = Cell(words.t("roads_no_way"), LAST, number=True)
    if one.detour_m is not None:
        minutes = "" if one.detour_s is None else words.hours(one.detour_s / 3600)
        km = words.t("roads_km", n=f"{one.detour_m / 1000:.1f}")
        detour = Cell(km, one.detour_m, minutes)
    return Row(
        (
            Cell(
                shown(one.name) if one.name.strip() else shown(one.segment),
                under=words.kind(one),
                name=True,
            ),
            detour,
            *(
                Cell(words.count(count), float(count))
                for count in (one.cut_hospital, one.cut_fire_station, one.cut_shelter)
            ),
            Cell(words.count(one.backbone_apart), float(one.backbone_apart)),
        )
    )


def network_rows(networks: Networks, names: Names) -> list[Row]:
    """Losses of each network by itself, averages over events."""
    made = []
    for one in networks.lifelines:
        loss = one.average_loss
        values = (
            [None] * 4
            if loss is None
            else [loss.complete, loss.partial, loss.weighted, loss.efficiency]
        )
        made.append(
            Row(
                (
                    Cell(names.line(one.lifeline), name=True),
                    Cell(names.words.count(one.nodes), float(one.nodes)),
                    *(
                        Cell(names.words.share(value), value, number=True, grave=_part(value))
                        for value in values
                    ),
                    Cell(names.words.share(one.giant_part_mean), one.giant_part_mean, number=True),
                ),
                names.colour(one.lifeline),
            )
        )
    return made


def _part(value: float | None) -> float | None:
    return None if value is None else min(max(value, 0.0), 1.0)
