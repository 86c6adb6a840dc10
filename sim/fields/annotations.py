"""What a field may hold, read from its annotation."""

from __future__ import annotations

import dataclasses
import types
import typing
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.fields.errors import InputError
from sim.fields.quantities import Quantity


@dataclass(frozen=True)
class HasFields:
    """What annotations, choices and changes have to know of ``Settings``, which derives from this and nothing else does."""

    chosen_by = "name"  # without an annotation, or dataclasses would list it among all fields
    usual = ""

    def to_mapping(self) -> dict[str, Any]:
        """Every field as plain dicts, lists and scalars."""
        raise NotImplementedError


_SPECS: dict[type[HasFields], tuple[tuple[str, Any, Quantity], ...]] = {}


def specs(cls: type[HasFields]) -> tuple[tuple[str, Any, Quantity], ...]:
    """Name, annotation and quantity of each field."""
    if cls in _SPECS:
        return _SPECS[cls]
    hints = typing.get_type_hints(cls)
    fields = dataclasses.fields(cls)
    for name in set(vars(cls).get("__annotations__", {})) - {field.name for field in fields}:
        if hints[name] not in (ClassVar, dataclasses.KW_ONLY) and typing.get_origin(hints[name]) is not ClassVar:
            raise TypeError(f"{cls.__name__}.{name} is no field: {cls.__name__} lacks @dataclass(frozen=True)")
    _SPECS[cls] = tuple((field.name, hints[field.name], field.metadata.get("quantity", Quantity())) for field in fields)
    return _SPECS[cls]


def field_names(cls: type[HasFields]) -> list[str]:
    """Its fields, in the order in which they are declared."""
    return [field.name for field in dataclasses.fields(cls)]


def quantity_of(cls: type[HasFields], name: str) -> Quantity:
    """What ``quantity`` recorded about the field of a class."""
    return next(about for field, _, about in specs(cls) if field == name)


def kinds_of(hint: Any) -> tuple[Any, ...]:
    """The alternatives of an annotation, in its order (not cached: ``int | str`` equals ``str | int``)."""
    union = typing.get_origin(hint) in (typing.Union, types.UnionType)
    kinds: tuple[Any, ...] = typing.get_args(hint) if union else (hint,)
    for kind in kinds:
        scalar = kind in (int, float, bool, str, types.NoneType)
        if not (scalar or typing.get_origin(kind) is tuple or is_settings(kind)):
            raise TypeError(f"a settings field cannot have the type {kind}")
    return kinds


def is_settings(kind: Any) -> bool:
    """Whether an annotation is a class of settings."""
    return isinstance(kind, type) and issubclass(kind, HasFields)


def classes_of(hint: Any) -> tuple[type[HasFields], ...]:
    """The classes of settings among the alternatives."""
    return tuple(kind for kind in kinds_of(hint) if is_settings(kind))


def element_hints(hint: Any, length: int) -> tuple[Any, ...]:
    """The annotation of each element of a tuple. Raises ``InputError`` for another length than the annotation's."""
    arguments = next(typing.get_args(kind) for kind in kinds_of(hint) if typing.get_origin(kind) is tuple)
    if Ellipsis in arguments:
        return (arguments[0],) * length
    if len(arguments) != length:
        raise InputError(f"must be a list of {len(arguments)} values, not of {length}", "")
    return arguments
