"""Friedkin-Johnsen: the mean of those one follows, held back by one's own first opinion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sim.fields import register
from sim.opinion.rule import OpinionRule, opinion_weight


@register("friedkin_johnsen")
@dataclass(frozen=True)
class FriedkinJohnsen(OpinionRule):
    """x' = s * (mean read) + (1 - s) * anchor, s the person's susceptibility (Friedkin and Johnsen 1990).

    Read all followees' current opinions; ``population.susceptibility_low`` and ``_high`` set the susceptibilities.
    """

    doi: ClassVar[str] = "10.1080/0022250X.1990.9990069"
    averages: ClassVar[bool] = True
    susceptible: ClassVar[bool] = True

    @opinion_weight
    def weight(x: float, stance: float, confidence: float, parameters: tuple[float, ...]) -> float:
        return 1.0
