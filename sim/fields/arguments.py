"""Arguments of functions, held to what fields are held to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from sim.fields.errors import InputError, at, did_you_mean, shown
from sim.fields.quantities import Quantity
from sim.fields.values import converted

T = TypeVar("T")


def checked(value: Any, hint: Any, field: str, **about: Any) -> Any:
    """An argument of a function, held to an annotation as fields of settings are; ``about`` as in ``Quantity``.

    Raises ``InputError`` naming ``field``.
    """
    with at(field):
        return converted(value, hint, Quantity(**about))


def instance(value: Any, cls: type[T], field: str) -> T:
    """An argument of a function that has to be an object of a class. Raises ``InputError`` naming ``field``."""
    if isinstance(value, cls):
        return value
    article = "an" if cls.__name__[0] in "AEIOU" else "a"
    raise InputError(f"must be {article} {cls.__name__}, not {shown(value)}", field)


def chosen(value: Any, names: Iterable[str], field: str) -> str:
    """An argument of a function that has to be one of some names. Raises ``InputError`` with a near match."""
    known = list(names)
    if isinstance(value, str) and value in known:
        return value
    raise InputError(f"must be one of {', '.join(known)}, not {shown(value)}{did_you_mean(value, known)}", field)
