"""What a platform can see. Detectors and policies get this and nothing else.

The two idealised detectors (``Perfect``, ``Rates``) also get an ``OracleSignal`` from the engine, and only they.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Traces(NamedTuple):
    """What each account of a view has left behind: posts made in office hours, reshares, new posts copied from a text that
    somebody else posted in the same tick, reports by readers, and whether it is marked for the origin of its logins (a VPN,
    or an unblocked address in a blocked region)."""

    office_posts: NDArray[np.int64]
    reshares: NDArray[np.int64]
    coordinated: NDArray[np.int64]
    reports: NDArray[np.int64]
    login: NDArray[np.bool_]


class PlatformView(NamedTuple):
    """Observable facts of every registered account, one row an account, as of the end of the previous tick.

    ``account`` ids, ``created`` tick of registration (negative for accounts older than the calendar), ``posts`` made so far
    and the ticks ``watched`` in which they were counted, ``followers`` and ``following`` as the profile shows them,
    ``suspended`` flags and the tick ``since`` when (-1 where not), and whether it is a ``page`` that anybody can follow rather
    than somebody's account; ``tick`` is the present. ``traces`` are there where ``world.signals.observe`` is set.
    """

    tick: int
    ticks_per_day: int
    account: NDArray[np.int64]
    created: NDArray[np.int64]
    watched: NDArray[np.int64]
    posts: NDArray[np.int64]
    followers: NDArray[np.int64]
    following: NDArray[np.int64]
    suspended: NDArray[np.bool_]
    since: NDArray[np.int64]
    page: NDArray[np.bool_]
    traces: Traces | None = None

    def rows(self, chosen: NDArray[np.int64] | NDArray[np.bool_]) -> PlatformView:
        """The view of some accounts only, by row numbers or as a mask, in that order."""
        traces = None if self.traces is None else Traces._make(column[chosen] for column in self.traces)
        columns = {name: getattr(self, name)[chosen] for name in self._fields[2:-1]}
        return self._replace(traces=traces, **columns)


class OracleSignal(NamedTuple):
    """Ground truth for idealised detectors: whether each account of the view is run by the campaign."""

    troll: NDArray[np.bool_]
