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

    ``tick`` counts from day 0, ``ticks_per_day`` to a day. ``kept`` is what the policy wants to remember until it acts again
    (None at first), of which every fork has a copy.

    Accounts of people stand for several in reality where the world is smaller than that; ``standing_for`` and ``first_of`` count
    what accounts stand for, and numbers of accounts that a policy is given or gives are numbers in reality.
    """

    ticks_per_day: int
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

    def standing_for(self, accounts: NDArray[np.int64]) -> NDArray[np.float64]:
        """How many accounts in reality each of these stands for."""

    def first_of(self, ranked: NDArray[np.int64], wanted: float) -> NDArray[np.int64]:
        """The first of ``ranked`` accounts, in order, that stand for ``wanted`` accounts in reality, or all there are. One of
        which only a part is wanted is among them with that probability."""

    def suspend(self, accounts: NDArray[np.int64], asked: float) -> None:
        """Suspend accounts from this tick on and put on record that ``asked`` were to be found."""

    def draws(self, salt: int = 0) -> NDArray[np.float64]:
        """A draw in [0, 1) for each account of ``view``, which stays the same from day to day; ``salt`` names the draws."""

    def review(self, accounts: NDArray[np.int64], minutes: float) -> None:
        """Put on record that people worked on the cases of these accounts, for so many minutes each."""

    def restore(self, accounts: NDArray[np.int64], asked: float) -> None:
        """Lift the suspension of accounts from this tick on and put on record that ``asked`` were decided upon."""

    def flag(self, accounts: NDArray[np.int64], flag: int) -> None:
        """Mark accounts (``sim.moderation.flags.Flag``); a mark stays."""

    def provoke(self, share: float, strength: float, side: int) -> None:
        """Move a share of people, always the same ones, that part of the way to the end of the scale on a side (1 or -1)."""

    def disclose(self) -> None:
        """Tell people that there was a campaign, which may raise their trust in the platform."""
