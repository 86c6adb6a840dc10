"""A difference from the reference with its interval: how much, and in words."""

from __future__ import annotations

from typing import Any, NamedTuple

from experiments.command.words import with_margin
from experiments.report.strings import say


class Shift(NamedTuple):
    """A mean difference from the reference, compared seed by seed, and its 95 % interval (nan: one seed gives none).

    ``identical`` says that every run ended in the very state of the reference's.
    """

    difference: float
    low: float
    high: float
    identical: bool = False

    @classmethod
    def of(cls, row: Any) -> Shift:
        """That of a row of ``effects``."""
        return cls(float(row["difference"]), float(row["low"]), float(row["high"]), bool(row["identical"]))

    def told(self, scale: float = 1000.0) -> str:
        """``0.16 ±0.03``, in thousandths, or ``identical``."""
        return say("labels.identical") if self.identical else with_margin(self.difference, self.low, self.high, scale)
