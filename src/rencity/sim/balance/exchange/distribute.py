"""One resource shared out among components, first come first served."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from rencity.sim.balance.exchange.model import (
    BINARY,
    CONSTANT,
    LINEAR,
    REVERSE_BINARY,
    REVERSE_LINEAR,
    Plan,
)

CLOSE = 1e-10
"""Shares nearer than this are the same."""


@njit(cache=True)
def follows(relation: Any, share: Any) -> Any:
    """Share of an amount that goes with another share."""
    if relation == CONSTANT:
        return 1.0
    if relation == LINEAR:
        return share
    if relation == REVERSE_LINEAR:
        return 1.0 - share
    if relation == BINARY:
        return 1.0 if abs(share - 1.0) <= 1e-9 else 0.0
    if relation == REVERSE_BINARY:
        return 1.0 if abs(share) <= CLOSE else 0.0
    return np.nan


@njit(cache=True)
def lower(plan: Plan, supply: Any, row: Any, share: Any) -> Any:
    """Lower what a component supplies to what a need met by a share allows; whether it fell."""
    fell = False
    for r in range(supply.shape[1]):
        least = plan.supply[row, r] * follows(plan.supply_unmet[row, r], share)
        if least < supply[row, r]:
            supply[row, r] = least
            fell = True
    return fell


@njit(cache=True)
def best_paths(plan: Plan, supply: Any, transfers: Any, best: Any) -> None:
    """Greatest supply over the paths of each pair for each transfer: its weakest link counts."""
    pairs = best.shape[1]
    for t in range(len(transfers)):
        for q in range(pairs):
            most = 0.0
            for p in range(plan.pair_ptr[t * pairs + q], plan.pair_ptr[t * pairs + q + 1]):
                weakest = np.inf
                for i in range(plan.path_ptr[p], plan.path_ptr[p + 1]):
                    weakest = min(weakest, supply[plan.path_link[i], transfers[t]])
                most = max(most, weakest)
            best[t, q] = most


@njit(cache=True)
def _reaches(plan: Plan, best: Any, transfer: Any, giver: Any, taker: Any, amount: Any) -> Any:
    """Whether a path between either ends carries the amount."""
    if transfer < 0:
        return True
    for i in range(2):
        for j in range(2):
            a, b = plan.place[giver, i], plan.place[taker, j]
            if a == b:
                return True
            q = plan.pair[a, b]
            if q >= 0 and best[transfer, q] > amount:
                return True
    return False


@njit(cache=True)
def share_out(
    plan: Plan, r: Any, supply: Any, demand: Any, met: Any, best: Any, number: Any, giver: Any,
    left: Any,
) -> Any:  # fmt: skip
    """Share a resource out in its order; whether any component's supply fell.

    What a component can give is taken when the sharing begins. It serves itself first, then those
    that come after it in the order; among givers the one that came first gives first.
    """
    begin, end = plan.order_ptr[r], plan.order_ptr[r + 1]
    transfer = -1 if plan.transfer[r] < 0 else number[plan.transfer[r]]
    count = 0
    fell = False
    for i in range(begin, end):
        left[i - begin] = supply[plan.order[i], r]
    for row in range(met.shape[0]):
        met[row, r] = 1.0
    for i in range(begin, end):
        row = plan.order[i]
        own = left[i - begin]
        want = demand[row, r]
        rest = want
        if rest > 0.0 and own > 0.0:
            used = min(rest, own)
            own, rest = own - used, rest - used
        if rest > 0.0:
            for k in range(count):
                j = giver[k]
                if left[j] <= 0.0 or not _reaches(
                    plan, best, transfer, plan.order[begin + j], row, want
                ):
                    continue
                used = min(rest, left[j])
                left[j], rest = left[j] - used, rest - used
                if rest <= 0.0:
                    break
        if rest > 0.0:
            met[row, r] = 1.0 - rest / want
            fell |= lower(plan, supply, row, met[row, r])
        if left[i - begin] > 0.0:
            giver[count] = i - begin
            count += 1
        left[i - begin] = own
    return fell
