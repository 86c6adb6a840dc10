"""What an outcome is: one row that says all there is to say of it, computed from a model at the end of a day."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sim.engine.engine import Engine


@dataclass(frozen=True)
class Outcome:
    """An outcome with its unit and formula, in the symbols of docs/outcomes.md; ``value`` computes it at the end of a day.

    ``value`` is compiled (``sim.compiled.inlined``) and takes an ``Ended``, so that a page has the outcome as well. Where it has
    to ask the engine for what no kernel has, it is None, a page shows nan, and ``of_engine`` computes it.

    It lies from ``low`` to ``high`` in any world; ``may_be_nan`` where there may be nothing to measure. ``whole`` numbers are
    counts; what is ``cumulative`` has happened so far and never falls. ``cost`` is what a report calls it where it tells what
    moderation cost the innocent, empty for what is no such cost.
    """

    name: str
    unit: str
    formula: str
    value: Any
    low: float = -math.inf
    high: float = math.inf
    may_be_nan: bool = False
    whole: bool = False
    cumulative: bool = False
    cost: str = ""
    of_engine: Callable[[Engine], float] | None = None

    @property
    def range(self) -> str:
        """The range in words, such as ``0 to 1`` or ``at least 0, or nan``."""
        if math.isinf(self.low) and math.isinf(self.high):
            words = "any"
        elif math.isinf(self.high):
            words = f"at least {self.low:g}"
        elif math.isinf(self.low):
            words = f"at most {self.high:g}"
        else:
            words = f"{self.low:g} to {self.high:g}"
        return f"{words}, or nan" if self.may_be_nan else words
