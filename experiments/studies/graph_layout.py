"""Where the accounts of a small graph are drawn: a force-directed layout, always the same for the same graph."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_ROUNDS, _GRAVITY = 60, 0.6


def laid_out(n: int, edges: NDArray[np.int64], seed: int = 1) -> NDArray[np.float64]:
    """Places in the unit disc, shape (n, 2), of n accounts with ``edges`` (edges, 2) between them.

    After Fruchterman and Reingold (1991): all repel each other, those who are connected attract each other, less where either has
    many connections, so that hubs do not pull everything into one lump. In the end distances from the middle are spread so that
    the disc is filled evenly. Sums are numpy's own, not those of a linear algebra library, whose bits depend on its threads.
    """
    if n == 0:
        return np.zeros((0, 2))
    rng = np.random.default_rng(seed)
    places = (rng.normal(size=(n, 2)) * 0.3).astype(np.float32)  # half the time of float64
    a, b = edges.T if len(edges) else np.zeros((2, 0), dtype=np.int64)
    degree = np.bincount(edges.ravel(), minlength=n).clip(1)
    pull = 6.0 / np.sqrt(degree[a] * degree[b])
    for heat in np.geomspace(0.12, 0.004, _ROUNDS):
        x, y = places.T
        squared = (x[:, None] - x) ** 2 + (y[:, None] - y) ** 2
        near = 1.0 / (squared + np.float32(1e-4))
        force = places * near.sum(axis=1)[:, None] - np.stack([np.einsum("ij,j->i", near, c) for c in (x, y)], axis=1)
        force /= n
        along = (places[a] - places[b]) * pull[:, None]
        for axis in range(2):
            force[:, axis] -= np.bincount(a, along[:, axis], n) - np.bincount(b, along[:, axis], n)
        force -= _GRAVITY * places
        length = np.linalg.norm(force, axis=1, keepdims=True)
        places += force / np.maximum(length, 1e-9) * np.minimum(length, heat)
    return _evenly((places - places.mean(axis=0)).astype(np.float64))


def _evenly(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same directions from the middle, and the same order of distances, with the disc filled evenly."""
    distance = np.hypot(*places.T)
    rank = np.argsort(np.argsort(distance, kind="stable"), kind="stable")
    wanted = np.sqrt((rank + 0.5) / len(places))
    even: NDArray[np.float64] = places * (wanted / np.maximum(distance, 1e-12))[:, None]
    return even
