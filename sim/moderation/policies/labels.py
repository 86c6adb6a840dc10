"""Labels: messages of flagged accounts carry a warning."""

from __future__ import annotations

from dataclasses import dataclass

from sim.fields import quantity, register
from sim.moderation.flags import Flag, FlaggingPolicy
from sim.moderation.measures import Measures


@register("labels")
@dataclass(frozen=True)
class Labels(FlaggingPolicy):
    """Labels the messages of flagged accounts: they persuade less and are reshared less often, whoever passes them on.

    Where several such policies are in force the strongest holds.
    """

    persuasion: float = quantity(
        0.724, unit="factor", low=0, high=1,
        source="Martel and Rand 2024, doi 10.1038/s41562-024-01973-x: warning labels reduce belief by 27.6 %",
        doc="Factor on the weight that a labelled message has on its readers' opinions.",
    )  # fmt: skip
    reshare: float = quantity(
        0.753, unit="factor", low=0, high=1,
        source="the same: warning labels reduce sharing by 24.7 %",
        doc="Factor on the weight that a labelled message has among those that could be reshared.",
    )  # fmt: skip

    @property
    def flag(self) -> Flag:
        return Flag.LABELLED

    @property
    def idle(self) -> bool:
        return self.persuasion == 1.0 and self.reshare == 1.0

    def measures(self, measures: Measures, ticks_per_day: int) -> Measures:
        return measures._replace(
            label_persuasion=min(measures.label_persuasion, self.persuasion),
            label_reshare=min(measures.label_reshare, self.reshare),
        )

    def sentence(self, date: str) -> str:
        return (
            f"From {date} on the platform labels the messages of the accounts that it flags every day "
            f"({self.detector.sentence()}): they persuade {self.persuasion:g} times as much, and weigh {self.reshare:g} times "
            "as much among those that are reshared."
        )
