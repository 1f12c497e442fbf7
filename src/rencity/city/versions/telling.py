"""A difference between versions, told to a reader and as plain values."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rencity.city.versions.diff import Diff, Step, TableChange, Version
from rencity.kit.findings import as_json as findings_json
from rencity.kit.findings import as_text as findings_text

SHOWN = 5
_CHANGES = {
    "replaced": "替换 replaced",
    "split": "拆分 split",
    "merged": "合并 merged",
    "retired": "退役 retired",
}
_RASTERS = {"added": "新增 added", "removed": "删去 removed", "changed": "改动 changed"}


def as_dict(found: Diff) -> dict[str, Any]:
    """Plain values for JSON."""
    return {
        "same": found.same,
        "old": asdict(found.old),
        "new": asdict(found.new),
        "identity": {key: list(values) for key, values in found.identity.items()},
        "tables": {name: _table_dict(change) for name, change in found.tables.items()},
        "rasters": dict(found.rasters),
        "lineage": [asdict(step) for step in found.lineage],
        **findings_json(found.findings),
    }


def _table_dict(change: TableChange) -> dict[str, Any]:
    columns = {
        name: {
            "count": column.count,
            "examples": [{"id": key, "old": old, "new": new} for key, old, new in column.examples],
        }
        for name, column in change.columns.items()
    }
    return {
        "rows": list(change.rows),
        "added": list(change.added),
        "removed": list(change.removed),
        "changed": change.changed,
        "columns": columns,
        "orphans": list(change.orphans),
    }


def as_text(found: Diff) -> str:
    """The same for a reader."""
    lines = [_side("旧 old", found.old), _side("新 new", found.new)]
    if found.same:
        return "\n".join([*lines, "两者的值完全相同 no value differs"])
    for key, (old, new) in found.identity.items():
        lines.append(f"city.toml {key}: {_short(old)} → {_short(new)}")
    for name, change in found.tables.items():
        lines += _table(name, change)
    lines += [f"栅格 raster {name}: {_RASTERS[what]}" for name, what in found.rasters.items()]
    lines += _lineage(found.lineage)
    if found.findings:
        lines.append(findings_text(found.findings))
    return "\n".join(lines)


def _side(label: str, version: Version) -> str:
    return f"{label}  {version.name} ({version.id}) 版本 version {version.version} {version.hash}"


def _table(name: str, change: TableChange) -> list[str]:
    before, after = change.rows
    lines = [f"{name}  行 rows {before:,} → {after:,}"]
    if change.added:
        lines.append(f"  新增 added {len(change.added):,}: {_some(change.added)}")
    if change.removed:
        explained = len(change.removed) - len(change.orphans)
        said = f", 谱系已说明 explained {explained:,}" if explained and change.orphans else ""
        lines.append(f"  删去 removed {len(change.removed):,}{said}: {_some(change.removed)}")
    if change.changed:
        lines.append(f"  改动 changed {change.changed:,}")
    for column, found in change.columns.items():
        shown = "; ".join(f"{key}: {_short(a)} → {_short(b)}" for key, a, b in found.examples)
        more = " …" if found.count > len(found.examples) else ""
        lines.append(f"    {column} {found.count:,}: {shown}{more}")
    return lines


def _lineage(steps: tuple[Step, ...]) -> list[str]:
    if not steps:
        return []
    lines = [f"谱系 lineage {len(steps):,}"]
    shown = steps[: 4 * SHOWN]
    for step in shown:
        into = f" → {_some(step.new)}" if step.new else ""
        note = f" ({step.note})" if step.note else ""
        lines.append(f"  {step.table}: {_CHANGES[step.change]} {_some(step.old)}{into}{note}")
    if len(steps) > len(shown):
        lines.append(f"  … 另有 {len(steps) - len(shown):,} more")
    return lines


def _some(ids: tuple[str, ...]) -> str:
    more = f" … +{len(ids) - SHOWN:,}" if len(ids) > SHOWN else ""
    return ", ".join(ids[:SHOWN]) + more


def _short(value: object) -> str:
    if value is None or value == "":
        return "∅"
    if isinstance(value, float):
        return f"{value:,.6g}"
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "…"
