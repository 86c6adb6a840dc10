"""Pre-emptive removal: accounts that were never used are removed before they can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.fields import quantity, register
from sim.moderation.disclosed import UNUSED
from sim.moderation.policy import RemovalPolicy, most_suspicious
from sim.moderation.view import PlatformView


@register("preemptive_removal")
@dataclass(frozen=True)
class PreemptiveRemoval(RemovalPolicy):
    """Suspends the most suspicious accounts that have not posted yet, at the start of ``day``."""

    of_sleepers: ClassVar[bool] = True

    accounts: int = quantity(
        UNUSED, unit="accounts", low=0, high=300_000_000,
        source="Twitter, 19 August 2019: about 200,000 accounts before they were substantially active",
        doc="Sleeping accounts to remove.",
    )  # fmt: skip

    def asked(self) -> int:
        return self.accounts

    def ranked(self, view: PlatformView, scores: NDArray[np.float64]) -> NDArray[np.int64]:
        return most_suspicious(view, scores, np.asarray(view.posts == 0))

    def sentence(self, date: str) -> str:
        return f"On {date} the platform removes {self.accounts:,} accounts that have not posted yet ({self.detector.sentence()})."
