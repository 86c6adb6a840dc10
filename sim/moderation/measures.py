"""What the platform currently does to messages and feeds: the standing part of moderation.

A policy that acts now and then does so on its desk (``Policy.act``). One that holds from its first day on says here what it
changes: the engine asks every policy that has begun, in the order of the branch, and gives the result to its kernels. Measures
are thus a function of (policies, step), kept nowhere, and the same in a fork as in a run from the start.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.fields import checked, instance


class Measures(NamedTuple):
    """Neutral in ``NO_MEASURES``. Policies return changed copies (``measures._replace``) and never change an array in place.

    ``since`` is the step at which the policy that is being asked began, for those that need it. ``takedowns`` (n, 3) has a row
    for each takedown of illegal messages in force: half-lives a tick, the step since when, and the share that it ever finds.
    Messages of labelled accounts persuade and are reshared by the factors ``label_persuasion`` and ``label_reshare``; those of
    downranked accounts are shown to the share ``visibility`` of readers. Citizens drop the share ``friction`` of their reshares.
    A message of ``breaker`` shares is in no topic slot; an account enters ``topic_limit`` posts (0: any number) in
    ``topic_window`` ticks into the topic stream. Messages less than ``resemblance`` away from the stance ``disclosed`` lose the
    share ``discount`` of their weight.
    """

    since: int
    takedowns: NDArray[np.float64]
    label_persuasion: float = 1.0
    label_reshare: float = 1.0
    visibility: float = 1.0
    friction: float = 0.0
    breaker: float = math.inf
    topic_limit: int = 0
    topic_window: int = 0
    discount: float = 0.0
    disclosed: float = 0.0
    resemblance: float = 0.0


NO_MEASURES = Measures(since=0, takedowns=np.empty((0, 3)))

Change = Callable[[Measures], Measures]


def in_force(changes: Iterable[tuple[int, Change]], step: int) -> Measures:
    """Measures at a step, of (first step, change) in the order in which they apply.

    Kernels are compiled for the types of ``NO_MEASURES``, so every number is made one of its type.
    """
    measures = NO_MEASURES
    for since, change in changes:
        if since <= step:
            measures = instance(change(measures._replace(since=since)), Measures, "What a policy's measures give")
    if measures is NO_MEASURES:
        return measures
    typed = (_as(neutral, value) for neutral, value in zip(NO_MEASURES, measures, strict=True))
    return Measures._make(typed)._replace(since=NO_MEASURES.since)


def _as(neutral: Any, value: Any) -> Any:
    if isinstance(neutral, np.ndarray):
        return np.array(value, dtype=neutral.dtype, order="C")
    if isinstance(neutral, float) and value == math.inf:
        return math.inf
    return checked(value, type(neutral), "A number among a policy's measures")
