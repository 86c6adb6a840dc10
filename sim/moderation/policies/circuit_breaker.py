"""Virality circuit breaker: what spreads fast is no longer recommended."""

from __future__ import annotations

from dataclasses import dataclass

from sim.fields import quantity, register
from sim.moderation.measures import Measures
from sim.moderation.policy import StandingPolicy


@register("circuit_breaker")
@dataclass(frozen=True)
class CircuitBreaker(StandingPolicy):
    """Shows a message in nobody's topic slots once it has been posted and reshared so often, whoever wrote it. Followers of
    those who carry it still see it."""

    shares: int = quantity(
        10, unit="posts of a message, flooded ones counted as they appear", low=0, high=2**31 - 1,
        source="assumption; proposed by Simpson and Conner 2020, Center for American Progress, without a number",
        doc="From so many on a message is not shown (0: no limit).",
    )  # fmt: skip

    def measures(self, measures: Measures, ticks_per_day: int) -> Measures:
        return measures._replace(breaker=min(measures.breaker, float(self.shares) if self.shares else measures.breaker))

    def sentence(self, date: str) -> str:
        if not self.shares:
            return f"From {date} on the platform has a circuit breaker without a limit: it does nothing."
        return f"From {date} on a message that has been shared {self.shares:,} times is no longer shown in the topic stream."
