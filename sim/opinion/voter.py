"""The voter rule: the reader takes over the opinion that it reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sim.fields import register
from sim.opinion.rule import OpinionRule, opinion_weight


@register("voter")
@dataclass(frozen=True)
class Voter(OpinionRule):
    """Weight 1 for whatever is read (Clifford and Sudbury 1973; with zealots Mobilia, Petersen and Redner 2007)."""

    doi: ClassVar[str] = "10.1093/biomet/60.3.581"

    @opinion_weight
    def weight(x: float, stance: float, confidence: float, parameters: tuple[float, ...]) -> float:
        return 1.0
