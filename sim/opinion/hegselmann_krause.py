"""Hegselmann-Krause: everybody takes the mean of all opinions within a common bound, their own included."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sim.fields import quantity, register
from sim.opinion.rule import OpinionRule, opinion_weight


@register("hegselmann_krause")
@dataclass(frozen=True)
class HegselmannKrause(OpinionRule):
    """Equal weights for all stances within the bound and for one's own opinion (Hegselmann and Krause 2002, JASSS 5(3)2).

    Read all followees' current opinions. Opinions lie in [-1, 1]: a bound of the paper's [0, 1] counts twice here.
    """

    doi: ClassVar[str] = "https://www.jasss.org/5/3/2.html"
    averages: ClassVar[bool] = True
    own_weight: ClassVar[float] = 1.0

    bound: float = quantity(
        unit="opinion distance",
        low=0,
        low_open=True,
        high=2,
        source="given by the user",
        doc="Confidence bound of everybody.",
    )

    @opinion_weight
    def weight(x: float, stance: float, confidence: float, parameters: tuple[float, ...]) -> float:
        if abs(stance - x) <= parameters[0]:
            return 1.0
        return 0.0
