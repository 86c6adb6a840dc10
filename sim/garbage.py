"""Collections of garbage after each run that stay brief."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def brief_collections() -> Iterator[None]:
    """While the ``with`` block lasts, ``gc.collect()`` does not look at what was there before it, garbage or not.

    A run that is over is a cycle of objects that holds large arrays, so it is collected at once; that takes a tenth of a second
    or more, longer than a small run itself, where all that was ever imported is looked at each time. Whoever has called
    ``gc.freeze`` has seen to that, and what they froze stays so."""
    if gc.get_freeze_count():
        yield
        return
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
