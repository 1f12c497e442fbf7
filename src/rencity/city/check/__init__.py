"""What is wrong with a city: every fault at once, each with its mend."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from rencity.city.check import (
    columns,
    geometry,
    identity,
    lineage,
    links,
    needs,
    rasters,
    shared,
    supply,
    zones,
)
from rencity.city.check.facts import Facts
from rencity.city.model import City
from rencity.kit.errors import CityError
from rencity.kit.findings import Finding, count_text

Rule = Callable[[Facts], list[Finding]]

RULES: dict[str, Rule] = {
    "catalogue": identity.catalogue,
    "time-zone": identity.time_zone,
    "metric-crs": identity.metric_crs,
    "version": lineage.version,
    "raster-file": rasters.raster_file,
    "raster-cover": rasters.raster_cover,
    "empty-id": columns.empty_id,
    "duplicate-id": columns.duplicate_id,
    "dangling-id": columns.dangling_id,
    "unknown-lifeline": columns.unknown_lifeline,
    "unknown-kind": columns.unknown_kind,
    "unknown-choice": columns.unknown_choice,
    "unknown-class": columns.unknown_class,
    "not-finite": columns.not_finite,
    "out-of-range": columns.out_of_range,
    "broken-mark": shared.broken_mark,
    "geometry-missing": geometry.geometry_missing,
    "geometry-invalid": geometry.geometry_invalid,
    "geometry-type": geometry.geometry_type,
    "outside-city": geometry.outside_city,
    "length-mismatch": geometry.length_mismatch,
    "zone-cycle": zones.zone_cycle,
    "zone-level": zones.zone_level,
    "zone-outside-parent": zones.zone_outside_parent,
    "zone-people": zones.zone_people,
    "share-sum": zones.share_sum,
    "served-twice": zones.served_twice,
    "unserved-zone": zones.unserved_zone,
    "building-people": shared.building_people,
    "building-size": shared.building_size,
    "link-lifeline": links.link_lifeline,
    "link-loop": links.link_loop,
    "link-asset": links.link_asset,
    "shared-asset": links.shared_asset,
    "mixed-switch": links.mixed_switch,
    "switching": shared.switching,
    "unattached": links.unattached,
    "entrance-height": shared.entrance_height,
    "carrier-loop": shared.carrier_loop,
    "carrier-far": shared.carrier_far,
    "lineage-version": lineage.lineage_version,
    "lineage-open": lineage.lineage_open,
    "lineage-reused": lineage.lineage_reused,
    "manual-start": needs.manual_start,
    "empty-need": needs.empty_need,
    "quorum": needs.quorum,
    "many-alternatives": needs.many_alternatives,
    "own-lifeline": needs.own_lifeline,
    "provider-lifeline": needs.provider_lifeline,
    "no-source": supply.no_source,
    "unreached": supply.unreached,
    "unsupported": supply.unsupported,
    "need-loop": supply.need_loop,
}
"""Every rule by name, in the order it is run; docs/city-check.md explains each."""

SHOWN = 3


def check(city: City, *, classes: Mapping[str, Collection[str]] | None = None) -> list[Finding]:
    """Run every rule.

    Parameters
    ----------
    classes : ids of known classes under ``fragility`` and ``repair``; None: not checked
    """
    known = None if classes is None else {name: frozenset(ids) for name, ids in classes.items()}
    facts = Facts(city, known)
    return [finding for rule in RULES.values() for finding in rule(facts)]


def assert_valid(
    city: City, *, classes: Mapping[str, Collection[str]] | None = None
) -> list[Finding]:
    """Check a city, and return what is not an error.

    Raises
    ------
    CityError : any finding is an error; it names the count and the first few
    """
    findings = check(city, classes=classes)
    errors = [finding for finding in findings if finding.severity == "error"]
    if not errors:
        return findings
    shown = "; ".join(_said(finding) for finding in errors[:SHOWN])
    more = f"; and {len(errors) - SHOWN} more" if len(errors) > SHOWN else ""
    raise CityError(
        f"{count_text(errors)}: {shown}{more}",
        place=str(city.folder or city.identity.id),
        mend=f"{errors[0].mend}; rencity city check lists everything",
    )


def _said(finding: Finding) -> str:
    more = " …" if len(finding.ids) > SHOWN else ""
    ids = f" ({', '.join(finding.ids[:SHOWN])}{more})" if finding.ids else ""
    return f"{finding.rule} in {finding.table}: {finding.what}{ids}"
