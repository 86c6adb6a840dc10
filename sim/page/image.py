"""The image of a world: a page's memory at the start, and the layout that says where in it everything lies.

The image begins with the table of words (``sim.page.table``); after it come all arrays, each from a multiple of 64 bytes on.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from sim.calendar import event_days
from sim.engine.arrays import ArrayEngine
from sim.engine.state import ARRAYS
from sim.outcomes import OUTCOMES
from sim.page.build import EXPORTED, STACK_END
from sim.page.kernels.moderating import Row
from sim.page.kernels.showing import Shown
from sim.page.kernels.stretch import DONE, UNFIT, Whole
from sim.page.levers import levers
from sim.page.policies import kinds_of_rows
from sim.page.table import Leaf, leaves, word_of, words_of
from sim.version import MODEL_VERSION

_LINE = 64
BASE = STACK_END
"""Where the image lies in the page's memory."""


def _aligned(size: int) -> int:
    return -(-size // _LINE) * _LINE


def image_of(whole: Whole) -> tuple[bytes, dict[str, int]]:
    """The image, and the address of everything in it by its path: of an array its first byte, of a number its word."""
    parts = list(leaves(whole))
    addresses, at, word = {}, BASE + _aligned(8 * sum(leaf.words for leaf in parts)), BASE
    for leaf in parts:
        if isinstance(leaf.value, np.ndarray):
            addresses[leaf.path] = at
            at += _aligned(leaf.value.nbytes)
        else:
            addresses[leaf.path] = word
        word += 8 * leaf.words
    image = bytearray(at - BASE)
    _put(image, BASE, words_of(parts, addresses))
    for leaf in parts:
        if isinstance(leaf.value, np.ndarray):
            _put(image, addresses[leaf.path], leaf.value)
    return bytes(image), addresses


def _put(image: bytearray, address: int, array: np.ndarray[Any, Any]) -> None:
    data = np.ascontiguousarray(array).tobytes()
    image[address - BASE : address - BASE + len(data)] = data


def layout_of(engine: ArrayEngine, whole: Whole, image: bytes, addresses: dict[str, int], code: str) -> dict[str, Any]:
    """The layout as a tree of plain values; ``code`` names the modules that the image is for."""
    world, parts = engine.world, list(leaves(whole))
    days = event_days(world.calendar, world.first_day, world.days)
    return {
        "code": code,
        "model_version": MODEL_VERSION,
        "image_sha256": hashlib.sha256(image).hexdigest(),
        "memory": {"base": BASE, "stack": STACK_END, "bytes": len(image), "entries": list(EXPORTED)},
        "status": {"done": DONE, "unfit": UNFIT},
        "seed": engine.seed_of_run,
        "population_seed": engine.population_seed,
        "people": world.people,
        "weight": world.weight,
        "arrays": {leaf.path: _array(leaf, addresses) for leaf in parts if isinstance(leaf.value, np.ndarray)},
        "numbers": {leaf.path: _number(leaf, addresses) for leaf in parts if not isinstance(leaf.value, np.ndarray)},
        "digest": [
            {"name": name, "array": f"state.{name}", "rows": _rows_in_digest(declared.shape[0])}
            for name, declared in ARRAYS.items()
            if declared.in_digest
        ],
        "calendar": {
            "first_day": world.first_day,
            "days": world.days,
            "burn_in_days": world.burn_in_days,
            "ticks_per_day": world.ticks_per_day,
            "events": [
                {"day": int(day), "name": event.name, "side": event.side, "hour": event.hour}
                for event, day in zip(world.calendar.events, days, strict=True)
                if day >= 0
            ],
        },
        "outcomes": [
            {"name": o.name, "unit": o.unit, "formula": o.formula, "range": o.range, "cumulative": o.cumulative} for o in OUTCOMES
        ],
        "shown": [column.name.lower() for column in Shown if column != Shown.COLUMNS],
        "policies": {"columns": [column.name.lower() for column in Row if column != Row.COLUMNS], "kinds": kinds_of_rows(world)},
        "levers": [lever._asdict() for lever in levers(world)],
    }  # fmt: skip


def _rows_in_digest(first: str | int) -> str:
    return {"slots": "used", "steps": "past"}.get(str(first), "all")


def _array(leaf: Leaf, addresses: dict[str, int]) -> dict[str, Any]:
    value = leaf.value
    fields = value.dtype.fields
    about: dict[str, Any] = {
        "address": addresses[leaf.path],
        "dtype": value.dtype.name if fields is None else "entry",
        "bytes": int(value.dtype.itemsize),
        "shape": list(value.shape),
    }
    if fields is not None:
        about["fields"] = {name: {"dtype": kind.name, "offset": offset} for name, (kind, offset, *_) in fields.items()}
    return about


def _number(leaf: Leaf, addresses: dict[str, int]) -> dict[str, Any]:
    value = leaf.value
    kind = "float" if isinstance(value, float) else "bool" if isinstance(value, bool) else "int"
    return {"address": addresses[leaf.path], "kind": kind, "bits": str(word_of(value))}
