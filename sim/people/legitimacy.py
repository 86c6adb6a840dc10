"""How legitimate people find the movement: where it starts, what moves it once a day, and how it comes back.

The campaign was out to undermine "the legitimacy and political positions of the protest movement on the ground" (Twitter Safety,
"Information operations directed at Hong Kong", 19 August 2019). To everybody the movement has a legitimacy from 0 (it has no
right to do what it does) to 1. That starts where the person's opinion at the start puts it, and is not the opinion: somebody may
share the aims and condemn what happened yesterday.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import float64
from numpy.typing import NDArray

from sim.compiled import kernel, scalar
from sim.fields import Settings, quantity
from sim.tables import exp2

_SWEEP = "assumption, to be swept"


@dataclass(frozen=True)
class Legitimacy(Settings):
    """What makes the movement legitimate to people. By default nothing moves it."""

    start: float = quantity(
        0.5, unit="legitimacy, 0 to 1", low=0, high=1, source="assumption",
        doc="Legitimacy of the movement at the start to somebody whose opinion is 0.",
    )  # fmt: skip
    slope: float = quantity(
        0.5, unit="legitimacy per unit of opinion", low=0, high=1, source="assumption",
        doc="How much more legitimate it is to somebody whose opinion at the start is further on its side (kept within 0 to 1).",
    )  # fmt: skip
    peaceful: float = quantity(
        0.0, unit="legitimacy", low=0, high=1, source=_SWEEP,
        doc="What a wholly peaceful day of its events adds, to those who were online that day.",
    )  # fmt: skip
    violent: float = quantity(
        0.0, unit="legitimacy", low=0, high=1, source=_SWEEP,
        doc="What a wholly violent day of its events takes away, from those who were online that day.",
    )  # fmt: skip
    dehumanising: float = quantity(
        0.0, unit="legitimacy per message", low=0, high=1, source=_SWEEP,
        doc="What reading one dehumanising message takes away; less so where a label or a disclosure discredits it.",
    )  # fmt: skip
    half_life_days: float = quantity(
        30.0, unit="days", low=0, high=100_000, low_open=True, source="assumption",
        doc="Time in which half of the distance to the start is made good.",
    )  # fmt: skip

    @property
    def moves(self) -> bool:
        """Whether anything moves it."""
        return self.peaceful > 0.0 or self.violent > 0.0 or self.dehumanising > 0.0


@scalar(float64(float64, float64, float64))
def legitimacy_at_start(lean: float, start: float, slope: float) -> float:
    """Legitimacy of the movement at the start to a person whose opinion leans to it by ``lean`` (-1 to 1)."""
    return min(1.0, max(0.0, start + slope * lean))


@kernel
def legitimacies_at_start(lean: NDArray[np.float64], start: float, slope: float) -> NDArray[np.float64]:
    """``legitimacy_at_start`` each, shape (people,)."""
    out = np.empty(lean.size)
    for p in range(lean.size):
        out[p] = legitimacy_at_start(lean[p], start, slope)
    return out


def of_a_day(settings: Legitimacy, violence: float) -> float:
    """What a day of the movement's events that was so violent (0 to 1) adds to its legitimacy, to those online that day."""
    return settings.peaceful * (1.0 - violence) - settings.violent * violence


def returned(
    level: NDArray[np.float64], start: NDArray[np.float64] | float, half_life_days: float
) -> NDArray[np.float64]:
    """Levels a day later, on their way back to the start; with nothing to make good they stay the same bit for bit."""
    return level + (1.0 - exp2(-1.0 / half_life_days)) * (start - level)
