"""A result in short: what struck, who loses what for how long, what it leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from rencity.kit.notebook import html_of, text_of


def as_text(about: Mapping[str, Any], summary: Mapping[str, Any]) -> str:
    """The result for a terminal."""
    return text_of(_head(about), _table(about, summary), _notes(about))


def as_html(about: Mapping[str, Any], summary: Mapping[str, Any]) -> str:
    """The result for a notebook."""
    return html_of(_head(about), _table(about, summary), _notes(about))


def hours_text(time_: Mapping[str, float | None], horizon_h: float) -> str:
    """The median of a time and its 95th percentile; after the horizon nothing is known of it."""
    shown = [time_[name] for name in ("p50", "p95")]
    middle, late = (f"{v:,.0f} h" if v is not None else f"> {horizon_h:,.0f} h" for v in shown)
    return f"{middle} ({late})"


def without_text(robustness: Mapping[str, float]) -> str:
    """Share of people without service at the worst moment: mean, and 5th to 95th percentile."""
    mean, low, high = (max(0.0, 1 - robustness[name]) for name in ("mean", "p95", "p5"))
    return f"{mean:.1%} [{low:.1%}, {high:.1%}]"


def events_text(about: Mapping[str, Any]) -> str:
    """The event that struck, or how many of a weighted set."""
    events = about["events"]
    if not events:
        return ""
    return f"event {events[0]['name']}" if len(events) == 1 else f"{len(events)} weighted events"


def _head(about: Mapping[str, Any]) -> str:
    city, title = about["city"], about["scenario"]["title"]
    name = title.get("zh") or title.get("en") or about["scenario"]["name"]
    parts = [city["name"], name, events_text(about), f"{about['samples']:,} samples"]
    parts += [f"seed {about['seed']}", f"{about['horizon_h']:g} h"]
    return "Result: " + " · ".join(part for part in parts if part)


def _table(about: Mapping[str, Any], summary: Mapping[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "lifeline": name,
                "people": f"{found['people']:,}",
                "without, at worst [5 %, 95 %]": without_text(found["robustness"]),
                "back to 90 % (95 %)": hours_text(found["t90_h"], about["horizon_h"]),
                "person-hours lost": f"{found['loss_person_h']['mean']:,.0f}",
            }
            for name, found in summary["lifelines"].items()
        ]
    )


def _notes(about: Mapping[str, Any]) -> list[str]:
    said = [f"level {about['level']}: optimistic, see .about['leaves_out']"]
    if about["notes"]:
        said.append(f"{len(about['notes'])} notes on what was left whole: see .about['notes']")
    return [*said, "holds .summary .curves .zones .assets .links .weak_links"]
