"""Families of classes of settings, of which a mapping chooses one by name."""

from __future__ import annotations

import inspect
import sys
from abc import ABC
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from sim.fields.annotations import HasFields, classes_of, field_names, is_settings
from sim.fields.errors import InputError

H = TypeVar("H", bound=HasFields)


def register(name: str) -> Callable[[type[H]], type[H]]:
    """Class decorator giving a class of settings its public name, ``cls.name`` (or what it is ``chosen_by``), by which mappings
    choose it."""

    def named(cls: type[H]) -> type[H]:
        if cls.chosen_by in field_names(cls):
            raise TypeError(f"{cls.__name__} has a field called {cls.chosen_by} and so cannot be registered")
        for attribute in (cls.chosen_by, "_registered_name"):
            setattr(cls, attribute, name)
        return cls

    return named


def registered_names(base: type[HasFields]) -> list[str]:
    """The names of a class and of those that derive from it, as far as they are registered."""
    return list(members_of((base,)))


def public_name(cls: type[HasFields]) -> str:
    """By which mappings choose a class: the name it was registered under, else its module and class."""
    return str(vars(cls).get("_registered_name") or f"{cls.__module__}.{cls.__qualname__}")


def _family(cls: type[HasFields]) -> Iterator[type[HasFields]]:
    yield cls
    for child in cls.__subclasses__():
        yield from _family(child)


def _origin(cls: type[HasFields]) -> tuple[str, str]:
    """Where a class is written: a file may be loaded under two names."""
    file = getattr(sys.modules.get(cls.__module__), "__file__", None)
    return file or cls.__module__, cls.__qualname__


def members_of(classes: Iterable[type[HasFields]], registered: bool = True) -> dict[str, type[HasFields]]:
    """The families' classes by name, as far as they are registered or all. Raises ``InputError`` where two have one name."""
    members: dict[str, type[HasFields]] = {}
    for cls in (member for base in classes for member in _family(base)):
        if "_registered_name" in vars(cls) or not registered:
            name = public_name(cls)
            rival = members.get(name, cls)  # a class defined again, as in a notebook, takes the older one's place
            if _origin(rival) != _origin(cls):
                both = " and ".join(f"{c.__module__}.{c.__qualname__}" for c in (rival, cls))
                raise InputError(f"{both} are both registered as {name}: one of them needs another name")
            members[name] = cls
    return members


def root_of(cls: type[HasFields]) -> type[HasFields]:
    """The class that all of a class's family derive from: the last before ``Settings`` itself."""
    return [base for base in cls.__mro__ if is_settings(base) and HasFields not in (base, *base.__bases__)][-1]


def usual_class(classes: tuple[type[HasFields], ...]) -> type[HasFields] | None:
    """The class meant by a mapping without a name."""
    usual = classes[0].usual if len(classes) == 1 else ""
    return members_of(classes)[usual] if usual else default_class(classes)


def default_class(classes: tuple[type[HasFields], ...]) -> type[HasFields] | None:
    """The class of a field, if it can be an object and is no choice."""
    if len(classes) != 1 or inspect.isabstract(classes[0]) or ABC in classes[0].__bases__:
        return None
    bare = not field_names(classes[0]) and "_registered_name" not in vars(classes[0])
    return None if bare and members_of(classes) else classes[0]


def is_choice(value: HasFields, hint: Any) -> bool:
    """Whether an annotation leaves open of which class its value is."""
    return classes_of(hint) != (type(value),)
