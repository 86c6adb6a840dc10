"""Methods of the user's own leave everything as it is, so that a run is the same whenever and beside whatever it is simulated."""

from __future__ import annotations

import inspect
import pickle
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import numpy as np

from sim.fields.errors import InputError
from sim.sources import is_ours


@contextmanager
def unchanged(settings: object, method: str, instead: str, draws: str = "") -> Iterator[None]:
    """Raise InputError if what is called within sets an attribute of ``settings``, the same object in all seeds, branches and
    forks, or draws from the generators that all code shares (``random``, ``np.random``): a run would find what another has left.
    ``instead`` says what there is to remember things in, ``draws`` (by default the same) to draw from. Nobody is blamed for what
    other threads draw: not classes of Groundswell's, which never do, and nobody in a worker of Dask, which draws from ``random``
    at any time."""
    if is_ours(type(settings).__module__):
        yield
        return
    kind, before, generators = type(settings).__name__, dict(vars(settings)), _generators()
    yield
    for name, value in vars(settings).items():
        found_once = isinstance(inspect.getattr_static(type(settings), name, None), cached_property)
        if not found_once and (name not in before or before[name] is not value):
            raise InputError(
                f"must leave the attributes of {kind} as they are, since other runs would find {name} changed: {instead}",
                field=f"{kind}.{method}",
            )
    for name, state in _generators().items():
        if state != generators[name]:
            raise InputError(
                f"must not draw from {name}, which all code shares, so that no run could be repeated: {draws or instead}",
                field=f"{kind}.{method}",
            )


def _generators() -> dict[str, Any]:
    found: dict[str, Any] = {"np.random": pickle.dumps(np.random.get_state(legacy=False))}  # noqa: NPY002
    return found if _works_for_dask() else found | {"random": random.getstate()}


def _works_for_dask() -> bool:
    distributed = sys.modules.get("distributed")
    if distributed is None:
        return False
    try:
        distributed.get_worker()
    except ValueError:
        return False
    return True
