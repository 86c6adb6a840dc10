"""DeGroot: everybody takes the mean opinion of those they follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sim.fields import register
from sim.opinion.rule import OpinionRule, opinion_weight


@register("degroot")
@dataclass(frozen=True)
class DeGroot(OpinionRule):
    """Equal weights for all that is read (DeGroot 1974). Read all followees' current opinions, without an anchor."""

    doi: ClassVar[str] = "10.1080/01621459.1974.10480137"
    averages: ClassVar[bool] = True

    @opinion_weight
    def weight(x: float, stance: float, confidence: float, parameters: tuple[float, ...]) -> float:
        return 1.0
