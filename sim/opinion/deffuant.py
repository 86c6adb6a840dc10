"""Deffuant: the reader moves a fixed share of the way to what it reads, if that is nearer than a common bound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sim.fields import quantity, register
from sim.opinion.rule import OpinionRule, opinion_weight


@register("deffuant")
@dataclass(frozen=True)
class Deffuant(OpinionRule):
    """Weight = convergence if |stance - x| < bound, else 0 (Deffuant, Neau, Amblard and Weisbuch 2000).

    Read one random followee's current opinion. Opinions lie in [-1, 1]: a bound of the paper's [0, 1] counts twice here. Only
    the reader moves, where the paper's pairs both do.
    """

    doi: ClassVar[str] = "10.1142/S0219525900000078"

    bound: float = quantity(
        unit="opinion distance",
        low=0,
        low_open=True,
        high=2,
        source="given by the user",
        doc="Confidence bound of everybody.",
    )
    convergence: float = quantity(
        0.5, unit="share of the distance", low=0, low_open=True, high=1, source="Deffuant et al. 2000",
        doc="How far the reader moves (mu).",
    )  # fmt: skip

    @opinion_weight
    def weight(x: float, stance: float, confidence: float, parameters: tuple[float, ...]) -> float:
        if abs(stance - x) < parameters[0]:
            return parameters[1]
        return 0.0
