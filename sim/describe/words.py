"""Numbers and lists in English."""

from __future__ import annotations

from collections.abc import Sequence


def counted(n: float, one: str, many: str | None = None) -> str:
    """A number of things: ``1 person``, ``2,000 people``."""
    return f"{n:,.0f} {one if n == 1 else many or one + 's'}"


def span(a: int, b: int) -> str:
    """``3``, or ``3 to 5`` where the two numbers differ."""
    low, high = sorted((a, b))
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def joined(parts: Sequence[str]) -> str:
    """``a, b and c``."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def tick_in_words(ticks_per_day: int) -> str:
    named = {1: "one day", 24: "one hour", 1440: "one minute"}
    minutes = 1440 / ticks_per_day
    return named.get(ticks_per_day) or (f"{minutes / 60:.4g} hours" if minutes > 60 else f"{minutes:.4g} minutes")


def rate(per_day: float) -> str:
    return "once a day" if abs(per_day - 1.0) < 0.005 else f"{per_day:.2f} times a day"
