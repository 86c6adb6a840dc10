"""The outbox: the last posts of every account, 16 bytes an entry, and how opinions are stored in them.

A message is named by who wrote it and when (author, step of creation); an entry says that an account carried it at a step.
Stance and shifts are int16. A stance is rounded to the nearest of 65,535 levels, halves away from zero, so that negating an
opinion negates its code exactly. Shifts (how far trolls, organisers and events moved the author) are companded by a signed
square root first: the smallest one that survives is 4.7e-10, which matters because most traced shifts are tiny.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numba import float64, int64
from numpy.typing import NDArray

from sim.compiled import entries, scalar

EMPTY = 0xFFFFFFFF
OFF_TOPIC = -32768
_LEVELS = 32767.0

ENTRY = entries(
    [
        ("author", np.uint32),
        ("created", np.uint16),
        ("posted", np.uint16),
        ("stance", np.int16),
        ("troll_shift", np.int16),
        ("organiser_shift", np.int16),
        ("event_shift", np.int16),
    ]
)


def empty_outbox(accounts: int, memory: int) -> NDArray[np.void]:
    """Outbox of shape (accounts, memory) without posts, its rows aligned to cache lines."""
    outbox = _aligned(np.zeros, accounts * memory * ENTRY.itemsize).view(ENTRY).reshape(accounts, memory)
    outbox["author"] = EMPTY
    return outbox


def copy_of(outbox: NDArray[np.void]) -> NDArray[np.void]:
    """An independent copy of an outbox, its rows aligned to cache lines."""
    copied = _aligned(np.empty, outbox.nbytes)
    copied[:] = outbox.view(np.uint8).reshape(-1)  # numpy copies entries field by field, thirty times as slowly
    return copied.view(ENTRY).reshape(outbox.shape)


def _aligned(make: Callable[..., NDArray[np.uint8]], size: int) -> NDArray[np.uint8]:
    """So many bytes from the beginning of a cache line on."""
    buffer = make(size + 64, dtype=np.uint8)
    start = -buffer.ctypes.data % 64
    return buffer[start : start + size]


@scalar(int64(float64))
def quantise(opinion: float) -> int:
    """Stance code of an opinion in [-1, 1], an integer from -32767 to 32767, halves rounded away from zero."""
    if opinion >= 0.0:
        return int(opinion * _LEVELS + 0.5)
    return -int(0.5 - opinion * _LEVELS)


@scalar(float64(int64))
def stance_of(code: int) -> float:
    """Opinion in [-1, 1] of a stance code."""
    return code / _LEVELS


@scalar(int64(float64))
def compand(shift: float) -> int:
    """Code of a shift in [-2, 2], an integer from -32767 to 32767: signed square root, halves away from zero."""
    if shift >= 0.0:
        return int(math.sqrt(shift * 0.5) * _LEVELS + 0.5)
    return -int(math.sqrt(shift * -0.5) * _LEVELS + 0.5)


@scalar(float64(int64))
def expand(code: int) -> float:
    """Shift in [-2, 2] of its code."""
    root = code / _LEVELS
    return 2.0 * root * abs(root)
