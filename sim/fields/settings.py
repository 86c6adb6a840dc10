"""The base of all configuration, and the builder."""

from __future__ import annotations

import dataclasses
import re
import typing
from collections.abc import Mapping
from dataclasses import MISSING, dataclass
from functools import cached_property
from typing import Any, Self, TypeVar

from sim.fields.annotations import HasFields, element_hints, field_names, is_settings, specs
from sim.fields.arguments import checked
from sim.fields.canonical import canonical_json
from sim.fields.changes import changed_by, tree_of
from sim.fields.choices import is_choice, public_name, root_of
from sim.fields.errors import InputError, at, shown
from sim.fields.quantities import Quantity
from sim.fields.values import converted
from sim.sources import note

S = TypeVar("S", bound="Settings")
_BRIEF = 120  # characters of a repr beyond which its longer parts are left out


@dataclass(frozen=True)
class Settings(HasFields):
    """Base of all configuration; subclasses are ``@dataclass(frozen=True)``.

    Whole floats are accepted for int, ints for float, lists for tuples, mappings and names for nested settings, and what
    numpy and pandas have for any of these; paths are taken as text where a path is asked for, dates (and time stamps at
    midnight without a zone) where a day is. A bool is never a number, text is never parsed, and nan and infinities are
    refused. Raises ``InputError``.

    ``chosen_by`` is the key by which a mapping chooses among the classes of a family, and the attribute that has the name of
    each; ``usual`` is the name of the class that is meant where none is chosen, empty if one has to be.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        note(cls.__module__)
        word = cls.chosen_by
        wanted = (vars(base).get("__annotations__", {}).get(word, "") for base in cls.__mro__)
        registered = any("_registered_name" in vars(base) for base in cls.__mro__)
        if not registered and word not in vars(cls) and any(str(hint).startswith("ClassVar") for hint in wanted):
            setattr(cls, word, cls.__qualname__)  # until it is registered under another
        if "__repr__" not in vars(cls):
            cls.__repr__ = Settings.__repr__  # type: ignore[method-assign]  # or @dataclass makes one that tells everything

    def __post_init__(self) -> None:
        owner = type(self).__name__
        try:
            for name, hint, about in specs(type(self)):
                with at(name):
                    object.__setattr__(self, name, converted(getattr(self, name), hint, about))
        except InputError as error:
            raise InputError(error.problem, error.field, owner) from None
        try:
            self.check()
        except InputError as error:
            if error.owner:  # about another object, made inside check
                raise InputError(str(error)) from None
            subject, _, rest = error.problem.partition(" ")
            subject = subject.removeprefix(f"{owner}.")
            if error.field is None and re.split(r"[.\[]", subject)[0] in field_names(type(self)):
                raise InputError(rest, subject, owner) from None
            raise InputError(error.problem, error.field, owner) from None

    def check(self) -> None:
        """Cross-field checks of a subclass; runs when every field is valid by itself. Raises ``InputError``."""

    def __repr__(self) -> str:
        """What differs from the defaults, on one line; parts that would make it long are given as ``…``."""
        changed = [f for f in dataclasses.fields(self) if getattr(self, f.name) != _default(f)]
        parts = {field.name: _brief(getattr(self, field.name)) for field in changed}
        for name, text in sorted(parts.items(), key=lambda part: -len(part[1])):
            if sum(map(len, parts.values())) > _BRIEF and len(text) > 12:
                parts[name] = "…"
        return f"{type(self).__name__}({', '.join(f'{name}={text}' for name, text in parts.items())})"

    def _repr_html_(self) -> str:
        from sim.notebook import settings_table  # for notebooks only

        return settings_table(self)

    def to_mapping(self) -> dict[str, Any]:
        """Every field as plain dicts, lists and scalars; ``build(type(x), x.to_mapping()) == x``."""
        return {name: _plain(getattr(self, name), hint) for name, hint, _ in specs(type(self))}

    @cached_property
    def canonical(self) -> str:
        """``canonical_json`` of ``to_mapping``; settings never change, so it is written once."""
        return canonical_json(self.to_mapping())

    def replace(self, changes: Mapping[str, Any] | None = None, /, **named: Any) -> Self:
        """A copy with some fields changed: ``replace({"feed.length": 2})`` or ``replace(feed={"length": 2})``.

        Paths are those of ``describe_fields``, such as ``moderation.policies[0].day``. A mapping changes the fields it
        names and keeps the others, unless its ``name`` (or what else classes are ``chosen_by``) chooses another class,
        which then starts from its defaults; so an empty one changes nothing. An object takes the whole place:
        ``replace(feed=Feed())`` sets a part back. All changes are made at once, so that checks see only the result.
        Raises ``InputError``.
        """
        if not isinstance(changes, Mapping | None):
            raise InputError(f"must be a mapping of fields to values, not {shown(changes)}", "changes")
        with at(type(self).__name__):
            changed = changed_by(self, tree_of([*(changes or {}).items(), *named.items()]))
            return typing.cast(Self, converted(changed, root_of(type(self)), Quantity()))


def _plain(value: Any, hint: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(inner, kind) for inner, kind in zip(value, element_hints(hint, len(value)), strict=True)]
    if not isinstance(value, Settings):
        return value
    if not is_choice(value, hint):
        return value.to_mapping()
    if value.chosen_by in field_names(type(value)):
        raise TypeError(
            f"{type(value).__name__} has a field called {value.chosen_by} and so cannot be one of several classes"
        )
    return {value.chosen_by: public_name(type(value)), **value.to_mapping()}


def _default(field: dataclasses.Field[Any]) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


def _brief(value: Any) -> str:
    if isinstance(value, tuple):
        inner = ", ".join(_brief(element) for element in value[:3])
        return f"({inner})" if len(value) <= 3 else f"(… {len(value):,} values)"
    return shown(value) if isinstance(value, str) else repr(value)


def build(cls: type[S], mapping: Mapping[str, Any] | str | Settings, path: str = "world") -> S:
    """A ``cls`` from a plain nested mapping, or from a registered name where there are several classes.

    Missing keys take their defaults; ``path`` is what errors call the root. Raises ``InputError`` for an unknown,
    missing or unfit field.
    """
    if not is_settings(cls):
        raise InputError(f"must be a class of settings, not {shown(cls)}", "cls")
    with at(checked(path, str, "path")):
        return typing.cast(S, converted(mapping, cls, Quantity()))
