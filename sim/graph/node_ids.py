"""What nodes are called, and their numbers 0 … n - 1 in ascending order of that."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Labels = NDArray[np.int64] | NDArray[np.object_]

_WHOLE = re.compile(r"0|[1-9][0-9]*")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def is_whole(name: str) -> bool:
    """Whether an id is a whole number of at least 0, written as numbers are."""
    return _WHOLE.fullmatch(name) is not None


def is_number(name: str) -> bool:
    """Whether an id is a number in any form."""
    return _NUMBER.fullmatch(name) is not None


def fits(name: str) -> bool:
    """Whether a whole number is below 2**63."""
    return len(name) < 19 or (len(name) == 19 and int(name) < 2**63)


def repeated(names: Sequence[Any]) -> Any:
    """A name that is there twice, or None."""
    if len(set(names)) == len(names):
        return None
    seen: set[Any] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def labels_of(names: Sequence[str]) -> Labels:
    """Ids as they are told apart: int64 where all are whole numbers that fit, else text."""
    if all(is_whole(name) and fits(name) for name in names):
        return np.array(names, dtype=object).astype(np.int64)
    return _texts(names)


def ascending(labels: Labels) -> NDArray[np.int64]:
    """The order in which labels ascend: numbers by value, texts by their characters."""
    order = pc.array_sort_indices(pa.array(labels))
    return np.asarray(order.to_numpy(), dtype=np.int64)


def ends_of_numbers(ends: list[NDArray[Any]]) -> tuple[NDArray[np.int64], NDArray[np.int64], Labels]:
    """Sources and targets as numbers of nodes, and the nodes' ids, of pieces of ids of shape (2, edges). ``ends`` is emptied."""
    edges = sum(part.shape[1] for part in ends)
    most = max((int(part.max()) for part in ends), default=0)
    ids = np.empty((2, edges), dtype=np.int64)
    place = 0
    while ends:
        part = ends.pop(0)
        ids[:, place : place + part.shape[1]] = part
        place += part.shape[1]
    if most < 4 * edges + 1000:  # few ids are missing: quicker than sorting
        there = np.zeros(most + 1, dtype=bool)
        there[ids.ravel()] = True
        labels = np.flatnonzero(there)
        if labels.size <= most:
            number = np.cumsum(there) - 1
            ids = number[ids]
    else:
        labels, numbers = np.unique(ids, return_inverse=True)
        ids = numbers.reshape(2, -1)
    return ids[0], ids[1], labels


def ends_of_texts(ends: list[tuple[pa.Array, ...]]) -> tuple[NDArray[np.int64], NDArray[np.int64], Labels]:
    """Sources and targets as numbers of nodes, and the nodes' ids, of pieces of sources and targets as dictionary arrays."""
    parts = [part for side in (0, 1) for part in (pair[side] for pair in ends)]
    shared = pa.chunked_array(parts).unify_dictionaries()
    # Ids that differ by blanks around them are one.
    trimmed = pc.utf8_trim_whitespace(shared.chunk(shared.num_chunks - 1).dictionary).dictionary_encode()
    order = ascending(trimmed.dictionary)
    number = np.empty(order.size, dtype=np.int64)
    number[order] = np.arange(order.size)
    number = number[trimmed.indices.to_numpy()]
    ids = np.concatenate([number[chunk.indices.to_numpy()] for chunk in shared.chunks]).reshape(2, -1)
    return ids[0], ids[1], _texts(trimmed.dictionary.take(pa.array(order)).to_pylist())


def _texts(names: Sequence[str]) -> NDArray[np.object_]:
    texts = np.empty(len(names), dtype=object)
    texts[:] = names
    return texts
