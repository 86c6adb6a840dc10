"""What an opinion rule is: a frozen dataclass of parameters with its source and one pure scalar function.

``weight(x, stance, confidence, parameters)`` returns how much one message moves its reader: the engine applies
x += sum of weight * (stance - x) + anchoring * (anchor - x), and moves the opinions without trolls, organisers and events
with the same weights. Write the function with the decorator ``opinion_weight``; both engines call its compiled form.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, ClassVar

import numba
from numba import float64, types

from sim.compiled import scalar
from sim.fields import Settings, quantity

MOST_PARAMETERS = 8
WEIGHT_SIGNATURE = float64(float64, float64, float64, types.UniTuple(float64, MOST_PARAMETERS))


def opinion_weight(function: Callable[..., float]) -> Any:
    """Compile ``function(x, stance, confidence, parameters)`` (three float64 and a tuple of them) to a weight."""
    return staticmethod(scalar(WEIGHT_SIGNATURE)(function))


@cache
def _pointer(weight: Any) -> Any:
    return numba.cfunc(WEIGHT_SIGNATURE)(weight.py_func)


def pointer(rule: OpinionRule) -> Any:
    """The rule's weight as a first-class function, which kernels take as an argument without being compiled anew."""
    return _pointer(rule.weight)


@dataclass(frozen=True)
class OpinionRule(Settings, ABC):
    """Base of opinion rules. Subclasses set ``doi`` and ``weight``; ``parameters`` are their fields in order.

    With ``averages`` the weights of what is read at once are divided by their sum plus ``own_weight``. With ``susceptible``
    they are then multiplied by the person's susceptibility s, and the anchor pulls with 1 - s instead of ``anchoring``.
    """

    name: ClassVar[str]
    doi: ClassVar[str] = ""
    weight: ClassVar[Any] = None
    averages: ClassVar[bool] = False
    own_weight: ClassVar[float] = 0.0
    susceptible: ClassVar[bool] = False

    def parameters(self) -> tuple[float, ...]:
        """The rule's fields in order, padded with zeros to the eight numbers that ``weight`` gets as ``parameters``."""
        values = tuple(float(getattr(self, field.name)) for field in fields(self))
        if len(values) > MOST_PARAMETERS:
            raise TypeError(
                f"an opinion rule has at most {MOST_PARAMETERS} parameters; {type(self).__name__} has {len(values)}"
            )
        return values + (0.0,) * (MOST_PARAMETERS - len(values))


@dataclass(frozen=True)
class Opinion(Settings):
    """How opinions move."""

    rule: OpinionRule = quantity(unit="rule", source="model choice", doc="What one message does to its reader.")
    anchoring: float = quantity(
        0.1, unit="share of the distance per session", low=0, high=1,
        source="assumption: people return to where they started within about ten sessions",
        doc="Pull of a person's anchor (the opinion they started with) at each session (kappa).",
    )  # fmt: skip
