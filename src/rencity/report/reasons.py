"""Why the worst places were out, and what the weakest assets take down, in words and tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from rencity.report import story
from rencity.report.explained import AloneOfWhy, Answer, AssetOfWhy, CauseOfWhy, LinkOfWhy
from rencity.report.folder import Run
from rencity.report.tables import Cell, Row
from rencity.report.words import Words, shown

CAUSES_SHOWN = 5
FACILITIES_SHOWN = 4
STEPS = ("damaged", "cut_off", "lacks", "rides", "waits")


@dataclass(frozen=True)
class Reason:
    """One answer as the page shows it; `chain` is one sample, from the target back to damage."""

    name: str
    what: str
    alone: tuple[Markup, ...]
    out: tuple[Markup, ...]
    causes: tuple[Row, ...]
    sample: int
    chain: tuple[Markup, ...]
    text: str


@dataclass(frozen=True)
class Reasons:
    """Every answer, and the samples that they look at."""

    samples: int
    told: tuple[Reason, ...]


def reasons(run: Run, words: Words) -> Reasons | None:
    """What `why.json` answers; None where the run was not explained."""
    if run.why is None or not run.why.answers:
        return None
    return Reasons(run.why.samples, tuple(_reason(each, run, words) for each in run.why.answers))


def _reason(answer: Answer, run: Run, words: Words) -> Reason:
    target, causes = answer.target, answer.causes
    line = story.line_name(run, words, target.lifeline)
    if target.kind == "zone":
        name = words.zone_path(run.zones, target.id, run.regions)
        what = words.t("why_zone", lifeline=line, region=story.region_name(run, words, target.id))
    else:
        held = answer.consequences.asset if answer.consequences else AssetOfWhy(id=target.id)
        name = shown(target.name) if target.name.strip() else shown(target.id)
        what = words.t("why_asset", kind=_kind(held, words), lifeline=line)
    example = causes.example if causes else None
    links = [link for moment in example.moments[:1] for link in moment.links] if example else []
    return Reason(
        name=name,
        what=what,
        alone=tuple(_alone(answer.consequences, run, words)) if answer.consequences else (),
        out=tuple(_out(answer, words)),
        causes=tuple(_cause(each, answer, words) for each in causes.causes[:CAUSES_SHOWN])
        if causes
        else (),
        sample=example.sample if example else 0,
        chain=tuple(_step(link, words) for link in links),
        text=shown(answer.text.of(words.lang)),
    )


def _alone(alone: AloneOfWhy, run: Run, words: Words) -> list[Markup]:
    """What it takes down by itself."""
    if not alone.runs:
        return [words.t("why_not_running")]
    said = [
        words.t("why_alone", counts=_counts(alone.people, run, words))
        if any(alone.people.values())
        else words.t("why_alone_nobody"),
        words.t("why_lost", counts=_things(alone.lost, run, words), zones=alone.zones_hit),
    ]
    if alone.facilities:
        names = [_named(each.asset) for each in alone.facilities[:FACILITIES_SHOWN]]
        more = alone.facilities_hit - len(names)
        listed = story.listed(names, words)
        said.append(
            words.t("why_facilities_more", names=listed, n=more)
            if more > 0
            else words.t("why_facilities", names=listed)
        )
    return said


def _counts(counts: Mapping[str, int], run: Run, words: Words) -> Markup:
    """People or facilities by lifeline, most first."""
    ranked = sorted(counts.items(), key=lambda each: -each[1])
    said = (
        words.t("why_people", lifeline=story.line_name(run, words, name), n=words.count(count))
        for name, count in ranked
        if count
    )
    return story.listed(said, words)


def _things(counts: Mapping[str, int], run: Run, words: Words) -> Markup:
    ranked = sorted(counts.items(), key=lambda each: -each[1])
    said = (
        words.t("why_things", lifeline=story.line_name(run, words, name), n=words.count(count))
        for name, count in ranked
        if count
    )
    return story.listed(said, words)


def _out(answer: Answer, words: Words) -> list[Markup]:
    """How often and how long it was out in the run."""
    causes = answer.causes
    if causes is None:
        return [words.t("why_no_outages")]
    if not causes.out_samples:
        return [words.t("why_never_out", samples=causes.samples)]
    values = {"out": causes.out_samples, "samples": causes.samples}
    if answer.target.kind == "asset":
        said = words.t("why_out", time=words.hours(causes.out_h), **values)
    else:
        said = words.t(
            "why_zone_out",
            loss=words.count(causes.out_h),
            time=words.hours(causes.time_h),
            **values,
        )
    return [said, words.t("why_found", n=causes.found)]


def _cause(each: CauseOfWhy, answer: Answer, words: Words) -> Row:
    kind = words.t("why_kind", kind=_kind(each.asset, words))
    avoided = Cell(words.t("weak_not_tried"), number=True)
    if each.avoided_h is not None:
        zone = answer.target.kind == "zone"
        text = words.count(each.avoided_h) if zone else words.hours(each.avoided_h)
        avoided = Cell(text, each.avoided_h, words.share(each.avoided_share))
    return Row(
        (
            Cell(_named(each.asset), under=kind, name=True),
            Cell(words.share(each.share), each.share),
            Cell(words.share(each.time_share), each.time_share, grave=each.time_share),
            avoided,
            Cell(words.share(each.alone), each.alone, number=True),
        )
    )


def _step(link: LinkOfWhy, words: Words) -> Markup:
    begin = f"{link.out_h:.3g}"
    if link.back_h is None:
        span = words.t("why_span_open", begin=begin)
    else:
        span = words.t("why_span", begin=begin, end=f"{link.back_h:.3g}")
    key = link.why if link.why in STEPS else "other"
    values = {
        "name": _named(link.asset),
        "kind": _kind(link.asset, words),
        "by": _named(link.by) if link.by else "",
        "by_kind": _kind(link.by, words) if link.by else "",
        "hazard": shown(link.hazard) if link.hazard else words.t("why_some_hazard"),
        "span": span,
        "backup": words.hours(link.backup_h),
    }
    if key == "lacks" and link.backup_h > 0:
        return words.t("why_step_lacks_backup", **values)
    return words.t(f"why_step_{key}", **values)


def _named(asset: AssetOfWhy) -> str:
    return shown(asset.name) if asset.name.strip() else shown(asset.id)


def _kind(asset: AssetOfWhy, words: Words) -> str:
    return words.pick(asset.kind_zh, asset.kind_en) or shown(asset.kind)
