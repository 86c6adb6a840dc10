"""Marks that a platform can set on accounts, and policies that set them every day on whom their detector flags."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import KW_ONLY, dataclass
from enum import IntFlag

import numpy as np
from numba import float64, int64

from sim.compiled import scalar
from sim.fields import quantity
from sim.moderation.desk import Desk
from sim.moderation.detectors.detector import Detector, Perfect
from sim.moderation.policy import DailyPolicy, minutes_field


class Flag(IntFlag):
    """Bits of ``State.flags``."""

    LABELLED = 1
    DOWNRANKED = 2


_LABELLED = int(Flag.LABELLED)


@dataclass(frozen=True)
class FlaggingPolicy(DailyPolicy):
    """Base of policies that leave accounts in place but mark them, on ``day`` and again every day, so that whoever comes to be
    flagged later is marked as well. Somebody looks at each account before it is marked. Marks stay. A policy whose measure has no
    effect marks nobody."""

    detector: Detector = quantity(
        default_factory=Perfect, unit="detector", source="given by the user", doc="Who is flagged."
    )
    _: KW_ONLY
    minutes_per_case: float = minutes_field("Work on marking an account.")

    @property
    @abstractmethod
    def flag(self) -> Flag:
        """The mark."""

    @property
    @abstractmethod
    def idle(self) -> bool:
        """Whether the measure has no effect."""

    def act(self, desk: Desk) -> None:
        if self.idle:
            return
        flagged = desk.view().account[desk.scores(self.detector) > 0.0]
        marked = np.zeros(0, dtype=np.int64) if desk.kept is None else desk.kept
        desk.kept = np.union1d(marked, flagged)
        desk.review(np.setdiff1d(desk.kept, marked), self.minutes_per_case)
        desk.flag(flagged, self.flag)


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
