"""Random settings of any class, drawn from its fields' own metadata, so that a new field is drawn as soon as it is there.

A number is drawn from its range, a name from its choices, one of several classes from all that the library registers, a part
from its class. What has no range or an endless one, and what must agree with something else, is in ``limits``.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from dataclasses import Field, fields
from functools import cache
from typing import Any

from hypothesis import strategies as st

from sim.fields import Quantity, Settings
from tests.strategies.frame import Frame
from tests.strategies.limits import ADMITTED, AGREEMENTS, CHOSEN, NARROWED, SIZES

WIDEST = 10_000
"""A range beyond this has to be narrowed: no small world bears so many of anything."""


@cache
def registered(base: type[Settings]) -> list[type[Settings]]:
    """The classes of the library that a mapping could choose for a field of this class by name, or the class itself."""
    family = [
        cls for cls in _descendants(base) if "_registered_name" in vars(cls) and cls.__module__.startswith("sim.")
    ]
    return sorted(family, key=lambda cls: cls.__qualname__) or [base]


def _descendants(cls: type[Settings]) -> Iterator[type[Settings]]:
    yield cls
    for child in cls.__subclasses__():
        yield from _descendants(child)


def of(base: type[Settings], frame: Frame) -> st.SearchStrategy[Any]:
    """Any settings of a class or of the classes that are registered for it, fit for a frame."""
    admitted = ADMITTED.get(base, lambda cls, frame: True)
    return st.one_of([_settings(cls, frame) for cls in registered(base) if admitted(cls, frame)])


@st.composite
def _settings(draw: st.DrawFn, cls: type[Settings], frame: Frame) -> Settings:
    values = {
        name: draw(CHOSEN[key](frame) if key in CHOSEN else _drawn(kind, frame)) for name, key, kind in _plan(cls)
    }
    for ancestor in reversed(cls.__mro__):
        if ancestor in AGREEMENTS:
            AGREEMENTS[ancestor](values, frame)
    return cls(**values)


def _drawn(plan: Any, frame: Frame) -> st.SearchStrategy[Any]:
    """The strategy of a plan: one that depends on no frame as it is, the others made for this one."""
    return plan(frame) if callable(plan) else plan


@cache
def _plan(cls: type[Settings]) -> list[tuple[str, str, Any]]:
    """Name, key in the tables of ``limits`` and plan of each field."""
    hints = typing.get_type_hints(cls)
    found = []
    for field in fields(cls):
        keys = [f"{ancestor.__name__}.{field.name}" for ancestor in cls.__mro__]
        chosen = next((key for key in keys if key in CHOSEN), None)
        found.append((field.name, chosen or keys[0], None if chosen else _of_hint(hints[field.name], field, keys)))
    return found


def _of_hint(hint: Any, field: Field[Any], keys: list[str]) -> Any:
    about: Quantity = field.metadata.get("quantity", Quantity())
    low, high = next((NARROWED[key] for key in keys if key in NARROWED), (about.low, about.high))
    least, most = next((SIZES[key] for key in keys if key in SIZES), (0, 3))

    def number(kind: type) -> st.SearchStrategy[Any]:
        if low is None or high is None or high - low > WIDEST:
            raise TypeError(f"{keys[0]} ranges beyond {WIDEST}: narrow it in tests/strategies/limits.py")
        if kind is int:
            return st.integers(int(low), int(high))
        open_ = about.low_open and low == about.low
        inside = st.floats(low, high, exclude_min=open_)
        marks = [float(m) for m in (field.default, low, high) if isinstance(m, (int, float)) and low <= m <= high]
        return st.one_of(st.sampled_from([m for m in marks if m > low or not open_]), inside, inside)

    def of_kind(kind: Any) -> Any:
        if kind is types.NoneType:
            return st.none()
        if kind is bool:
            return st.booleans()
        if kind in (int, float):
            return number(kind)
        if kind is str and about.choices:
            return st.sampled_from(about.choices)
        if typing.get_origin(kind) is tuple and typing.get_args(kind)[1:] == (...,):
            each = of_kind(typing.get_args(kind)[0])
            if callable(each):
                return lambda frame: st.lists(each(frame), min_size=least, max_size=most).map(tuple)
            return st.lists(each, min_size=least, max_size=most).map(tuple)
        if isinstance(kind, type) and issubclass(kind, Settings):
            return lambda frame: of(kind, frame)
        raise TypeError(f"{keys[0]} is of type {kind}: say in tests/strategies/limits.py how it is drawn")

    union = typing.get_origin(hint) in (typing.Union, types.UnionType)
    plans = [of_kind(kind) for kind in (typing.get_args(hint) if union else (hint,))]
    if len(plans) == 1:
        return plans[0]
    if any(callable(plan) for plan in plans):
        return lambda frame: st.one_of([_drawn(plan, frame) for plan in plans])
    return st.one_of(plans)
