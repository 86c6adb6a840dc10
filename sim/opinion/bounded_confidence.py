"""Bounded confidence: a message moves its reader by a fixed share of the distance if it is not too far away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sim.fields import Plausible, quantity, register
from sim.opinion.rule import OpinionRule, opinion_weight


@register("bounded_confidence")
@dataclass(frozen=True)
class BoundedConfidence(OpinionRule):
    """Weight = strength if |stance - x| is below the reader's confidence bound, else 0 (Deffuant et al. 2000)."""

    doi: ClassVar[str] = "10.1142/S0219525900000078"

    strength: float = quantity(
        0.01, unit="share of the distance per message", low=0, high=1, source="assumption",
        doc="Persuasion strength: how far one message moves a reader who listens to it.",
        plausible=Plausible(
            0.003, 0.03,
            "factor of three either way: nobody has measured it for one post among many", log=True,
        ),
    )  # fmt: skip

    @opinion_weight
    def weight(x: float, stance: float, confidence: float, parameters: tuple[float, ...]) -> float:
        if abs(stance - x) < confidence:
            return parameters[0]
        return 0.0
