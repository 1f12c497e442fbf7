"""Why in words: the same finding in Chinese or English."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources

from rencity.city.catalogue import Catalogue
from rencity.kit.plain import plain
from rencity.sim.why.causes import Cause, Causes
from rencity.sim.why.chain import Link
from rencity.sim.why.consequences import Consequences
from rencity.sim.why.fall import Facility, Group
from rencity.sim.why.names import Asset

SHOWN_CAUSES = 10
SHOWN_GROUPS, SHOWN_FACILITIES, SHOWN_ZONES, SHOWN_HOURS, SHOWN_BY = 8, 20, 5, 24, 4


@cache
def _texts() -> dict[str, dict[str, str]]:
    text = resources.files("rencity.sim.why").joinpath("texts.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


class Words:
    """Sentences of one language, and a city's words for its lifelines."""

    def __init__(self, lang: str, catalogue: Catalogue) -> None:
        self.lang, self._said, self._catalogue = lang, _texts()[lang], catalogue

    def say(self, name: str, **values: object) -> str:
        """One sentence; what is filled in comes from files and is made plain."""
        return self._said[name].format(**{k: plain(str(v)) for k, v in values.items()})

    def line(self, lifeline: str) -> str:
        """A lifeline's name."""
        entry = self._catalogue.lifelines.get(lifeline)
        return getattr(entry, self.lang) if entry else lifeline

    def kind(self, asset: Asset) -> str:
        """What an asset is."""
        return getattr(asset, f"kind_{self.lang}")

    def people(self, counts: Mapping[str, int], unit: str) -> str:
        """So many people, or assets, of each lifeline."""
        return self._joined(
            self.say(f"unit_{unit}", line=self.line(k), n=f"{n:,}") for k, n in counts.items()
        )

    def counts(self, counts: Mapping[str, int]) -> str:
        """So many assets of each lifeline."""
        return self._joined(
            self.say("count", line=self.line(k), n=f"{n:,}") for k, n in counts.items()
        )

    def listed(self, ids: Sequence[str], most: int = SHOWN_BY) -> str:
        """A few ids."""
        rest = [self.say("and_more")] if len(ids) > most else []
        return self._joined([*ids[:most], *rest])

    def _joined(self, parts: Iterable[str]) -> str:
        mark = "、" if self.lang == "zh" else ", "
        return mark.join(parts) or self.say("nothing")


def consequences_text(found: Consequences, words: Words) -> str:
    """What goes down with an asset, line by line."""
    return "\n".join(_consequences(found, words))


def _consequences(found: Consequences, words: Words) -> Iterator[str]:
    say = words.say
    yield say("alone", asset=found.asset.shown, kind=words.kind(found.asset))
    if not found.runs:
        yield "  " + say("never_ran")
        return
    people = words.people(found.people, found.unit)
    yield "  " + (say("loses", people=people) if found.people else say("loses_nobody"))
    yield "  " + say("lost", lost=words.counts(found.lost))
    for number, groups in enumerate(found.rounds):
        yield "  " + say("round", n=number)
        yield from (f"    {_group(each, words)}" for each in groups[:SHOWN_GROUPS])
        if len(groups) > SHOWN_GROUPS:
            yield "    " + _rest(groups[SHOWN_GROUPS:], words)
    if found.facilities:
        yield "  " + say("facilities")
        told = [_facility(each, words) for each in found.facilities]
        yield from _cut(words, told, SHOWN_FACILITIES)
    if found.zones:
        yield "  " + say("zones", n=found.zones_hit)
        for zone in found.zones[:SHOWN_ZONES]:
            yield "    " + say("zone", zone=zone.name, people=words.people(zone.people, found.unit))
    yield "  " + say("hours")
    told = [
        say(
            "hour",
            h=f"{hour.at_h:g}",
            out=words.counts(hour.out),
            back=words.counts(hour.back),
            people=words.people(hour.people_out, found.unit),
        )
        for hour in found.hours
    ]
    yield from _cut(words, told, SHOWN_HOURS)
    if not found.settled:
        yield "  " + say("unsettled")


def _rest(groups: Sequence[Group], words: Words) -> str:
    """What is not shown of a round, by lifeline."""
    counts: dict[str, int] = {}
    for each in groups:
        counts[each.lifeline] = counts.get(each.lifeline, 0) + each.count
    return words.say("more_groups", n=len(groups), counts=words.counts(counts))


def _group(group: Group, words: Words) -> str:
    count = words.say("count", line=words.line(group.lifeline), n=f"{group.count:,}")
    text = words.say(group.how, count=count, by=words.listed(group.by))
    if group.how in ("stopped", "cut_off"):
        text += f" [{words.listed(group.assets)}]"
    if group.people:
        text += words.say("people_here", n=f"{group.people:,}")
    if group.out_h is None:
        return text + words.say("out_never")
    return text + words.say("out_at", h=f"{group.out_h:g}")


def _facility(each: Facility, words: Words) -> str:
    if each.out_h is None:
        when = words.say("when_never")
    elif each.back_h is None:
        when = words.say("when_out", out=f"{each.out_h:g}")
    else:
        when = words.say("when_back", out=f"{each.out_h:g}", back=f"{each.back_h:g}")
    return words.say("facility", asset=each.asset.shown, kind=words.kind(each.asset), when=when)


def _cut(words: Words, lines: Sequence[str], most: int) -> Iterator[str]:
    yield from (f"    {line}" for line in lines[:most])
    if len(lines) > most:
        yield "    " + words.say("more", n=len(lines) - most)


def causes_text(found: Causes, words: Words) -> str:
    """Why a target was out, line by line."""
    return "\n".join(_causes(found, words))


def _causes(found: Causes, words: Words) -> Iterator[str]:
    say = words.say
    shown = f"{found.name} ({found.id})" if found.name and found.name != found.id else found.id
    head = "why_out" if found.kind == "asset" else "why_zone"
    at = "" if found.at_h is None else say("why_at", h=f"{found.at_h:g}")
    yield say(head, target=shown, line=words.line(found.lifeline), at=at)
    if not found.samples:
        yield "  " + say("no_outages")
        return
    n: object = found.samples
    if found.samples < found.of:
        n = say("first_of", n=found.samples, of=found.of)
    if found.never or not found.out_samples:
        yield "  " + say("never_served" if found.never else "never_out", n=n)
        return
    unit = found.unit.replace(" ", "_")
    yield "  " + say(
        f"out_{unit}" if found.at_h is None else f"out_now_{unit}",
        n=n,
        out=found.out_samples,
        h=f"{found.out_h:,.1f}",
        time=f"{found.time_h:,.1f}",
    )
    yield "  " + say("causes", n=found.found)
    told = [_cause(each, found, words) for each in found.causes[:SHOWN_CAUSES]]
    yield from (f"    {line}" for line in told)
    if found.found > len(told):
        yield "    " + say("more", n=found.found - len(told))
    yield "  " + say("checked" if found.at_h is None else "checked_now")
    if found.widened:
        yield "  " + say("widened", n=found.widened)
    if found.example is not None:
        yield "  " + say("example", n=found.example.sample)
        for moment in found.example.moments:
            yield "    " + say("moment", h=f"{moment.at_h:g}")
            yield from (f"      {_link(each, words)}" for each in moment.links)


def _cause(each: Cause, found: Causes, words: Words) -> str:
    text = words.say(
        "cause" if found.at_h is None else "cause_now",
        asset=each.asset.shown,
        kind=words.kind(each.asset),
        share=f"{each.share:.0%}",
        time=f"{each.time_share:.0%}",
    )
    if each.avoided_h is None or each.avoided_share is None or each.alone is None:
        return text + words.say("untested")
    name = "spared_" + ("now" if found.at_h is not None else found.unit.replace(" ", "_"))
    return text + words.say(
        name,
        h=f"{each.avoided_h:,.1f}",
        part=f"{each.avoided_share:.0%}",
        alone=f"{each.alone:.0%}",
    )


def _link(link: Link, words: Words) -> str:
    say = words.say
    a = f"{link.out_h:g}" if link.out_h == round(link.out_h) else f"{link.out_h:.1f}"
    if link.back_h is None:
        span = say("span_open", a=a)
    else:
        span = say("span", a=a, b=f"{link.back_h:.1f}".removesuffix(".0"))
    return say(
        f"link_{link.why}",
        asset=link.asset.shown,
        by=link.by.shown if link.by else "",
        line=words.line(link.by.lifeline) if link.by else "",
        hazard=link.hazard or say("some_hazard"),
        span=span,
        backup=say("backup", h=f"{link.backup_h:g}") if link.backup_h else "",
    )
