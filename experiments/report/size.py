"""How large a difference is, tested: smaller than what matters, not detected and identical are three different findings."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from experiments.report.shifts import Shift
from sim.study.intervals import LEVEL, STUDENT, Method

IDENTICAL, SMALLER, MATTERS, DETECTED, UNDETECTED, UNKNOWN = (
    "identical", "smaller", "matters", "detected", "undetected", "unknown",
)  # fmt: skip
# Shares of the scale of opinion, which is 2 units long, from where on a difference has a greater word: the smallest that matters,
# a four-hundredth, a fortieth and a tenth.
SIZES = (("none", 0.0), ("very_slight", 0.0), ("slight", 0.005), ("moderate", 0.05), ("large", 0.2))


class Verdict(NamedTuple):
    """What tests say of a difference from the reference.

    ``word``: IDENTICAL, every run ended in the very state of the reference's; SMALLER, two one-sided t tests (TOST, 5 %) put it
    within ± the smallest effect that matters; MATTERS, its 95 % interval lies beyond that; DETECTED, the interval excludes 0 but
    neither sizes that matter nor those that do not; UNDETECTED, it includes 0 and sizes that matter; UNKNOWN, too few seeds give
    no interval. ``p_smaller`` is the p value of the two tests, nan where there is none.
    """

    word: str
    p_smaller: float
    detected: bool

    @property
    def key(self) -> str:
        """The word, of SMALLER with whether the difference was detected nevertheless."""
        return "smaller_detected" if self.word == SMALLER and self.detected else self.word


def verdict(shift: Shift, seeds: int, smallest: float, method: Method = STUDENT) -> Verdict:
    """The verdict on a mean difference over so many seeds. ``smallest`` is the smallest effect that matters, of either sign."""
    if shift.identical:
        return Verdict(IDENTICAL, 0.0, False)
    p = p_smaller(shift, seeds, smallest, method)
    if math.isnan(p):
        return Verdict(UNKNOWN, p, False)
    detected = shift.low > 0.0 or shift.high < 0.0
    if p < 1.0 - LEVEL:
        return Verdict(SMALLER, p, detected)
    if shift.low >= smallest or shift.high <= -smallest:
        return Verdict(MATTERS if detected else UNDETECTED, p, detected)
    return Verdict(DETECTED if detected else UNDETECTED, p, detected)


def p_smaller(shift: Shift, seeds: int, smallest: float, method: Method = STUDENT) -> float:
    """The p value of two one-sided tests that a difference is within ± ``smallest`` (Schuirmann 1987, doi 10.1007/BF01068419);
    nan without an interval. Student's are half of the two-sided ones, others are taken as they are."""
    if math.isnan(shift.low) or seeds < 2:
        return math.nan
    n = np.array([float(seeds)])
    error = (shift.high - shift.low) / 2.0 / float(method.half_widths(n, LEVEL)[0]) / math.sqrt(seeds)
    gap = min(shift.difference + smallest, smallest - shift.difference)
    if error == 0.0:
        return 0.0 if gap > 0.0 else 1.0
    p = float(method.p_values(np.array([gap / error]), n)[0])
    if method is not STUDENT:
        return p if gap > 0.0 else 1.0
    return p / 2.0 if gap > 0.0 else 1.0 - p / 2.0


def size(difference: float, smallest: float) -> str:
    """The word of ``SIZES`` for a difference in mean opinion."""
    if abs(difference) < smallest:
        return "none"
    return [word for word, least in SIZES[1:] if abs(difference) >= least][-1]
