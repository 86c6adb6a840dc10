"""What a policy has in hand: a desk of its own, at which it sees what the platform sees and does what a platform can do."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.moderation.detectors.detector import Detector
from sim.moderation.view import PlatformView

FIRST, SECOND = PLATFORMS = ("first", "second")


class Desk(Protocol):
    """Given to ``Policy.act``; the engine supplies it.

    ``tick`` counts from day 0, ``ticks_per_day`` to a day; ``scale`` is the number of model accounts for one in reality
    (``World.scale_on``). ``kept`` is what the policy wants to
    remember until it acts again (None at first): a value that it replaces and never changes in place, for it is part of
    every fork.
    """

    ticks_per_day: int
    scale: float
    kept: Any

    @property
    def tick(self) -> int:
        """The present tick."""

    def view(self) -> PlatformView:
        """What the platform sees now: its own accounts."""

    def tips(self) -> NDArray[np.int64]:
        """Ticks up to now at which the other platform suspended accounts, ascending; it says so, and what it looked for."""

    def scores(self, detector: Detector) -> NDArray[np.float64]:
        """Scores of the accounts of ``view``, 0 for those not flagged."""

    def scaled(self, count: float) -> int:
        """Model accounts that stand for ``count`` accounts in reality."""

    def suspend(self, accounts: NDArray[np.int64], asked: int) -> None:
        """Suspend accounts from this tick on and put on record that ``asked`` were to be found."""

    def draws(self, salt: int = 0) -> NDArray[np.float64]:
        """A draw in [0, 1) for each account of ``view``, which stays the same from day to day; ``salt`` names the draws."""

    def review(self, cases: int, minutes: float) -> None:
        """Put on record that people worked on so many cases, for so many minutes each."""

    def restore(self, accounts: NDArray[np.int64], asked: int) -> None:
        """Lift the suspension of accounts from this tick on and put on record that ``asked`` were decided upon."""

    def flag(self, accounts: NDArray[np.int64], flag: int) -> None:
        """Mark accounts (``sim.moderation.flags.Flag``); a mark stays."""

    def provoke(self, share: float, strength: float, side: int) -> None:
        """Move a share of people, always the same ones, that part of the way to the end of the scale on a side (1 or -1)."""

    def disclose(self) -> None:
        """Tell people that there was a campaign, which may raise their trust in the platform."""
