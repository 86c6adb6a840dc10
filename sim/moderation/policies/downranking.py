"""Downranking: messages of flagged accounts are shown to few."""

from __future__ import annotations

from dataclasses import dataclass

from sim.fields import quantity, register
from sim.moderation.flags import Flag, FlaggingPolicy
from sim.moderation.measures import Measures


@register("downranking")
@dataclass(frozen=True)
class Downranking(FlaggingPolicy):
    """Shows a message that a flagged account wrote to a part of those only who would have seen it, in feeds and in the topic
    stream. Who that is, is drawn for each reader and message once and for all."""

    visibility: float = quantity(
        0.2, unit="share of readers", low=0, high=1, source="assumption: no platform has published how much it hides",
        doc="Share of readers to whom a message is still shown.",
    )  # fmt: skip

    @property
    def flag(self) -> Flag:
        return Flag.DOWNRANKED

    @property
    def idle(self) -> bool:
        return self.visibility == 1.0

    def measures(self, measures: Measures, ticks_per_day: int) -> Measures:
        return measures._replace(visibility=min(measures.visibility, self.visibility))

    def sentence(self, date: str) -> str:
        return (
            f"From {date} on the platform hides the messages of the accounts that it flags every day "
            f"({self.detector.sentence()}) from all but {self.visibility:.4g} of those who would have seen them."
        )
