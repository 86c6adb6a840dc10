"""All fields of settings with what is recorded about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sim.fields.annotations import element_hints, specs
from sim.fields.arguments import checked, instance
from sim.fields.choices import is_choice, public_name
from sim.fields.errors import joined
from sim.fields.quantities import Plausible, Quantity
from sim.fields.settings import Settings
from sim.fields.values import allowed_words


@dataclass(frozen=True)
class FieldInfo:
    """One leaf field of a settings tree; ``allowed`` is the range or the choices in words, ``plausible`` what an assumption may
    well be."""

    path: str
    value: Any
    unit: str
    low: float | None
    high: float | None
    source: str
    doc: str
    assumption: bool
    allowed: str
    plausible: Plausible | None = None


def describe_fields(settings: Settings, path: str = "world") -> list[FieldInfo]:
    """All leaf fields in order; a choice among several classes is a row of its own before the chosen class's fields.

    A field without a source counts as an assumption.
    """
    root = checked(path, str, "path")
    return list(_rows(root, instance(settings, Settings, "settings"), type(settings), Quantity()))


def _rows(path: str, value: Any, hint: Any, about: Quantity) -> Iterator[FieldInfo]:
    if isinstance(value, tuple) and any(isinstance(element, Settings) for element in value):
        for i, (element, inner) in enumerate(zip(value, element_hints(hint, len(value)), strict=True)):
            yield from _rows(f"{path}[{i}]", element, inner, about)
        return
    nested = isinstance(value, Settings)
    if not nested or is_choice(value, hint):
        shown = public_name(type(value)) if nested else value
        assumed = not about.source or about.source.lower().startswith("assumption")
        allowed = allowed_words(hint, about)
        yield FieldInfo(
            path, shown, about.unit, about.low, about.high, about.source, about.doc, assumed, allowed, about.plausible
        )
    if nested:
        for name, inner, inner_about in specs(type(value)):
            yield from _rows(joined(path, name), getattr(value, name), inner, inner_about)
