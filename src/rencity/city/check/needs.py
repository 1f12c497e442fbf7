"""Rules on needs: what can never be met, or contradicts itself."""

from __future__ import annotations

import numpy as np

from rencity.city.check.facts import Facts, Mask
from rencity.city.schema import MOST_ALTERNATIVES
from rencity.kit.findings import Finding


def manual_start(facts: Facts) -> list[Finding]:
    """A manual start takes longer than the backup lasts."""
    manual = facts.number("need_groups", "manual_start_h")
    wrong = manual <= facts.number("need_groups", "backup_h")
    return _finding(
        facts,
        "manual-start",
        "manual_start_h",
        wrong,
        "groups have a manual start no longer than the backup, so the need never bites",
        "give a manual start longer than backup_h, or leave it empty for never",
    )


def empty_need(facts: Facts) -> list[Finding]:
    """Every group of needs has a provider."""
    wrong = _providers(facts) == 0
    return _finding(
        facts,
        "empty-need",
        "id",
        wrong,
        "groups have no provider that exists, so the need is never met",
        "add rows to needs, or leave the group out",
    )


def quorum(facts: Facts) -> list[Finding]:
    """A quorum is no more than the alternatives."""
    count = _providers(facts)
    wrong = (facts.number("need_groups", "quorum") > count) & (count > 0)
    return _finding(
        facts,
        "quorum",
        "quorum",
        wrong,
        "groups ask for more alternatives than they have, so the need is never met",
        "lower the quorum or add alternatives to needs",
    )


def many_alternatives(facts: Facts) -> list[Finding]:
    """A need has no more alternatives than the engine can count."""
    return _finding(
        facts,
        "many-alternatives",
        "id",
        _providers(facts) > MOST_ALTERNATIVES,
        f"groups have more than {MOST_ALTERNATIVES} alternatives",
        f"name the {MOST_ALTERNATIVES} most likely providers, or a node they all feed",
    )


def own_lifeline(facts: Facts) -> list[Finding]:
    """No asset needs its own lifeline: links carry that, from declared sources."""
    there = facts.need_asset >= 0
    wrong = np.zeros(len(there), dtype=bool)
    of_asset = facts.column("assets", "lifeline")
    lifeline = facts.column("need_groups", "lifeline")
    wrong[there] = of_asset[facts.need_asset[there]] == lifeline[there]
    return _finding(
        facts,
        "own-lifeline",
        "lifeline",
        wrong,
        "groups need the lifeline their asset belongs to",
        "join the assets by links; a need is for what comes from another lifeline",
    )


def provider_lifeline(facts: Facts) -> list[Finding]:
    """A provider is of the lifeline that is needed."""
    there = (facts.need_group >= 0) & (facts.need_provider >= 0)
    wrong = np.zeros(len(there), dtype=bool)
    needed = facts.column("need_groups", "lifeline")[facts.need_group[there]]
    wrong[there] = facts.column("assets", "lifeline")[facts.need_provider[there]] != needed
    if not wrong.any():
        return []
    return [
        Finding(
            "provider-lifeline",
            "error",
            f"{int(wrong.sum())} alternatives are of another lifeline than the need",
            "correct the provider or the group's lifeline",
            table="needs",
            field="provider",
            ids=facts.ids("needs", wrong),
        )
    ]


def _providers(facts: Facts) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    there = (facts.need_group >= 0) & (facts.need_provider >= 0)
    first = ~facts.city.needs.duplicated(["group", "provider"]).to_numpy()
    return np.bincount(
        facts.need_group[there & first], minlength=len(facts.city.need_groups)
    ).astype(np.int64)


def _finding(
    facts: Facts, rule: str, field: str, which: Mask, what: str, mend: str
) -> list[Finding]:
    if not which.any():
        return []
    said = f"{int(which.sum())} {what}"
    ids = facts.ids("need_groups", which)
    return [Finding(rule, "error", said, mend, table="need_groups", field=field, ids=ids)]
