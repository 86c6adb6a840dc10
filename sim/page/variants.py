"""Variants: other worlds with the same people, in the same page. Each is exact, and most of what it is the page has already."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from sim.fields import InputError, shown
from sim.page.patch import arrays_of, patch_of
from sim.world import World

MOST = 100
"""Variants of a page."""
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,60}")
_PEOPLE = ("anchor", "confidence_bound", "susceptibility", "courage", "joining", "sessions_per_day", "topic_reader")
_SAME = ("code", "seed", "population_seed", "people", "weight", "calendar", "outcomes")


class Variant(NamedTuple):
    """Another ``world`` of a page: the ``layout`` that it has there, and the ``patch`` that makes it (``sim.page.patch``)."""

    world: World
    layout: Mapping[str, Any]
    patch: bytes


Export = Callable[[World], tuple[bytes, Mapping[str, Any]]]


def variants_of(
    world: World,
    image: bytes,
    layout: Mapping[str, Any],
    changes: Mapping[str, Mapping[str, Any]],
    export: Export,
) -> dict[str, Variant]:
    """Variants by name, each the page's world with changed fields (as ``World.replace``); ``export`` gives a world's image and
    layout. Raises InputError, naming it, for what no variant can be."""
    if len(changes) > MOST:
        raise InputError(f"must be at most {MOST}, not {len(changes)}", "variants")
    found: dict[str, Variant] = {}
    known = [_Known(None, image, layout, {}, 0)]
    for name, fields in changes.items():
        if not _NAME.fullmatch(name):
            raise InputError(f"must have names of letters, digits, _, - and . only, not {shown(name)}", "variants")
        place = f"variants.{name}"
        try:
            other = world.replace(fields)
            other_image, other_layout = export(other)
        except InputError as error:
            raise InputError(
                error.problem, f"{place}.{(error.field or '').removeprefix('World.')}".rstrip(".")
            ) from None
        _check(image, layout, other_image, other_layout, place)
        like = max(known, key=lambda each: (each.shared(fields), each.size))
        patch = patch_of(like.image, like.layout, other_image, other_layout, like.name)
        found[name] = Variant(other, other_layout, patch)
        if len(fields) == 1:  # what several changes are made of; images are large
            known.append(_Known(name, other_image, other_layout, fields, len(patch)))
    return found


class _Known(NamedTuple):
    """A world that others may be made of, with the changed ``fields`` that it has and how long its patch is."""

    name: str | None
    image: bytes
    layout: Mapping[str, Any]
    fields: Mapping[str, Any]
    size: int

    def shared(self, fields: Mapping[str, Any]) -> int:
        """How many changes it has in common with others, less those that it has alone."""
        same = sum(name in fields and fields[name] == value for name, value in self.fields.items())
        return 2 * same - len(self.fields)


def _check(image: bytes, layout: Mapping[str, Any], other: bytes, other_layout: Mapping[str, Any], place: str) -> None:
    """Raise InputError for a world that has other people, or another calendar."""
    wrong = next((key for key in _SAME if layout[key] != other_layout[key]), None)
    if wrong is not None:
        raise InputError(f"must leave the page's {wrong.replace('_', ' ')} as it is", place)
    held, others = (
        dict(arrays_of(each, about)) for each, about in ((image, layout), (other, other_layout))
    )  # fmt: skip
    if any(not np.array_equal(held[f"society.{name}"], others[f"society.{name}"]) for name in _PEOPLE):
        raise InputError("must leave people as they are: a variant has the same", place)
