"""A variant's patch: what differs between its image and one that a page has already, small because most of it does not.

A patch is the length of its head (uint32, little end first), the head as JSON, and bytes. The head says which variant it is
``of`` (None: the page's own world), what of the ``layout`` is otherwise, and the ``parts``: arrays that are otherwise, each with
its path (that of the table of words is ''), whether it is taken as its steps from number to number, the number of its runs, and
that of the numbers that it brings. In the bytes each part has its runs, then these numbers. A run is three int32: so many numbers
are as in the other array, from where that was left; so many of that are left out; then so many of the part's own follow.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

SURE = 4
"""So many numbers in a row are looked for where two arrays have come apart."""
_FIRST_LOOK, _MOST = 64, 65_536
TABLE = ""

Layout = Mapping[str, Any]
Array = NDArray[Any]


def patch_of(image: bytes, layout: Layout, other: bytes, other_layout: Layout, name: str | None) -> bytes:
    """What makes ``other`` of an image, both with their layouts; ``name`` is that of the variant whose the image is."""
    parts: list[list[Any]] = []
    content: list[bytes] = []
    held = dict(arrays_of(image, layout))
    for path, array in arrays_of(other, other_layout):
        if array.dtype == held[path].dtype and array.tobytes() == held[path].tobytes():
            continue
        _, about, data = min(_ways(held[path], array))
        parts.append([path, *about])
        content.append(data)
    head = {"of": name, "layout": _otherwise(layout, other_layout), "parts": parts}
    text = json.dumps(head, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    return b"".join([np.uint32(len(text)).tobytes(), text, *content])


def _otherwise(layout: Layout, other: Layout) -> dict[str, Any]:
    """The parts of a layout that differ; of its arrays and numbers those that do."""
    found = {key: value for key, value in other.items() if value != layout[key]}
    for key in found.keys() & {"arrays", "numbers"}:
        found[key] = {path: about for path, about in other[key].items() if about != layout[key][path]}
    return found


def arrays_of(image: bytes, layout: Layout) -> Iterator[tuple[str, Array]]:
    """The table of words and all arrays, each as one row of numbers; entries are numbers of so many bytes."""
    base, arrays = layout["memory"]["base"], layout["arrays"]
    first = min(about["address"] for about in arrays.values())
    yield TABLE, np.frombuffer(image, dtype=np.uint64, count=(first - base) // 8)
    for path, about in arrays.items():
        kind = np.dtype(f"V{about['bytes']}" if about["dtype"] == "entry" else about["dtype"])
        yield path, np.frombuffer(image, dtype=kind, count=int(np.prod(about["shape"])), offset=about["address"] - base)


def _ways(old: Array, new: Array) -> Iterator[tuple[int, tuple[bool, int, int], bytes]]:
    """Ways to write an array down, each with how long it is when it is packed."""
    for steps in (False, True):
        if steps and old.dtype.kind not in "iu":
            continue
        runs, brought = edits(_steps(old), _steps(new)) if steps else edits(old, new)
        data = runs.tobytes() + brought.tobytes()
        yield len(gzip.compress(data, mtime=0)), (steps, len(runs), brought.size), data


def _steps(array: Array) -> Array:
    return np.diff(array, prepend=array.dtype.type(0))


def edits(old: Array, new: Array) -> tuple[NDArray[np.int32], Array]:
    """Runs, shape (runs, 3), and numbers that make one row of numbers of another."""
    runs: list[tuple[int, int, int]] = []
    brought: list[Array] = []
    rows = _bytes(old), _bytes(new)
    places = _Places(*rows)
    at, from_ = 0, 0
    while at < new.size:
        same = _same(rows[0], from_, rows[1], at)
        at, from_ = at + same, from_ + same
        until, there = places.next(at, from_)
        while until < new.size and _same(rows[0], there, rows[1], until) == 0:  # two that have a mark in common
            until, there = places.next(until + 1, from_)
        runs.append((same, there - from_, until - at))
        brought.append(new[at:until])
        at, from_ = until, there
    return np.array(runs, dtype=np.int32).reshape(-1, 3), np.concatenate([new[:0], *brought])


def _bytes(array: Array) -> NDArray[np.uint8]:
    return np.frombuffer(array.tobytes(), dtype=np.uint8).reshape(array.size, array.dtype.itemsize)


def _same(old: NDArray[np.uint8], from_: int, new: NDArray[np.uint8], at: int) -> int:
    """How many numbers are the same from two places on."""
    found, look = 0, _FIRST_LOOK
    while True:
        size = min(look, len(old) - from_ - found, len(new) - at - found)
        if size <= 0:
            return found
        apart = np.flatnonzero(
            (old[from_ + found : from_ + found + size] != new[at + found : at + found + size]).any(axis=1)
        )
        if apart.size:
            return found + int(apart[0])
        found, look = found + size, min(2 * look, _MOST)


class _Places:
    """Where in an old row there are ``SURE`` numbers of a new one."""

    def __init__(self, old: NDArray[np.uint8], new: NDArray[np.uint8]) -> None:
        self.size = len(new), len(old)
        self.order = np.argsort(marks := _marks(old), kind="stable")
        sorted_, wanted = marks[self.order], _marks(new)
        self.low = np.searchsorted(sorted_, wanted, side="left")
        self.high = np.searchsorted(sorted_, wanted, side="right")
        self.found = np.flatnonzero(self.high > self.low)

    def next(self, at: int, from_: int) -> tuple[int, int]:
        """The next place in the new row from one on, and the place in the old one, from another on if there is one, from which on
        both are probably the same; the ends where there is none."""
        nearest = int(np.searchsorted(self.found, at))
        if nearest == self.found.size:
            return self.size
        place = int(self.found[nearest])
        there = self.order[self.low[place] : self.high[place]]
        return place, int(there[min(int(np.searchsorted(there, from_)), there.size - 1)])


def _marks(row: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """A number for the ``SURE`` numbers from each place on."""
    each = np.zeros(len(row), dtype=np.uint64)
    for column in range(row.shape[1]):
        each = each * np.uint64(1_099_511_628_211) + row[:, column] + np.uint64(1)
    each *= np.uint64(0x9E3779B97F4A7C15)
    several = np.zeros(max(0, len(row) - SURE + 1), dtype=np.uint64)
    for i in range(SURE):
        several = several * np.uint64(0x100000001B3) + each[i : i + several.size]
    return several
