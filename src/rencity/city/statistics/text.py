"""Statistics for a reader."""

from __future__ import annotations

from typing import Any

NAMED = {
    "power.substation_high",
    "power.substation_medium",
    "power.substation_low",
    "power.transformer",
    "water.works",
    "water.pump",
    "gas.regulator",
    "telecom.exchange",
    "telecom.mast",
    "health.hospital",
    "health.clinic",
    "rescue.fire_station",
    "transit.station",
}
"""Kinds whose people each are told; the JSON tells them of all."""


def lines_of(found: dict[str, Any], stated: list[dict[str, Any]]) -> list[str]:
    """The section of `rencity city info`."""
    lines = ["统计 statistics", *_people(found), *_roads(found["roads"])]
    lines += [
        f"  管线 {name:<22}{line['km']:,.0f} km"
        + _more(line["m_per_person"], "{:,.2f} m/人 person")
        + _more(line["km_per_km2"], "{:,.2f} km/km²")
        for name, line in found["lines"].items()
        if not name.startswith("road.")
    ]
    lines += [
        f"  人口每处 people each  {name:<26}{thing['people_each']:,.0f}"
        for name, thing in found["things"].items()
        if name in NAMED and thing["people_each"]
    ]
    lines += [
        f"  服务人口 served each  {name:<26}median {row['median']:,.0f}, 95 % {row['p95']:,.0f}"
        for name, row in found["served"].items()
    ]
    if found["health"]["beds_per_1000"] is not None:
        lines.append(f"  每千人床位 beds per 1,000  {found['health']['beds_per_1000']:.2f}")
    return lines + _buildings(found["buildings"]) + _stated(stated)


def _people(found: dict[str, Any]) -> list[str]:
    if not found["km2"]:
        return []
    urban = found["urban"]
    lines = [
        f"  面积 area  {found['km2']:,.1f} km², {found['people_per_km2']:,.0f} 人 people/km²; "
        f"城区 urban {urban['km2']:,.1f} km², {urban['people']:,.0f} 人 people"
    ]
    return lines + [
        f"  {row['name'] or row['code']} {row['name_en']}".rstrip()
        + _more(row["people"], "{:,.0f} 人 people")
        + _more(row["km2"], "{:,.1f} km²")
        for row in found["divisions"][:20]
    ]


def _roads(found: dict[str, Any] | None) -> list[str]:
    if found is None:
        return []
    degrees = ", ".join(f"{n}: {share:.1%}" for n, share in found["degree_share"].items())
    lines = [
        f"  道路 roads  {found['km']:,.0f} km"
        + _more(found["km_per_km2"], "{:,.2f} km/km²")
        + _more(found["urban_km_per_km2"], "城区 urban {:,.2f} km/km²"),
        f"  路口 junctions  {found['junctions']:,}"
        + _more(found["junctions_per_km2"], "{:,.1f}/km²")
        + _more(found["urban_junctions_per_km2"], "城区 urban {:,.1f}/km²"),
        f"  节点度 node degree  mean {found['mean_degree']:.2f} ({degrees})",
    ]
    return lines + [
        f"  道路等级 class {name or 'none':<14}{row['km']:,.0f} km"
        + _more(row["km_per_km2"], "{:,.2f} km/km²")
        + _more(row["urban_km_per_km2"], "城区 urban {:,.2f} km/km²")
        for name, row in found["classes"].items()
    ]


def _buildings(found: dict[str, Any] | None) -> list[str]:
    if found is None:
        return []
    return [
        f"  建筑 buildings  {found['count']:,}, 夜间 by night {found['people_night']:,.0f}, "
        f"白天 by day {found['people_day']:,.0f} 人 people"
        + _more(found["home_m2_per_person"], "住房 homes {:,.1f} m²/人 person")
    ]


def _stated(rows: list[dict[str, Any]]) -> list[str]:
    if not rows:
        return []
    return ["对照公开数字 against public figures", *(_beside(row) for row in rows)]


def _beside(row: dict[str, Any]) -> str:
    unit = "" if row["unit"] == "1" else f" {row['unit']}"
    check = "" if row["read"] else " (check)"
    return (
        f"  {row['zh']} {row['en']}: {_figure(row['found'])}{unit}; {said(row)}{check}; "
        f"{_off(row)}; {row['source']}"
    )


def said(row: dict[str, Any]) -> str:
    """What the source states, as a value or bounds."""
    if row["value"] is not None:
        return f"公布 stated {_figure(row['value'])}"
    bounds = [f"≥ {row['least']:g}"] if row["least"] is not None else []
    bounds += [f"≤ {row['most']:g}"] if row["most"] is not None else []
    return f"要求 stated {' '.join(bounds)}"


def _off(row: dict[str, Any]) -> str:
    if row["value"] is None and not row["deviation"]:
        return "在界内 within"
    return f"偏差 off by {round(row['deviation'], 3) + 0.0:+.1%}"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.2f}"


def _more(value: float | None, form: str) -> str:
    return "" if value is None else ", " + form.format(value)
