"""The answer to a budget as plain values and as a table."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

import rencity
from rencity.city.model import City
from rencity.rehearse.judge import Judge
from rencity.sim.measures.choice import Bound, Chosen, Greedy, Options
from rencity.sim.measures.saving import Saving, paired, weighted
from rencity.sim.measures.spec import Measure, Programme

FORMAT = 1
HOURS = "person-hours"


@dataclass(frozen=True)
class Answered:
    """What the choice found.

    Attributes
    ----------
    greedy : by rule, best first
    exact : the best set, where every one was tried
    curve : budgets and the best greedy set for each
    """

    options: Options
    budget: float
    greedy: tuple[Greedy, ...]
    exact: Chosen | None
    bounds: tuple[Bound, ...]
    curve: tuple[tuple[float, Greedy], ...]


def about_of(
    answered: Answered,
    judge: Judge,
    city: City,
    programme: Programme,
    packs: Mapping[str, str],
) -> dict[str, Any]:
    """The answer as plain values; the digest is over all but versions."""
    best = answered.greedy[0]
    yuan = programme.loss.yuan_per_person_h
    held = min(judge.held) > 0
    found: dict[str, Any] = {
        "budget_yuan": answered.budget,
        "unit": f"{HOURS} a year" if judge.rated else HOURS,
        "loss": {
            "weights": dict(programme.loss.weights),
            "yuan_per_person_h": yuan,
            "counts": judge.trials[0].today.unit,
        },
        "scenarios": [_scenario(judge, k) for k in range(len(judge.trials))],
        "loss_today": judge.whole(),
        "measures": [_measure(answered, judge, each) for each in programme.measures],
        "greedy": {
            **_set(answered, judge, best.chosen, yuan),
            "rule": best.rule,
            "path": [_step(judge, best, n) for n in range(len(best.path))],
            "rules": [
                {
                    "rule": each.rule,
                    "chosen": list(answered.options.ordered(each.chosen)),
                    "cost_yuan": each.cost,
                    "saved": each.saved,
                }
                for each in answered.greedy
            ],
        },
        "exact": None if answered.exact is None else _set(answered, judge, answered.exact, yuan),
        "bounds": [
            {**vars(bound), "passed": bound.value < _saved(answered, judge)}
            for bound in answered.bounds
        ],
        "gap": gap_of(answered),
        "curve": [_point(answered, judge, budget, each) for budget, each in answered.curve],
        "sets_tried": len(judge.tried),
        "samples_simulated": sum(trial.simulated for trial in judge.trials),
        "notes": _notes(judge, held=held),
    }
    return {
        "format": FORMAT,
        "rencity": rencity.__version__,
        "city": city.provenance,
        "packs": dict(packs),
        "title": programme.title.model_dump(),
        **found,
        "digest": _digest(city, found),
    }


def _saved(answered: Answered, judge: Judge) -> float:
    """What the best set found saves."""
    found = [answered.greedy[0].chosen, *([answered.exact] if answered.exact is not None else [])]
    return max(judge.value(each) for each in found)


def gap_of(answered: Answered) -> float | None:
    """Share by which the greedy set may fall short of the tightest proven bound."""
    bound = next(each.value for each in answered.bounds if each.proven)
    return max(0.0, 1 - answered.greedy[0].saved / bound) if bound > 0 else None


def table_of(answered: Answered, judge: Judge, programme: Programme) -> pd.DataFrame:
    """A row for each measure and scenario, and one with an empty scenario over all."""
    rows = []
    best = answered.greedy[0].chosen
    for measure in programme.measures:
        alone = answered.options.bundle(measure.id)
        for k in [*range(len(judge.trials)), -1]:
            saved = _over(judge, alone, k, fresh=False)
            fresh = _over(judge, alone, k, fresh=True) if min(judge.held) else None
            rows.append(
                {
                    "measure": measure.id,
                    "kind": measure.kind,
                    "scenario": "" if k < 0 else judge.given[k].name,
                    "cost_yuan": answered.options.cost(alone),
                    **{f"saved_{name}": getattr(saved, name) for name in ("mean", "low", "high")},
                    **{
                        f"fresh_{name}": getattr(fresh, name) if fresh else np.nan
                        for name in ("mean", "low", "high")
                    },
                    "in_greedy": measure.id in best,
                    "in_exact": measure.id in (answered.exact or ()),
                }
            )
    return pd.DataFrame(rows)


def _over(judge: Judge, chosen: Chosen, scenario: int, *, fresh: bool) -> Saving:
    if scenario < 0:
        return judge.saving(chosen, fresh=fresh)
    return weighted([judge.saved_h(chosen, scenario, fresh=fresh)], [1.0])


def _scenario(judge: Judge, k: int) -> dict[str, Any]:
    given = judge.given[k]
    lost = judge.loss_h(frozenset(), k)
    return {
        "name": given.name,
        "title": given.title.model_dump(),
        "rate_per_a": given.rate_per_a,
        "weight": judge.weight[k],
        "seed": judge.seed[k],
        "samples": judge.samples[k],
        "fresh_samples": {"first": judge.samples[k], "count": judge.held[k]},
        "loss_today": _plain(paired(lost, np.zeros(len(lost)))),
    }


def _measure(answered: Answered, judge: Judge, measure: Measure) -> dict[str, Any]:
    alone = answered.options.bundle(measure.id)
    saving = judge.saving(alone)
    cost = answered.options.cost(alone)
    return {
        "id": measure.id,
        "title": measure.title.model_dump(),
        "kind": measure.kind,
        "cost_yuan": measure.cost_yuan,
        "excludes": list(measure.excludes),
        "requires": list(measure.requires),
        "with_required": list(answered.options.ordered(alone)),
        "cost_with_required_yuan": cost,
        "saved": _plain(saving),
        "saved_per_million_yuan": saving.mean / cost * 1e6 if cost else None,
        "scenarios": {
            judge.given[k].name: _plain(_over(judge, alone, k, fresh=False))
            for k in range(len(judge.trials))
        },
    }


def _set(answered: Answered, judge: Judge, chosen: Chosen, yuan: float | None) -> dict[str, Any]:
    """A set with what it saves in the samples of the choice and in those it never saw."""
    saved = judge.saving(chosen)
    made: dict[str, Any] = {
        "chosen": list(answered.options.ordered(chosen)),
        "cost_yuan": answered.options.cost(chosen),
        "saved": _plain(saved),
        "saved_yuan": _plain(saved.times(yuan)) if yuan else None,
        "fresh": None,
        "optimism": None,
    }
    if min(judge.held):
        fresh = judge.saving(chosen, fresh=True)
        made["fresh"] = _plain(fresh)
        made["optimism"] = 1 - fresh.mean / saved.mean if saved.mean else None
    return made


def _step(judge: Judge, found: Greedy, n: int) -> dict[str, Any]:
    step = found.path[n]
    chosen = frozenset(one for each in found.path[: n + 1] for one in each.added)
    return {
        "added": list(step.added),
        "cost_yuan": step.cost,
        "saved": _plain(judge.saving(chosen)),
        "saved_before": found.path[n - 1].saved if n else 0.0,
    }


def _point(answered: Answered, judge: Judge, budget: float, found: Greedy) -> dict[str, Any]:
    return {
        "budget_yuan": budget,
        "chosen": list(answered.options.ordered(found.chosen)),
        "cost_yuan": found.cost,
        "saved": _plain(judge.saving(found.chosen)),
    }


def _plain(saving: Saving) -> dict[str, float | None]:
    """Plain values; a bound that is not known is None."""
    return {name: value if np.isfinite(value) else None for name, value in vars(saving).items()}


def _notes(judge: Judge, *, held: bool) -> list[str]:
    notes = []
    if not held:
        notes.append("no samples were kept from the choice: its savings are optimistic")
    kinds = {h.kind for each in judge.given if each.scenario for h in each.scenario.hazards}
    if "given" in kinds and held:
        notes.append(
            "a given hazard lists outages by sample: fresh samples beyond its list have only those "
            "it gives for all"
        )
    return notes


def _digest(city: City, found: Mapping[str, Any]) -> str:
    text = json.dumps(found, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(f"{city.hash}\0{text}".encode()).hexdigest()
