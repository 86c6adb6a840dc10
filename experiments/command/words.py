"""Numbers and dates in plain words."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence

THOUSANDTHS = "thousandths of a unit of opinion"
ENGLISH = "en"
"""The tag of the language in which programs talk."""


def plain(value: float, digits: int = 2) -> str:
    """A number with so many significant digits, no exponent and a true minus sign: ``0.00016``, ``−1.2``, ``12,000``."""
    if math.isnan(value):
        return "–"
    if value == 0:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:,.{decimals}f}".replace("-", "−")


def in_full(value: float) -> str:
    """A number of a setting, to its last digit: ``1,000,000``, ``0.001``."""
    return f"{value:,.10g}"


def with_margin(value: float, low: float, high: float, scale: float = 1000.0) -> str:
    """``0.16 ±0.03``: a mean and half its (symmetric) interval, in thousandths, to the digits that the interval deserves."""
    mean, half = scale * value, scale * (high - low) / 2
    if math.isnan(mean):
        return "–"
    if math.isnan(half):
        return f"{plain(mean)} ±?"
    if half == 0:
        return plain(mean)
    decimals = _decimals(half)
    shown = f"{mean:.{decimals}f}"
    shown = shown.lstrip("-") if float(shown) == 0 else shown.replace("-", "−")
    return f"{shown} ±{half:.{decimals}f}"


def _decimals(half: float) -> int:
    place = math.floor(math.log10(half))
    return min(6, max(0, (half < 2 * 10.0**place) - place))


def interval(low: float, high: float, scale: float = 1.0, to: str = "to") -> str:
    """``0.00012 to 0.00020``, with as many decimals as the width of the interval deserves."""
    if math.isnan(low):
        return "unknown"
    return f"{within(low, low, high, scale)} {to} {within(high, low, high, scale)}"


def within(value: float, low: float, high: float, scale: float = 1.0) -> str:
    """A number to as many decimals as its interval has; without one, to two digits."""
    width = scale * (high - low)
    if math.isnan(width) or width == 0.0:
        return plain(scale * value)
    decimals = min(9, max(0, 1 - math.floor(math.log10(width))))
    shown = f"{scale * value:,.{decimals}f}"
    return shown.lstrip("-") if float(shown.replace(",", "")) == 0 else shown.replace("-", "−")


def short_day(date: str) -> str:
    """``19 Aug``."""
    day = datetime.date.fromisoformat(date)
    return f"{day.day} {day:%b}"


def duration(seconds: float) -> str:
    """``45 s``, ``3 min 20 s``, ``2 h 5 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def number(value: float) -> str:
    """A count, a mean of counts or a difference of such: ``1,234``, ``9.5``, ``0``, ``−120``."""
    shown = f"{value:,.1f}".removesuffix(".0") if abs(value) < 100 else f"{value:,.0f}"
    return "0" if shown == "-0" else shown.replace("-", "−")


def ranks_in_words(ranks: Sequence[int]) -> str:
    """``1–4, 7``; ``–`` where there are none."""
    if not ranks:
        return "–"
    runs: list[list[int]] = []
    for rank in ranks:
        if runs and rank == runs[-1][-1] + 1:
            runs[-1].append(rank)
        else:
            runs.append([rank])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
