"""What an opinion rule is: a frozen dataclass of parameters with its source and one pure scalar function.

``weight(x, stance, confidence, parameters)`` returns how much one message moves its reader: the engine applies
x += sum of weight * (stance - x) + anchoring * (anchor - x), and moves the opinions without trolls, organisers and events
with the same weights. Write the function with the decorator ``opinion_weight``; both engines call its compiled form.

A weight below 0 repels. One that is not a number, or infinite, would throw its reader to an end of the scale, and an error in
the function would leave the reader where they are: either ends the run with InputError, in the same sentence in both engines.
"""

from __future__ import annotations

import inspect
import math
from abc import ABC
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, ClassVar

from numba import float64, types
from numba.core.errors import NumbaError, UnsupportedBytecodeError

from sim.compiled import first_class, scalar
from sim.fields import InputError, Plausible, Settings, quantity, shown

MOST_PARAMETERS = 8
MOST_WEIGHT = 1e100  # sums and products of such weights are still finite
LEAST_SUM = 1e-300  # rules that average: weights that sum to less, of which one cannot divide, move nobody
WEIGHT_SIGNATURE = float64(float64, float64, float64, types.UniTuple(float64, MOST_PARAMETERS))


def opinion_weight(function: Callable[..., float]) -> Any:
    """Compile ``function(x, stance, confidence, parameters)`` (three float64 and a tuple of them) to a weight.

    Raises InputError for what numba cannot compile.
    """
    try:
        return staticmethod(scalar(WEIGHT_SIGNATURE)(function))
    except (NumbaError, UnsupportedBytecodeError, TypeError) as error:
        said = [line.strip(" -") for line in str(error).splitlines() if not line.startswith(("Failed in", "During:"))]
        reason = next(
            (line for line in said if line and not line.startswith("Resolution failure")), type(error).__name__
        )
        name = getattr(function, "__qualname__", shown(function))
        raise InputError(f"{name} must be a weight that numba can compile: {reason[:200]}") from error


@cache
def _pointer(weight: Any) -> Any:
    # What is raised in a first-class function is printed and lost.
    def guarded(x: float, stance: float, confidence: float, parameters: tuple[float, ...]) -> float:
        try:
            return float(weight(x, stance, confidence, parameters))
        except Exception:
            return math.nan

    return first_class(WEIGHT_SIGNATURE, guarded)


def pointer(rule: OpinionRule) -> Any:
    """The rule's weight as a first-class function, which kernels take as an argument without being compiled anew; nan where the
    rule raises an error."""
    return _pointer(rule.weight)


def unfit_weight(
    rule: OpinionRule, x: float, stance: float, confidence: float, parameters: tuple[float, ...]
) -> InputError:
    """What to raise for a weight that a rule must not give."""
    least = "0" if rule.averages else f"{-MOST_WEIGHT:g}"
    try:
        gave = f"gave {rule.weight(x, stance, confidence, parameters)!r}"
    except Exception as error:
        gave = f"raised {type(error).__name__} ({str(error)[:100]})"
    return InputError(
        f"must give weights from {least} to {MOST_WEIGHT:g}, but {type(rule).__name__} {gave} for x = {x!r}, "
        f"stance = {stance!r} and confidence = {confidence!r}",
        field="world.opinion.rule",
    )


@dataclass(frozen=True)
class OpinionRule(Settings, ABC):
    """Base of opinion rules. Subclasses set ``doi`` and ``weight``; ``parameters`` are their fields in order.

    With ``averages`` the weights of what is read at once, which are then 0 or more, are divided by their sum plus ``own_weight``
    (where that is 0, what is read moves nobody). With ``susceptible`` they are then multiplied by the person's susceptibility s,
    and the anchor pulls with 1 - s instead of ``anchoring``.
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
        return values + (0.0,) * (MOST_PARAMETERS - len(values))

    def checked_weight(self, x: float, stance: float, confidence: float, parameters: tuple[float, ...]) -> float:
        """``weight``, or InputError where the rule gives none that it may give."""
        try:
            weight = float(self.weight(x, stance, confidence, parameters))
        except Exception:
            weight = math.nan
        if (0.0 if self.averages else -MOST_WEIGHT) <= weight <= MOST_WEIGHT:
            return weight
        raise unfit_weight(self, x, stance, confidence, parameters)

    def check_class(self) -> None:
        """Raise InputError where the class is not written as a rule has to be."""
        kind, own = type(self).__name__, self.own_weight
        if not isinstance(inspect.getattr_static(self, "weight"), staticmethod):
            raise InputError(f"must have a weight that is decorated with opinion_weight, which {kind} has not", "rule")
        if len(fields(self)) > MOST_PARAMETERS:
            raise InputError(f"must have at most {MOST_PARAMETERS} fields, not {len(fields(self))} as {kind}", "rule")
        for field in fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, (int, float)):
                raise InputError(f"must have numbers as fields, unlike {kind}.{field.name} ({shown(value)})", "rule")
        if isinstance(own, bool) or not isinstance(own, (int, float)) or not 0.0 <= own <= MOST_WEIGHT:
            raise InputError(f"must have an own_weight from 0 to {MOST_WEIGHT:g}, not {shown(own)} as {kind}", "rule")


@dataclass(frozen=True)
class Opinion(Settings):
    """How opinions move."""

    rule: OpinionRule = quantity(unit="rule", source="model choice", doc="What one message does to its reader.")
    anchoring: float = quantity(
        0.1, unit="share of the distance per session", low=0, high=1,
        source="assumption: people return to where they started within about ten sessions",
        doc="Pull of a person's anchor (the opinion they started with) at each session (kappa).",
        plausible=Plausible(
            0.02, 0.3,
            "eight tenths to a thirtieth of a shift is left after ten sessions; 36 to 42 % after a month, as Hackenburg et al. "
            "(2025, Science) found, ask for .05 at 18 sessions a month", log=True,
        ),
    )  # fmt: skip

    def check(self) -> None:
        self.rule.check_class()
