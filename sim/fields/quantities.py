"""What is recorded about a field: its unit, range and source, and where the value of an assumption may well lie."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import MISSING, dataclass
from typing import Any, NamedTuple

from sim.fields.errors import number_text


class Plausible(NamedTuple):
    """The range in which the value of an assumption may well lie, and why it is that; ``log`` where factors count, not sums."""

    low: float
    high: float
    why: str
    log: bool = False

    def __str__(self) -> str:
        return f"{number_text(self.low)} to {number_text(self.high)}{' (by factors)' if self.log else ''}: {self.why}"


@dataclass(frozen=True)
class Quantity:
    """What ``quantity`` records about a field; ``low_open`` and ``high_open`` exclude the bound itself."""

    unit: str = ""
    source: str = ""
    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False
    choices: tuple[str, ...] | None = None
    doc: str = ""
    plausible: Plausible | None = None

    def __post_init__(self) -> None:
        """Raises TypeError for ranges that cannot be."""
        if self.low is not None and self.high is not None and self.low > self.high:
            raise TypeError(f"a quantity's low ({self.low}) must not exceed its high ({self.high})")
        if (likely := self.plausible) is None:
            return
        if not likely.low < likely.high or not self.holds(likely.low) or not self.holds(likely.high):
            raise TypeError(
                f"what is plausible must be a range {self.range() or 'of two numbers'}, not {likely.low} to {likely.high}"
            )
        if likely.log and likely.low <= 0:
            raise TypeError(f"what is plausible by factors must begin above 0, not at {likely.low}")
        if not likely.why:
            raise TypeError("what is plausible must say why")

    def holds(self, number: float) -> bool:
        """Whether a number lies in the range."""
        above = self.low is None or number > self.low or (number == self.low and not self.low_open)
        below = self.high is None or number < self.high or (number == self.high and not self.high_open)
        return above and below

    def range(self) -> str:
        """The range in words, such as ``above 0 and at most 1``; empty without bounds."""
        if self.low is not None and self.high is not None and not self.low_open and not self.high_open:
            return f"from {number_text(self.low)} to {number_text(self.high)}"
        words = []
        if self.low is not None:
            words.append(f"{'above' if self.low_open else 'of at least'} {number_text(self.low)}")
        if self.high is not None:
            closed = "at most" if words else "of at most"
            words.append(f"{'below' if self.high_open else closed} {number_text(self.high)}")
        return " and ".join(words)


def quantity(
    default: Any = MISSING,
    *,
    unit: str,
    source: str,
    low: float | None = None,
    high: float | None = None,
    low_open: bool = False,
    high_open: bool = False,
    choices: tuple[str, ...] | None = None,
    doc: str,
    default_factory: Callable[[], Any] | None = None,
    plausible: Plausible | None = None,
) -> Any:
    """A dataclass field with its unit, range, source and a one-sentence doc.

    ``source`` is a reference, or ``assumption`` possibly followed by ``: reason``. Range and choices apply to every
    element of a tuple. ``plausible`` is where the value of an assumption may well lie: what studies of what an answer depends
    on vary. Raises TypeError for ranges that cannot be.
    """
    metadata = {"quantity": Quantity(unit, source, low, high, low_open, high_open, choices, doc, plausible)}
    if default_factory is not None:
        return dataclasses.field(default_factory=default_factory, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def field_units(field: dataclasses.Field[Any]) -> str:
    """The unit of a field of settings."""
    return str(field.metadata.get("quantity", Quantity()).unit)


def percent(share: float) -> str:
    """A share that somebody has chosen, as sentences say it: ``0.4%``, ``50%``. Nothing else is 0% or 100%."""
    told = f"{100.0 * share:.4g}"
    return f"{100.0 * share:.12g}%" if told == "100" else f"{told}%"
