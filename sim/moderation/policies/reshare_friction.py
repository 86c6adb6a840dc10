"""Reshare friction: people are asked whether they really want to reshare."""

from __future__ import annotations

from dataclasses import dataclass

from sim.fields import percent, quantity, register
from sim.moderation.measures import Measures
from sim.moderation.policy import StandingPolicy


@register("reshare_friction")
@dataclass(frozen=True)
class ReshareFriction(StandingPolicy):
    """Makes citizens drop a share of their reshares, of whatever it is. Organisers and trolls are not put off."""

    dropped: float = quantity(
        0.2, unit="share of reshares", low=0, high=1,
        source="Twitter, 16 December 2020: 20 % fewer reshares (retweets and quotes) while it prompted people to comment",
        doc="Share of citizens' reshares that are not made.",
    )  # fmt: skip

    def measures(self, measures: Measures, ticks_per_day: int) -> Measures:
        return measures._replace(friction=1.0 - (1.0 - measures.friction) * (1.0 - self.dropped))

    def sentence(self, date: str) -> str:
        return f"From {date} on the platform asks before each reshare, and citizens drop {percent(self.dropped)} of theirs."
