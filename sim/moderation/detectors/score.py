"""A score over all signals: a weighted sum, as log-odds, against a threshold."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sim.fields import Settings, quantity, register
from sim.moderation.detectors.detector import SignalDetector
from sim.moderation.detectors.signals import SIGNALS, feature
from sim.moderation.view import PlatformView

_FITTED = "fitted by sim.moderation.fit on simulated Hong Kong worlds (docs/outcomes.md)"
_weight = partial(quantity, low=-1e6, high=1e6, source=_FITTED)


@dataclass(frozen=True)
class Weights(Settings):
    """How much each signal adds to the log-odds that an account is a troll's. Age, followers, following and volume enter as
    log2(1 + value)."""

    constant: float = _weight(0.0, unit="log-odds", doc="Of an account whose signals are all 0.")
    age: float = _weight(0.0, unit="log-odds per doubling", doc="Of 1 + days since registration.")
    followers: float = _weight(0.0, unit="log-odds per doubling", doc="Of 1 + followers.")
    following: float = _weight(0.0, unit="log-odds per doubling", doc="Of 1 + accounts followed.")
    volume: float = _weight(0.0, unit="log-odds per doubling", doc="Of 1 + posts a day.")
    unused: float = _weight(0.0, unit="log-odds", doc="Of an account that has never posted.")
    office: float = _weight(0.0, unit="log-odds per share", doc="Of posts in office hours.")
    resharing: float = _weight(0.0, unit="log-odds per share", doc="Of reshares among posts.")
    coordination: float = _weight(0.0, unit="log-odds per share", doc="Of copies among new posts.")
    reports: float = _weight(0.0, unit="log-odds per report per post", doc="Of reports.")
    login: float = _weight(0.0, unit="log-odds", doc="Of a mark for the origin of logins.")


ACTIVE_TROLLS = Weights(
    constant=1.6, age=-0.13, followers=0.11, following=-0.17, volume=-2.2, unused=-2.3, office=8.1, resharing=-8.1,
    coordination=27.0, reports=-12.0, login=2.9,
)  # fmt: skip
"""Fitted to active trolls against everybody else; with a threshold of 4.4 about one innocent in a thousand is flagged."""

NEW_ACCOUNTS = Weights(constant=-0.6, followers=-0.02, following=-0.08, login=3.0)
"""Fitted to sleepers against newcomers by what is known when they register; with 2.2 about one newcomer in fifty is flagged."""


@register("score")
@dataclass(frozen=True)
class ScoreDetector(SignalDetector):
    """Flags accounts whose score is at least ``threshold``. Signals of weight 0 are not looked at."""

    weights: Weights = quantity(ACTIVE_TROLLS, unit="log-odds", source=_FITTED, doc="Weights of the signals.")
    threshold: float = quantity(
        4.4, unit="log-odds", low=-1e9, high=1e9, source=_FITTED, doc="Score from which on an account is flagged."
    )

    @property
    def signals(self) -> tuple[str, ...]:
        return tuple(name for name in SIGNALS if getattr(self.weights, name) != 0.0)

    def excess(self, view: PlatformView) -> NDArray[np.float64]:
        score = np.full(view.account.size, self.weights.constant)
        for name in self.signals:  # one after the other, so that the sum is the same on every machine
            score += getattr(self.weights, name) * feature(view, name)
        return score - self.threshold

    def sentence(self) -> str:
        return f"a score over {', '.join(self.signals) or 'no signal'}, flagging accounts from {self.threshold:g} on"
