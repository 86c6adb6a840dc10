"""Detectors turn what a platform sees into scores: 0 is not flagged, the higher the more suspicious."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.fields import InputError, Settings, quantity, register, shown
from sim.moderation.chance import scores_of
from sim.moderation.view import OracleSignal, PlatformView
from sim.randomness import Stream, uniforms_of


@dataclass(frozen=True)
class Detector(Settings, ABC):
    """Base of detectors. ``salt`` names the detector's own draws: two detectors with different salts err independently."""

    name: ClassVar[str]
    idealised: ClassVar[bool] = False

    salt: int = quantity(0, unit="number", low=0, high=2**31 - 1, source="given by the user", doc="Names the draws.")

    @abstractmethod
    def scores(self, view: PlatformView, oracle: OracleSignal | None, seed: int) -> NDArray[np.float64]:
        """Score of each account of the view, 0 for those not flagged; ``oracle`` is given to idealised detectors only."""

    def suspicion(self, view: PlatformView, oracle: OracleSignal | None, seed: int) -> NDArray[np.float64]:
        """``scores``, held to what they promise. Raises InputError where a class breaks it."""
        return self._numbers("scores", self.scores(view, oracle, seed), view, least=0.0)

    def _numbers(self, method: str, given: object, view: PlatformView, least: float = -np.inf) -> NDArray[np.float64]:
        try:
            numbers = np.array(given, dtype=np.float64)
        except (TypeError, ValueError):
            numbers = np.empty(0) if view.account.size else np.empty((0, 0))
        bound = "" if least == -np.inf else f" of at least {least:g}"
        problem = f"must give one finite number{bound} for each of the {view.account.size:,} accounts seen"
        field = f"{type(self).__name__}.{method}"
        if numbers.shape != view.account.shape:
            raise InputError(f"{problem}, not {shown(given)}", field)
        unfit = ~(np.isfinite(numbers) & (numbers >= least))
        if unfit.any():
            raise InputError(f"{problem}, not {numbers[unfit][0]:g}", field)
        return numbers

    @property
    def signals(self) -> tuple[str, ...]:
        """Names of the signals (``sim.moderation.detectors.signals``) that it judges by."""
        return ()

    @abstractmethod
    def sentence(self) -> str:
        """How well it detects, in English."""

    def order(self, view: PlatformView, seed: int) -> NDArray[np.float64]:
        """A draw in [0, 1) an account that stays the same from day to day, to order accounts of equal suspicion."""
        return uniforms_of(seed, Stream.DETECTOR, self.salt, view.account, 1)


@dataclass(frozen=True)
class SignalDetector(Detector, ABC):
    """Base of detectors a platform could have: they judge by signals and flag accounts of ``excess`` 0 or more."""

    @abstractmethod
    def excess(self, view: PlatformView) -> NDArray[np.float64]:
        """How far each account of the view is beyond the threshold; accounts below it are negative."""

    def scores(self, view: PlatformView, oracle: OracleSignal | None, seed: int) -> NDArray[np.float64]:
        excess = self.checked_excess(view)
        return np.where(excess >= 0.0, 1.0 + excess, 0.0)

    def checked_excess(self, view: PlatformView) -> NDArray[np.float64]:
        """``excess``, held to what it promises. Raises InputError where a class breaks it."""
        return self._numbers("excess", self.excess(view), view)


@register("perfect")
@dataclass(frozen=True)
class Perfect(Detector):
    """Flags every troll account and nobody else."""

    idealised: ClassVar[bool] = True

    def scores(self, view: PlatformView, oracle: OracleSignal | None, seed: int) -> NDArray[np.float64]:
        if oracle is None:
            raise TypeError("an idealised detector needs the engine's OracleSignal")
        return scores_of(seed, self.salt, view.account, oracle.troll, 1.0, 0.0)

    def sentence(self) -> str:
        return "a perfect detector: no innocent account is removed"


@register("rates")
@dataclass(frozen=True)
class Rates(Detector):
    """Flags a troll account with probability ``tpr`` and anybody else's with probability ``fpr``, once and for all."""

    idealised: ClassVar[bool] = True

    tpr: float = quantity(
        0.9, unit="probability", low=0, high=1, source="assumption", doc="True-positive rate: trolls that are flagged."
    )
    fpr: float = quantity(
        0.0001, unit="probability", low=0, high=1, source="assumption", doc="False-positive rate: innocents flagged."
    )

    def scores(self, view: PlatformView, oracle: OracleSignal | None, seed: int) -> NDArray[np.float64]:
        if oracle is None:
            raise TypeError("an idealised detector needs the engine's OracleSignal")
        return scores_of(seed, self.salt, view.account, oracle.troll, self.tpr, self.fpr)

    def sentence(self) -> str:
        return f"a detector that flags {self.tpr:.4g} of the trolls and {self.fpr:.4g} of everybody else"
