"""Lay a run out as one HTML page that opens offline."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from rencity.kit.files import write_bytes
from rencity.report import capacity, crewing, dots, layers, story, tables
from rencity.report.folder import Run, open_run
from rencity.report.payload import embedded, payload
from rencity.report.reasons import reasons
from rencity.report.words import Lang, Words

SCRIPTS = ("format.js", "tables.js", "map.js", "curves.js", "report.js")
SECTIONS = (
    *("summary", "struck", "map", "curves", "regions", "waits", "weak", "why"),
    *("crews", "balance", "breaks"),
)
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)


def write_report(folder: Path, out: Path, lang: Lang = "zh") -> Path:
    """Write the report of the run in `folder` to `out`, whole or not at all.

    Raises
    ------
    RunError : the run folder is missing, partial or of another format
    StorageError : the disk refused the write
    """
    write_bytes(out, page(open_run(folder), lang).encode())
    return out


def page(run: Run, lang: Lang = "zh") -> str:
    """The report as HTML; the same run gives the same text."""
    words = Words(lang, run.about.unit)
    marked = tables.marked_weak(run)
    drawn = payload(run, words, marked)
    text = (
        environment(words)
        .get_template("page.html.j2")
        .render(
            run=run,
            about=run.about,
            policy=POLICY,
            style=style(),
            script=Markup("\n".join(own(name) for name in SCRIPTS)),  # noqa: S704
            data=Markup(embedded(drawn)),  # noqa: S704
            city=story.city_name(run, words),
            scenario=story.scenario_name(run, words),
            when=_when(run),
            dots=drawn["map"]["dots"],
            dots_left=dots.left_out(run),
            dots_most=dots.MOST,
            lines=[story.line_name(run, words, name) for name in run.lifelines],
            headline=story.headline(run, words),
            losses=story.losses(run, words),
            hazards=layers.hazards(run, words),
            blame=story.blame(run, words),
            key_rows=tables.key_figures(run, words),
            region_tables=tables.regions(run, words),
            waits=tables.waits(run, words),
            weak_rows=tables.weak_links(marked, run, words),
            weak_left=len(run.weak_links) - len(marked),
            where_rows=tables.where_it_hurts(run, words),
            reasons=reasons(run, words),
            crews_said=crewing.said(run, words),
            crew_rows=crewing.entries(run, words),
            crews_left=crewing.jobs_left(run, words),
            crew_chart=crewing.chart(run, words),
            balance_rows=capacity.rows(run, words),
            balance_said=capacity.said(run, words),
            break_rows=tables.breaks(run, words),
            sections=sections(run),
        )
    )
    return text.encode("utf-8", "replace").decode()


def sections(run: Run) -> list[str]:
    """Anchors of the sections that this run has, from top to bottom."""
    absent = {
        "regions": run.whole,
        "waits": run.whole,
        "why": run.why is None or not run.why.answers,
        "crews": run.about.crews is None or not run.about.crews.entries,
        "balance": run.about.balance is None,
    }
    return [anchor for anchor in SECTIONS if not absent.get(anchor, False)]


def environment(words: Words) -> Environment:
    """Templates of this room in one language; whatever they are given is escaped."""
    environment = Environment(
        loader=FunctionLoader(own),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(t=words.t, words=words)
    return environment


def style() -> Markup:
    """The style sheet of every page."""
    return Markup(own("report.css"))  # noqa: S704


def own(name: str) -> str:
    """A file of this room as text."""
    return resources.files("rencity.report").joinpath(name).read_text(encoding="utf-8")


def _when(run: Run) -> tuple[str, str]:
    """The time of the run on the city's clock, and the name of that clock."""
    text, zone = run.about.created_utc, run.about.city.time_zone
    try:
        at = datetime.fromisoformat(text)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
        return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}", zone
    except (ValueError, ZoneInfoNotFoundError, OSError):
        return text, "UTC"
