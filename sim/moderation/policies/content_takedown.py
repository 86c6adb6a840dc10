"""Content takedown: messages that break the platform's rules vanish some time after they were posted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import float64, int64, types, uint64
from numpy.typing import NDArray

from sim.calendar import in_days
from sim.compiled import inlined, scalar
from sim.fields import quantity, register
from sim.moderation.measures import Measures
from sim.moderation.policy import StandingPolicy
from sim.randomness import Stream, exponential, uniform

_SOURCE = "Truong et al. 2025, arXiv 2502.08841"
_TAKEDOWN = int(Stream.TAKEDOWN)
_AT_ONCE = 1e9  # half-lives a tick that nothing survives; an endless rate times no time would be no number


@register("content_takedown")
@dataclass(frozen=True)
class ContentTakedown(StandingPolicy):
    """Takes down illegal messages, each after a random delay with a half-life.

    At the end of every tick from ``day`` on an illegal message that is still there vanishes with probability
    1 - 2^(-1 / half-life in ticks): from all feeds and from the topic stream, whoever carries it. A message older than the
    policy is at risk from ``day`` on. Several such policies work side by side: their rates add up.
    """

    half_life_days: float = quantity(
        1.0, unit="days", low=0, low_open=True, high=100_000, source=_SOURCE,
        doc="Time after which half of the illegal messages are gone.",
    )  # fmt: skip
    recall: float = quantity(
        1.0, unit="share of illegal messages", low=0, high=1, source="model choice: an upper bound on what a platform can do",
        doc="Share of illegal messages that are ever found.",
    )  # fmt: skip

    def measures(self, measures: Measures, ticks_per_day: int) -> Measures:
        rate = min(1.0 / (self.half_life_days * ticks_per_day), _AT_ONCE)
        row = (rate, float(measures.since), self.recall)
        return measures._replace(takedowns=np.vstack([measures.takedowns, row]))

    def sentence(self, date: str) -> str:
        missed = "" if self.recall == 1.0 else f", except for {1.0 - self.recall:.3g} of them, which it never finds"
        return (
            f"From {date} on the platform takes down illegal messages, half of them within "
            f"{in_days(self.half_life_days)}{missed}."
        )


@inlined
def taken_down_inline(seed: int, author: int, created: int, step: int, takedowns: NDArray[np.float64]) -> bool:
    """``taken_down`` for use in a kernel."""
    found = uniform(seed, _TAKEDOWN, created, author, 1)
    half_lives = 0.0
    for i in range(takedowns.shape[0]):
        if found < takedowns[i, 2]:
            half_lives += takedowns[i, 0] * max(0.0, step - max(np.float64(created), takedowns[i, 1]))
    return half_lives > 0.0 and exponential(seed, _TAKEDOWN, created, author, 0) < half_lives


@scalar(types.boolean(uint64, int64, int64, int64, float64[:, ::1]))
def taken_down(seed: int, author: int, created: int, step: int, takedowns: NDArray[np.float64]) -> bool:
    """Whether an illegal message is gone at the start of a step: a pure function of its name, so that nothing is stored.

    Its delay is one exponential draw in half-lives, which the takedowns in force use up at their rates; at whole ticks that is
    a geometric law. ``takedowns`` as in ``sim.moderation.measures.Measures``.
    """
    return taken_down_inline(seed, author, created, step, takedowns)
