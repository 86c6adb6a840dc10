"""What a validation is: parameters, checks of measured against expected values, and what its figure shows."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from sim.fields import Settings, build, quantity

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Check:
    """One measured value beside the expected one; ``holds`` when they differ by at most ``tolerance``.

    ``case`` says in a few words which of a result's checks it is. ``expected`` is None where nothing is published for the
    parameters: then the value is only measured, and ``holds`` is None. ``standard_error`` is that of the measured value
    over independent runs, 0 for what involves no chance.
    """

    name: str
    case: str
    parameters: Mapping[str, Any]
    expected: float | None
    measured: float
    standard_error: float
    tolerance: float

    @property
    def holds(self) -> bool | None:
        if self.expected is None:
            return None
        return bool(abs(self.measured - self.expected) <= self.tolerance)

    def to_mapping(self) -> dict[str, Any]:
        """The check as JSON, in which a number that does not exist is null."""
        return {
            "name": self.name,
            "parameters": dict(self.parameters),
            "expected": self.expected,
            "measured": _number(self.measured),
            "standard_error": _number(self.standard_error),
            "tolerance": _number(self.tolerance),
            "holds": self.holds,
        }


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


class Curve(NamedTuple):
    """An expected curve."""

    label: str
    x: ArrayLike
    y: ArrayLike


class Points(NamedTuple):
    """Points: measured ones with their standard errors, drawn as 95 % intervals, or expected ones."""

    label: str
    x: ArrayLike
    y: ArrayLike
    error: ArrayLike | None = None
    expected: bool = False


@dataclass(frozen=True)
class Chart:
    """A panel of a result's figure. ``categories`` name the places 0, 1, 2 … of an axis without numbers."""

    x_label: str
    y_label: str
    curves: tuple[Curve, ...] = ()
    points: tuple[Points, ...] = ()
    categories: tuple[str, ...] = ()
    logarithmic: bool = False


class Result(NamedTuple):
    """What a validation gives: its checks, the panels of its figure, and the figure's caption."""

    checks: list[Check]
    charts: tuple[Chart, ...]
    caption: str


@dataclass(frozen=True)
class Validation:
    """A published result. ``parameters`` is a settings class whose defaults are the published setup, ``quick`` what it has
    instead for a short run, and ``run`` takes parameters and a progress function called with (done, total). ``missing`` says
    what part of the result cannot be tried on this machine with some parameters (None: all can)."""

    name: str
    source: str
    setup: str
    parameters: type[Settings]
    run: Callable[[Any, Progress], Result]
    quick: Mapping[str, Any] = field(default_factory=dict)
    missing: Callable[[Any], str | None] = lambda _: None

    def chosen(self, given: Mapping[str, Any], quick: bool = False) -> Settings:
        """Parameters with those ``given`` changed; InputError for a value that cannot be."""
        return build(self.parameters, {**(self.quick if quick else {}), **given}, path=self.name)


def runs_field(default: int) -> Any:
    """The parameter ``runs`` of a validation."""
    return quantity(
        default, unit="runs", low=2, high=1_000_000, source="model choice", doc="Independent runs (seeds 1, 2, …)."
    )


def numbers(value: float | Sequence[float]) -> list[float]:
    """A parameter that may be one number or a list of them, as a list."""
    return list(value) if isinstance(value, Sequence) else [value]


def mean_and_error(values: ArrayLike) -> tuple[float, float]:
    """Mean of independent values and its standard error (nan for a single one, both nan for none)."""
    data = np.asarray(values, dtype=np.float64)
    if data.size == 0:
        return float("nan"), float("nan")
    error = float(data.std(ddof=1) / np.sqrt(data.size)) if data.size > 1 else float("nan")
    return float(data.mean()), error


def ratio_and_error(above: ArrayLike, below: ArrayLike) -> tuple[float, float]:
    """Sum of one quantity over that of another, both given for the same independent units, and the ratio's standard error
    (nan for a single unit, or where the second is nothing)."""
    top, bottom = np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64)
    if bottom.sum() == 0.0:
        return float("nan"), float("nan")
    ratio = float(top.sum() / bottom.sum())
    if top.size < 2:
        return ratio, float("nan")
    spread = float((top - ratio * bottom).std(ddof=1))
    return ratio, spread * math.sqrt(top.size) / float(bottom.sum())


def means_and_errors(rows: ArrayLike) -> tuple[Any, Any]:
    """Mean and standard error of each column of independent rows."""
    data = np.asarray(rows, dtype=np.float64)
    return data.mean(axis=0), data.std(axis=0, ddof=1) / np.sqrt(data.shape[0])


def no_progress(done: int, total: int) -> None:
    """Progress that nobody watches."""
