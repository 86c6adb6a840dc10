"""Which script a message is copied from, and which messages are reported: pure functions of names, called by both engines."""

from __future__ import annotations

from numba import float64, int64, uint64

from sim.compiled import scalar
from sim.randomness import Stream, uniform

_SCRIPT, _REPORT = int(Stream.SCRIPT), int(Stream.REPORT)
OWN_WORDS = -1


@scalar(int64(uint64, int64, int64, float64, int64, int64))
def script(seed: int, author: int, created: int, share: float, first: int, scripts: int) -> int:
    """The script that a new message is copied from: one of ``first`` … ``first + scripts - 1``, each as likely as the others,
    with probability ``share``; else ``OWN_WORDS``."""
    draw = uniform(seed, _SCRIPT, created, author, 0)
    if scripts == 0 or draw >= share:
        return OWN_WORDS
    return first + min(int(draw / share * scripts), scripts - 1)


@scalar(float64(uint64, int64, int64, int64))
def report_draw(seed: int, reader: int, author: int, created: int) -> float:
    """A reader reports a message if this draw is below the probability that they do."""
    return uniform(seed, _REPORT, created, reader, author)
