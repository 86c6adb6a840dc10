"""Reactive takedown: active accounts are removed on one day, as on 19 August 2019."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.fields import quantity, register
from sim.moderation.disclosed import ACTIVE
from sim.moderation.policy import RemovalPolicy, most_suspicious
from sim.moderation.view import PlatformView


@register("takedown")
@dataclass(frozen=True)
class Takedown(RemovalPolicy):
    """Suspends the most suspicious accounts that have ever posted, at the start of ``day``."""

    accounts: int = quantity(
        ACTIVE, unit="accounts", low=0, high=300_000_000, source="Twitter, 19 August 2019: 936 accounts",
        doc="Active accounts to remove.",
    )  # fmt: skip

    def asked(self) -> int:
        return self.accounts

    def ranked(self, view: PlatformView, scores: NDArray[np.float64]) -> NDArray[np.int64]:
        return most_suspicious(view, scores, np.asarray(view.posts > 0))

    def sentence(self, date: str) -> str:
        return f"On {date} the platform removes {self.accounts:,} active accounts ({self.detector.sentence()})."
