"""Marks that a platform can set on accounts, and policies that set them every day on whom their detector flags."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from enum import IntFlag

from numba import float64, int64

from sim.compiled import scalar
from sim.fields import quantity
from sim.moderation.detectors import Detector, Perfect
from sim.moderation.platform import Platform
from sim.moderation.policy import DailyPolicy


class Flag(IntFlag):
    """Bits of ``State.flags``."""

    LABELLED = 1
    DOWNRANKED = 2


_LABELLED = int(Flag.LABELLED)


@dataclass(frozen=True)
class FlaggingPolicy(DailyPolicy):
    """Base of policies that leave accounts in place but mark them, on ``day`` and again every day, so that whoever comes to be
    flagged later is marked as well. Marks stay. A policy whose measure has no effect marks nobody."""

    detector: Detector = quantity(
        default_factory=Perfect, unit="detector", source="given by the user", doc="Who is flagged."
    )

    @property
    @abstractmethod
    def flag(self) -> Flag:
        """The mark."""

    @property
    @abstractmethod
    def idle(self) -> bool:
        """Whether the measure has no effect."""

    def act(self, platform: Platform) -> None:
        if not self.idle:
            platform.flag(platform.view().account[platform.scores(self.detector) > 0.0], self.flag)


@scalar(float64(int64, float64, float64, float64, float64, float64))
def credibility(
    flags: int, stance: float, label_persuasion: float, discount: float, disclosed: float, resemblance: float
) -> float:
    """Factor on the weight of a message whose author has these ``flags``: that of a label, and that of readers who discount what
    resembles a campaign that was disclosed to them (a stance within ``resemblance`` of ``disclosed``)."""
    factor = 1.0
    if flags & _LABELLED:
        factor *= label_persuasion
    if abs(stance - disclosed) < resemblance:
        factor *= 1.0 - discount
    return factor
