"""Outcomes of the user's own: a frozen dataclass with one method (docs/tutorials/own_outcome.md)."""

from __future__ import annotations

import inspect
import keyword
import math
import numbers
from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.fields import InputError, Settings, unchanged
from sim.outcomes.day import Day

# Columns that tables of runs have beside the outcomes (experiments.studies.gather, sim.study.compare).
_COLUMNS = (
    "branch", "cpu_seconds", "date", "day", "digest", "index", "key", "rows_scanned", "seed", "updates", "value",
)  # fmt: skip


@dataclass(frozen=True)
class OwnOutcome(Settings, ABC):
    """An outcome of the user's own, measured at the end of every day.

    A subclass is registered under its name, says its ``unit`` and, where it has one, its range (``low``, ``high``; at the ends of
    the range is within it) and whether there may be nothing to measure (``may_be_nan``), and computes ``value`` from a ``Day``.
    The first paragraph of its docstring says what it is.
    """

    name: ClassVar[str]
    unit: ClassVar[str]
    low: ClassVar[float] = -math.inf
    high: ClassVar[float] = math.inf
    may_be_nan: ClassVar[bool] = False

    @abstractmethod
    def value(self, day: Day) -> float:
        """The outcome at the end of a day. It may depend on nothing but the day and the fields of this class."""

    @property
    def column(self) -> str:
        """What tables call it: its name, unless a subclass says otherwise, as when there are several of one class."""
        return self.name

    @property
    def what(self) -> str:
        """What it is, in one sentence."""
        text = inspect.getdoc(type(self)) or ""
        if text.startswith(f"{type(self).__name__}("):  # written by dataclass, for want of one
            return ""
        return " ".join(text.partition("\n\n")[0].split())

    @property
    def allowed(self) -> str:
        """The range in words, such as ``a number from 0 to 1, or nan``."""
        low = "" if math.isinf(self.low) else f"of at least {self.low:g}"
        high = "" if math.isinf(self.high) else f"of at most {self.high:g}"
        span = f"from {self.low:g} to {self.high:g}" if low and high else low or high
        return f"a{'' if span else ' finite'} number{span and f' {span}'}{', or nan' if self.may_be_nan else ''}"

    def measured(self, day: Day) -> float:
        """The value on a day. Raises InputError for what is no number or lies outside the range."""
        try:
            with unchanged(self, "value", "a value depends on nothing but the day"):
                found: Any = self.value(day)
        except Exception as error:
            error.add_note(f"Outcome {self.column} was measured at the end of day {day.number} ({day.date}).")
            raise
        number = _number(found) if isinstance(found, numbers.Real) and not isinstance(found, bool) else None
        fits = number is not None and (
            self.may_be_nan if math.isnan(number) else math.isfinite(number) and self.low <= number <= self.high
        )
        if number is None or not fits:
            shown = f"{number!r}" if number is not None else _kind(found)
            raise InputError(
                f"must be {self.allowed}, not {shown} as at the end of day {day.number} ({day.date})",
                field=f"outcomes.{self.column}",
            )
        return number


def _number(found: Any) -> float:
    try:
        return float(found)
    except OverflowError:  # whole numbers and fractions have no end
        return math.inf if found > 0 else -math.inf


def _kind(found: Any) -> str:
    if found is None:
        return "None (does value return it?)"
    if isinstance(found, bool):
        return str(found)
    shape = getattr(found, "shape", None)
    size = f" of shape {shape}" if isinstance(shape, tuple) and shape else ""
    return f"an object of type {type(found).__name__[:60]}{size}"


def checked_outcomes(outcomes: OwnOutcome | Sequence[OwnOutcome], taken: Collection[str]) -> tuple[OwnOutcome, ...]:
    """The outcomes as a tuple; ``taken`` are the names of the built-in ones. Raises InputError for what is no outcome and for
    names that are taken, no identifiers or there twice."""
    if isinstance(outcomes, OwnOutcome):
        outcomes = (outcomes,)
    if isinstance(outcomes, (str, bytes)) or not isinstance(outcomes, Sequence):
        raise InputError(f"must be a list of outcomes, not an object of type {type(outcomes).__name__}", "outcomes")
    names: set[str] = set()
    for i, outcome in enumerate(outcomes):
        field = f"outcomes[{i}]"
        if isinstance(outcome, type) and issubclass(outcome, OwnOutcome):
            raise InputError(f"must be an outcome, such as {outcome.__name__}(), not its class", field)
        if not isinstance(outcome, OwnOutcome):
            raise InputError(
                f"must be an outcome (sim.outcomes.OwnOutcome), not an object of type {type(outcome).__name__}", field
            )
        _check(outcome, field)
        name = outcome.column
        if name in taken:
            raise InputError(f"must not be called {name}, as a built-in outcome is", field)
        if name in _COLUMNS:
            raise InputError(f"must not be called {name}, as another column of the tables is", field)
        if name in names:
            raise InputError(
                f"must not be called {name}, as another one is: several of one class need a `column` of their own",
                field,
            )
        names.add(name)
    return tuple(outcomes)


def _check(outcome: OwnOutcome, field: str) -> None:
    kind = type(outcome).__name__
    if not hasattr(outcome, "_registered_name"):
        raise InputError(f"must have a name: write @register('…') above {kind}", field)
    name, unit = outcome.column, getattr(outcome, "unit", None)
    if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name) or len(name) > 60:
        raise InputError(
            f"must be called by letters, digits and underscores, at most 60 of them, not {str(name)[:60]!r}", field
        )
    if not isinstance(unit, str) or not unit.strip() or not unit.isprintable() or len(unit) > 60:
        raise InputError(f"must have a unit, such as {kind}.unit = 'share of people'", field)
    bounds = [getattr(outcome, end) for end in ("low", "high")]
    numbers_ = [b for b in bounds if isinstance(b, numbers.Real) and not isinstance(b, bool) and not math.isnan(b)]
    if len(numbers_) != 2 or numbers_[0] > numbers_[1]:
        raise InputError(f"must have numbers as {kind}.low and {kind}.high, the lower one first", field)
