"""Signals: numbers that a detector can judge an account by, computed from what a platform sees of it.

Shares of few posts say little, so each is drawn towards what an ordinary account shows by a few imagined posts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiled import kernel
from sim.fields import InputError
from sim.moderation.view import PlatformView, Traces
from sim.tables import log2

Values = NDArray[np.float64]


class Signal(NamedTuple):
    """``value`` of each account of a view in ``unit``; ``traced`` ones need a world that observes signals; ``skewed`` ones have
    a long tail and enter a score as logarithms."""

    unit: str
    what: str
    value: Callable[[PlatformView], Values]
    traced: bool = False
    skewed: bool = False


def _traces(view: PlatformView) -> Traces:
    if view.traces is None:
        raise InputError(
            "must be true for a detector to judge by posting, reports or logins", field="world.signals.observe"
        )
    return view.traces


def _posts_per_day(view: PlatformView) -> Values:
    return view.posts * view.ticks_per_day / np.maximum(view.watched, view.ticks_per_day)


SIGNALS = {
    "age": Signal("days", "time since registration", lambda v: (v.tick - v.created) / v.ticks_per_day, skewed=True),
    "followers": Signal("accounts", "followers", lambda v: v.followers.astype(np.float64), skewed=True),
    "following": Signal("accounts", "accounts followed", lambda v: v.following.astype(np.float64), skewed=True),
    "volume": Signal("posts a day", "posts since they are counted", _posts_per_day, skewed=True),
    "unused": Signal("0 or 1", "has never posted", lambda v: (v.posts == 0).astype(np.float64)),
    "office": Signal(
        "share of posts",
        "posts on working days in office hours, and one of four imagined ones",
        lambda v: (_traces(v).office_posts + 1.0) / (v.posts + 4.0),
        traced=True,
    ),
    "resharing": Signal(
        "share of posts",
        "reshares, and one of two imagined posts",
        lambda v: (_traces(v).reshares + 1.0) / (v.posts + 2.0),
        traced=True,
    ),
    "coordination": Signal(
        "share of new posts",
        "copies of what somebody else posts in the same tick, and none of four imagined posts",
        lambda v: _traces(v).coordinated / (v.posts - _traces(v).reshares + 4.0),
        traced=True,
    ),
    "reports": Signal(
        "reports per post",
        "reports by readers, and none of four imagined posts",
        lambda v: _traces(v).reports / (v.posts + 4.0),
        traced=True,
    ),
    "login": Signal("0 or 1", "marked for its logins", lambda v: _traces(v).login.astype(np.float64), traced=True),
}


def signal(view: PlatformView, name: str) -> Values:
    """A signal of each account of a view. Raises InputError where the world does not keep what it needs."""
    return SIGNALS[name].value(view)


def feature(view: PlatformView, name: str) -> Values:
    """A signal as it enters a score: log2(1 + value) where it has a long tail."""
    values = signal(view, name)
    return _log2_of_1_plus(values) if SIGNALS[name].skewed else values


@kernel
def _log2_of_1_plus(values: Values) -> Values:
    out = np.empty(values.size)
    for i in range(values.size):
        out[i] = log2(1.0 + values[i])
    return out
