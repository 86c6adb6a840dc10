"""From what somebody wrote to the value of a field, or to a sentence that says why not."""

from __future__ import annotations

import dataclasses
import math
import numbers
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING
from typing import Any

from sim.fields.annotations import HasFields, classes_of, element_hints, field_names, kinds_of
from sim.fields.choices import default_class, members_of, public_name, root_of, usual_class
from sim.fields.errors import InputError, at, did_you_mean, shown, steers, step_of
from sim.fields.quantities import Quantity
from sim.plain import day_text, path_text, unwrapped


def converted(value: Any, hint: Any, about: Quantity) -> Any:
    """What a field of this annotation holds where this was given. Raises ``InputError``."""
    kinds, classes = kinds_of(hint), classes_of(hint)
    value = unwrapped(value)
    if (value is None and types.NoneType in kinds) or (classes and isinstance(value, classes)):
        return value
    named = isinstance(value, str) and str not in kinds and bool(members_of(classes))
    if classes and (named or isinstance(value, Mapping)):
        return _member(classes, value)
    for kind in kinds:
        if typing.get_origin(kind) is tuple and isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
            elements = []
            for i, (element, inner) in enumerate(zip(value, element_hints(hint, len(value)), strict=True)):
                fitted: Any = _scalar(element, inner, about)  # first, because a world may list every person's opinion
                if fitted is None:
                    with at(f"[{i}]"):
                        fitted = converted(element, inner, about)
                elements.append(fitted)
            return tuple(elements)
        fitted = _scalar(value, kind, about)
        if fitted is not None:
            return fitted
    if isinstance(value, str) and str in kinds and any(map(steers, value)):
        raise InputError(f"must be text without control characters, not {shown(value)}", "")
    text = "the text " if isinstance(value, str) and about.choices is None else ""
    near = did_you_mean(value, about.choices or ())
    raise InputError(f"must be {allowed_words(hint, about)}, not {text}{shown(value)}{near}", "")


def _scalar(value: Any, kind: Any, about: Quantity) -> bool | int | float | str | None:
    """The value as exactly this kind, or None where it does not fit."""
    if kind is bool:
        return value if isinstance(value, bool) else None
    if kind is str:
        text = _text(value, about)
        if about.choices is not None:
            return text if text in about.choices else None
        return None if text is None or any(map(steers, text)) else text
    if kind not in (int, float) or isinstance(value, bool) or not isinstance(value, numbers.Real):
        return None
    try:
        number: int | float = kind(value)
    except (ValueError, OverflowError):
        return None
    exact = math.isfinite(number) if kind is float else number == value
    if not exact or not about.holds(number):
        return None
    return number if kind is int else number + 0.0  # -0.0 is 0.0, as in keys


def _text(value: Any, about: Quantity) -> str | None:
    if isinstance(value, str):
        return str.__str__(value)
    if "ISO date" in about.unit:
        return day_text(value)
    return path_text(value) if about.unit == "path" else None


def _member(classes: tuple[type[HasFields], ...], given: Mapping[Any, Any] | str) -> HasFields:
    members, word = members_of(classes), classes[0].chosen_by
    cls = usual_class(classes)
    values: dict[Any, Any] = {word: given} if isinstance(given, str) else dict(given)
    if word in values and (cls is None or word not in field_names(cls)):
        known = members_of(classes, registered=False)
        name = values[word]
        chosen = known.get(name) if isinstance(name, str) else None
        if chosen is None and (cls is None or members):
            raise InputError(f"must be one of {', '.join(members)}, not {shown(name)}{did_you_mean(name, members)}", "")
        if chosen is not None:
            cls = chosen
            del values[word]
    if cls is None:
        raise InputError(f"needs a {word}: one of {', '.join(members)}", "")
    require_fields(cls, values)
    for field in dataclasses.fields(cls):
        if field.name not in values and field.default is MISSING and field.default_factory is MISSING:
            raise InputError("is missing and has no default", field.name)
    return cls(**values)


def require_fields(cls: type[HasFields], keys: Iterable[Any]) -> None:
    """Raises ``InputError`` for a key that is no field of the class."""
    names = field_names(cls)
    for key in keys:
        if key not in names:
            registered = "_registered_name" in vars(cls)
            others = [
                name for name, other in members_of((root_of(cls),)).items() if registered and key in field_names(other)
            ]
            if others:
                raise InputError(f"is not a field of {public_name(cls)}, but of {', '.join(others[:3])}", step_of(key))
            allowed = f"; allowed are {', '.join(names)}" if names else f"; {cls.__name__} has no fields"
            near = did_you_mean(key, [*names, cls.chosen_by] if registered else names, quote="")
            raise InputError(f"is not a field{near or allowed}", step_of(key))


def allowed_words(hint: Any, about: Quantity) -> str:
    """What a field takes, in words."""
    kinds, classes = kinds_of(hint), classes_of(hint)
    words = []
    for kind in kinds:
        if kind in (int, float):
            noun = "a whole number" if kind is int else "a number" if about.range() else "a finite number"
            words.append(f"{noun} {about.range()}".rstrip())
        elif kind is str:
            text = "an ISO date" if "ISO date" in about.unit else "text"
            words.append(text if about.choices is None else f"one of {', '.join(about.choices)}")
        elif kind is bool:
            words.append("true or false")
        elif typing.get_origin(kind) is tuple:
            arguments = typing.get_args(kind)
            each = (
                f", each {allowed_words(arguments[0], about)}"
                if Ellipsis in arguments
                else f" of {len(arguments)} values"
            )
            words.append("a list" + each)
    if classes and default_class(classes) is None:
        words.append(f"one of {', '.join(members_of(classes))}")
    elif classes:
        words.append(f"a mapping of the fields of {classes[0].__name__}")
    return " or ".join([*words, "none"] if types.NoneType in kinds else words)
