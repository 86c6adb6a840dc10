"""A rule on one signal: everybody beyond a threshold is flagged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.fields import quantity, register
from sim.moderation.detectors.detector import SignalDetector
from sim.moderation.detectors.signals import SIGNALS, signal
from sim.moderation.view import PlatformView


@register("rule")
@dataclass(frozen=True, kw_only=True)
class RuleDetector(SignalDetector):
    """Flags accounts whose signal is at least ``threshold``, or with ``below`` at most that."""

    signal: str = quantity(
        unit="name",
        choices=tuple(SIGNALS),
        source="given by the user",
        doc="Signal of sim.moderation.detectors.signals.",
    )
    threshold: float = quantity(
        unit="that of the signal",
        low=-1e12,
        high=1e12,
        source="given by the user",
        doc="From where on it is suspicious.",
    )
    below: bool = quantity(
        False, unit="yes or no", source="given by the user", doc="Low values are the suspicious ones, not high ones."
    )

    @property
    def signals(self) -> tuple[str, ...]:
        return (self.signal,)

    def excess(self, view: PlatformView) -> NDArray[np.float64]:
        values = signal(view, self.signal)
        return self.threshold - values if self.below else values - self.threshold

    def sentence(self) -> str:
        about, side = SIGNALS[self.signal], "at most" if self.below else "at least"
        return (
            f"a rule that flags accounts whose {self.signal} is {side} {self.threshold:g} ({about.unit}: {about.what})"
        )
