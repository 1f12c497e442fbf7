"""Trials of every scenario: what a set of measures saves, and what the choice never saw."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from rencity.rehearse.sets import Told
from rencity.sim.clock import Progress
from rencity.sim.measures.choice import Chosen
from rencity.sim.measures.saving import Saving, weighted
from rencity.sim.measures.setting import Setting
from rencity.sim.measures.spec import Programme
from rencity.sim.measures.trial import Trial

MIN_PER_H = 60.0

Floats = npt.NDArray[np.float64]


class Judge:
    """Trials of every scenario: what a set of measures saves, in weighted person-hours."""

    def __init__(
        self,
        given: Sequence[Told],
        settings: Sequence[Setting],
        programme: Programme,
        samples: int | None,
        seed: int | None,
        holdout: int | None,
        workers: int,
        progress: Progress,
    ) -> None:
        self.given = given
        self.rated = given[0].rate_per_a is not None
        self.weight = [
            1 / len(given) if each.rate_per_a is None else each.rate_per_a for each in given
        ]
        self.samples = [samples or setting.scenario.samples for setting in settings]
        self.held = [n if holdout is None else holdout for n in self.samples]
        self.seed = [setting.scenario.seed if seed is None else seed for setting in settings]
        self.tried: dict[Chosen, float] = {}
        self.trials = []
        for number, (each, setting) in enumerate(zip(given, settings, strict=True)):
            progress("today", number / len(given))
            trial = Trial(
                setting,
                each.base,
                programme.measures,
                self.samples[number] + self.held[number],
                self.seed[number],
                weights=programme.loss.weights,
                workers=workers,
            )
            trial.loss(frozenset(), 0, self.samples[number])
            self.trials.append(trial)
        progress("today", 1.0)

    def loss_h(self, chosen: Chosen, scenario: int, *, fresh: bool = False) -> Floats:
        """Weighted person-hours lost in each sample of the choice, or of those it never saw."""
        n = self.samples[scenario]
        first, count = (n, self.held[scenario]) if fresh else (0, n)
        return self.trials[scenario].loss(chosen, first, count) / MIN_PER_H

    def saved_h(self, chosen: Chosen, scenario: int, *, fresh: bool = False) -> Floats:
        """What a set saves in each sample."""
        before = self.loss_h(frozenset(), scenario, fresh=fresh)
        return before - self.loss_h(chosen, scenario, fresh=fresh)

    def value(self, chosen: Chosen) -> float:
        """Weighted mean saving over scenarios, on the samples of the choice."""
        if chosen not in self.tried:
            saved = [self.saved_h(chosen, k) for k in range(len(self.trials))]
            self.tried[chosen] = weighted(saved, self.weight).mean
        return self.tried[chosen]

    def saving(self, chosen: Chosen, *, fresh: bool = False) -> Saving:
        """The same with its bounds; `fresh`: on samples the choice never saw."""
        every = range(len(self.trials))
        return weighted([self.saved_h(chosen, k, fresh=fresh) for k in every], self.weight)

    def whole(self) -> float:
        """Everything lost today, weighted mean over scenarios."""
        every = range(len(self.trials))
        lost = [float(self.loss_h(frozenset(), k).mean()) for k in every]
        return sum(w * one for w, one in zip(self.weight, lost, strict=True))
