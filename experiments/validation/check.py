"""What a validation is: parameters with defaults, and checks of measured against expected values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Check:
    """One measured value beside the expected one; ``holds`` when they differ by at most ``tolerance``."""

    name: str
    parameters: Mapping[str, Any]
    expected: float
    measured: float
    standard_error: float
    tolerance: float

    @property
    def holds(self) -> bool:
        return bool(abs(self.measured - self.expected) <= self.tolerance)

    def to_mapping(self) -> dict[str, Any]:
        """The check as JSON."""
        return {
            "name": self.name,
            "parameters": dict(self.parameters),
            "expected": self.expected,
            "measured": self.measured,
            "standard_error": self.standard_error,
            "tolerance": self.tolerance,
            "holds": self.holds,
        }


@dataclass(frozen=True)
class Validation:
    """A published result: ``run`` takes its parameters and yields checks."""

    name: str
    source: str
    setup: str
    run: Callable[..., list[Check]]
    defaults: Mapping[str, Any] = field(default_factory=dict)


def mean_and_error(values: list[float]) -> tuple[float, float]:
    """Mean of independent values and its standard error (nan for a single one)."""
    data = np.array(values)
    error = float(data.std(ddof=1) / np.sqrt(data.size)) if data.size > 1 else float("nan")
    return float(data.mean()), error
