"""What a platform can see. Detectors and policies get this and nothing else.

The two idealised detectors (``Perfect``, ``Rates``) also get an ``OracleSignal`` from the engine, and only they.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class PlatformView(NamedTuple):
    """Observable facts of every registered account, one row an account, as of the end of the previous tick.

    ``account`` ids, ``created`` tick of registration (0 for accounts older than the calendar), ``posts`` made so far,
    ``followers`` and ``following`` counts, ``suspended`` flags; ``tick`` is the present.
    """

    tick: int
    account: NDArray[np.int64]
    created: NDArray[np.int64]
    posts: NDArray[np.int64]
    followers: NDArray[np.int64]
    following: NDArray[np.int64]
    suspended: NDArray[np.bool_]


class OracleSignal(NamedTuple):
    """Ground truth for idealised detectors: whether each account of the view is run by the campaign."""

    troll: NDArray[np.bool_]
