"""Units, ranges, sources, and the typed builder that makes configuration from plain mappings.

Every configuration class is a frozen dataclass deriving from ``Settings``; every leaf field is declared with
``quantity``. Values are checked whenever an object is made: directly, with ``build`` from YAML-like mappings, or with
``replace``::

    @register("bounded_confidence")
    @dataclass(frozen=True)
    class BoundedConfidence(OpinionRule):
        strength: float = quantity(0.01, unit="1", low=0, high=1, low_open=True, source="assumption", doc="Pull.")

A field may be int, float, bool, str, a Settings class, a tuple of these (``tuple[T, ...]`` or of fixed length), or a
union of these with each other and None. A field of a Settings class takes any subclass. Where more than one class is
possible, a mapping chooses by the key ``name``, and a bare name means that class with its defaults. A base that is no
choice itself derives from ``abc.ABC`` and declares ``name: ClassVar[str]`` for its readers; it may choose by another word
(``chosen_by``) and say which class a mapping without one means (``usual``).
"""

from __future__ import annotations

import dataclasses
import datetime
import difflib
import inspect
import json
import math
import numbers
import re
import sys
import types
import typing
import unicodedata
from abc import ABC
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import MISSING, dataclass
from functools import cached_property
from typing import Any, ClassVar, NamedTuple, Self, TypeVar

from sim.plain import day_text, path_text, unwrapped
from sim.sources import note

S = TypeVar("S", bound="Settings")
T = TypeVar("T")


_LONGEST_WORD, _LONGEST = 300, 1_500  # characters
_LONGEST_NAME = 80  # of a name that near ones are sought for


class InputError(ValueError):
    """Bad input: one sentence naming the field, the value, what is allowed, and a near match for a typo.

    Inside ``Settings.check``, ``InputError("must be below 5, not 7", field="length")`` becomes ``world.feed.length must
    be below 5, not 7.`` in ``build``; a sentence that begins with a field's name (``"length must …"``) is placed
    likewise. ``field`` is the path of the field as far as it is known, ``problem`` the rest of the sentence.
    """

    def __init__(self, problem: str, field: str | None = None, owner: str = "") -> None:
        self.problem = _readable(problem if problem.endswith((".", "?")) else problem + ".")
        self.field = field
        self.owner = owner
        super().__init__(_readable(self.problem if field is None else f"{_join(owner, field)} {self.problem}"))

    def under(self, prefix: str) -> InputError:
        """The same error seen from one level further out; the class that raised it gives way to the path."""
        return self if self.field is None else InputError(self.problem, _join(prefix, self.field))


class Plausible(NamedTuple):
    """The range in which the value of an assumption may well lie, and why it is that; ``log`` where factors count, not sums."""

    low: float
    high: float
    why: str
    log: bool = False

    def __str__(self) -> str:
        return f"{_number(self.low)} to {_number(self.high)}{' (by factors)' if self.log else ''}: {self.why}"


@dataclass(frozen=True)
class Quantity:
    """What ``quantity`` records about a field; ``low_open`` and ``high_open`` exclude the bound itself."""

    unit: str = ""
    source: str = ""
    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False
    choices: tuple[str, ...] | None = None
    doc: str = ""
    plausible: Plausible | None = None

    def __post_init__(self) -> None:
        """Raises TypeError for ranges that cannot be."""
        if self.low is not None and self.high is not None and self.low > self.high:
            raise TypeError(f"a quantity's low ({self.low}) must not exceed its high ({self.high})")
        if (likely := self.plausible) is None:
            return
        if not likely.low < likely.high or not self.holds(likely.low) or not self.holds(likely.high):
            raise TypeError(
                f"what is plausible must be a range {self.range() or 'of two numbers'}, not {likely.low} to {likely.high}"
            )
        if likely.log and likely.low <= 0:
            raise TypeError(f"what is plausible by factors must begin above 0, not at {likely.low}")
        if not likely.why:
            raise TypeError("what is plausible must say why")

    def holds(self, number: float) -> bool:
        """Whether a number lies in the range."""
        above = self.low is None or number > self.low or (number == self.low and not self.low_open)
        below = self.high is None or number < self.high or (number == self.high and not self.high_open)
        return above and below

    def range(self) -> str:
        """The range in words, such as ``above 0 and at most 1``; empty without bounds."""
        if self.low is not None and self.high is not None and not self.low_open and not self.high_open:
            return f"from {_number(self.low)} to {_number(self.high)}"
        words = []
        if self.low is not None:
            words.append(f"{'above' if self.low_open else 'of at least'} {_number(self.low)}")
        if self.high is not None:
            closed = "at most" if words else "of at most"
            words.append(f"{'below' if self.high_open else closed} {_number(self.high)}")
        return " and ".join(words)


def quantity(
    default: Any = MISSING,
    *,
    unit: str,
    source: str,
    low: float | None = None,
    high: float | None = None,
    low_open: bool = False,
    high_open: bool = False,
    choices: tuple[str, ...] | None = None,
    doc: str,
    default_factory: Callable[[], Any] | None = None,
    plausible: Plausible | None = None,
) -> Any:
    """A dataclass field with its unit, range, source and a one-sentence doc.

    ``source`` is a reference, or ``assumption`` possibly followed by ``: reason``. Range and choices apply to every
    element of a tuple. ``plausible`` is where the value of an assumption may well lie: what studies of what an answer depends
    on vary. Raises TypeError for ranges that cannot be.
    """
    metadata = {"quantity": Quantity(unit, source, low, high, low_open, high_open, choices, doc, plausible)}
    if default_factory is not None:
        return dataclasses.field(default_factory=default_factory, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Settings:
    """Base of all configuration; subclasses are ``@dataclass(frozen=True)``.

    Whole floats are accepted for int, ints for float, lists for tuples, mappings and names for nested settings, and what
    numpy and pandas have for any of these; paths are taken as text where a path is asked for, dates (and time stamps at
    midnight without a zone) where a day is. A bool is never a number, text is never parsed, and nan and infinities are
    refused. Raises ``InputError``.

    ``chosen_by`` is the key by which a mapping chooses among the classes of a family, and the attribute that has the name of
    each; ``usual`` is the name of the class that is meant where none is chosen, empty if one has to be.
    """

    chosen_by = "name"  # without an annotation, or dataclasses would list it among all fields
    usual = ""

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
            for name, hint, about in _specs(type(self)):
                with _at(name):
                    object.__setattr__(self, name, _convert(getattr(self, name), hint, about))
        except InputError as error:
            raise InputError(error.problem, error.field, owner) from None
        try:
            self.check()
        except InputError as error:
            if error.owner:  # about another object, made inside check
                raise InputError(str(error)) from None
            subject, _, rest = error.problem.partition(" ")
            subject = subject.removeprefix(f"{owner}.")
            if error.field is None and re.split(r"[.\[]", subject)[0] in _names(type(self)):
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
        return {name: _plain(getattr(self, name), hint) for name, hint, _ in _specs(type(self))}

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
        with _at(type(self).__name__):
            changed = _changed(self, _tree([*(changes or {}).items(), *named.items()]))
            return typing.cast(Self, _convert(changed, _root(type(self)), Quantity()))


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


def build(cls: type[S], mapping: Mapping[str, Any] | str | Settings, path: str = "world") -> S:
    """A ``cls`` from a plain nested mapping, or from a registered name where there are several classes.

    Missing keys take their defaults; ``path`` is what errors call the root. Raises ``InputError`` for an unknown,
    missing or unfit field.
    """
    if not _is_settings(cls):
        raise InputError(f"must be a class of settings, not {shown(cls)}", "cls")
    with _at(checked(path, str, "path")):
        return typing.cast(S, _convert(mapping, cls, Quantity()))


def field_units(field: dataclasses.Field[Any]) -> str:
    """The unit of a field of settings."""
    return str(field.metadata.get("quantity", Quantity()).unit)


def checked(value: Any, hint: Any, field: str, **about: Any) -> Any:
    """An argument of a function, held to an annotation as fields of settings are; ``about`` as in ``Quantity``.

    Raises ``InputError`` naming ``field``.
    """
    with _at(field):
        return _convert(value, hint, Quantity(**about))


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


def register(name: str) -> Callable[[type[S]], type[S]]:
    """Class decorator giving a Settings class its public name, ``cls.name`` (or what it is ``chosen_by``), by which mappings
    choose it."""

    def named(cls: type[S]) -> type[S]:
        if cls.chosen_by in _names(cls):
            raise TypeError(f"{cls.__name__} has a field called {cls.chosen_by} and so cannot be registered")
        for attribute in (cls.chosen_by, "_registered_name"):
            setattr(cls, attribute, name)
        return cls

    return named


def describe_fields(settings: Settings, path: str = "world") -> list[FieldInfo]:
    """All leaf fields in order; a choice among several classes is a row of its own before the chosen class's fields.

    A field without a source counts as an assumption.
    """
    root = checked(path, str, "path")
    return list(_rows(root, instance(settings, Settings, "settings"), type(settings), Quantity()))


def quantity_of(cls: type[Settings], name: str) -> Quantity:
    """What ``quantity`` recorded about the field of a class."""
    return next(about for field, _, about in _specs(cls) if field == name)


def canonical_json(obj: Any) -> str:
    """The one JSON text of a value, for content keys: sorted keys, no spaces, floats by repr, -0.0 as 0.0.

    Settings are written by ``to_mapping``; registered classes carry their name. Raises ``TypeError`` for what JSON
    cannot hold and ``ValueError`` for nan and infinities.
    """
    return json.dumps(_json(obj), sort_keys=True, separators=(",", ":"), allow_nan=False)


def steers(letter: str) -> bool:
    """Whether a character is no text but steers what shows it (control, line and writing direction) or is half of one."""
    return unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") or letter in _DIRECTIONS


_DIRECTIONS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


# Annotations


_SPECS: dict[type[Settings], tuple[tuple[str, Any, Quantity], ...]] = {}


def _specs(cls: type[Settings]) -> tuple[tuple[str, Any, Quantity], ...]:
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


def _names(cls: type[Settings]) -> list[str]:
    return [field.name for field in dataclasses.fields(cls)]


def _kinds(hint: Any) -> tuple[Any, ...]:
    """The alternatives of an annotation, in its order (not cached: ``int | str`` equals ``str | int``)."""
    union = typing.get_origin(hint) in (typing.Union, types.UnionType)
    kinds: tuple[Any, ...] = typing.get_args(hint) if union else (hint,)
    for kind in kinds:
        scalar = kind in (int, float, bool, str, types.NoneType)
        if not (scalar or typing.get_origin(kind) is tuple or _is_settings(kind)):
            raise TypeError(f"a settings field cannot have the type {kind}")
    return kinds


def _is_settings(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Settings)


def _classes(hint: Any) -> tuple[type[Settings], ...]:
    return tuple(kind for kind in _kinds(hint) if _is_settings(kind))


def _element_hints(hint: Any, length: int) -> tuple[Any, ...]:
    arguments = next(typing.get_args(kind) for kind in _kinds(hint) if typing.get_origin(kind) is tuple)
    if Ellipsis in arguments:
        return (arguments[0],) * length
    if len(arguments) != length:
        raise InputError(f"must be a list of {len(arguments)} values, not of {length}", "")
    return arguments


# Choosing a class by name


def _family(cls: type[Settings]) -> Iterator[type[Settings]]:
    yield cls
    for child in cls.__subclasses__():
        yield from _family(child)


def public_name(cls: type[Settings]) -> str:
    """By which mappings choose a class: the name it was registered under, else its module and class."""
    return str(vars(cls).get("_registered_name") or f"{cls.__module__}.{cls.__qualname__}")


def _origin(cls: type[Settings]) -> tuple[str, str]:
    """Where a class is written: a file may be loaded under two names."""
    file = getattr(sys.modules.get(cls.__module__), "__file__", None)
    return file or cls.__module__, cls.__qualname__


def _members(classes: Iterable[type[Settings]], registered: bool = True) -> dict[str, type[Settings]]:
    members: dict[str, type[Settings]] = {}
    for cls in (member for base in classes for member in _family(base)):
        if "_registered_name" in vars(cls) or not registered:
            name = public_name(cls)
            rival = members.get(name, cls)  # a class defined again, as in a notebook, takes the older one's place
            if _origin(rival) != _origin(cls):
                both = " and ".join(f"{c.__module__}.{c.__qualname__}" for c in (rival, cls))
                raise InputError(f"{both} are both registered as {name}: one of them needs another name")
            members[name] = cls
    return members


def registered_names(base: type[Settings]) -> list[str]:
    """The names of a class and of those that derive from it, as far as they are registered."""
    return list(_members((base,)))


def _root(cls: type[Settings]) -> type[Settings]:
    """The class that all of a class's family derive from."""
    return [base for base in cls.__mro__ if _is_settings(base) and base is not Settings][-1]


def _usual_class(classes: tuple[type[Settings], ...]) -> type[Settings] | None:
    """The class meant by a mapping without a name."""
    usual = classes[0].usual if len(classes) == 1 else ""
    return _members(classes)[usual] if usual else _default_class(classes)


def _default_class(classes: tuple[type[Settings], ...]) -> type[Settings] | None:
    """The class of a field, if it can be an object and is no choice."""
    if len(classes) != 1 or inspect.isabstract(classes[0]) or ABC in classes[0].__bases__:
        return None
    bare = not _names(classes[0]) and "_registered_name" not in vars(classes[0])
    return None if bare and _members(classes) else classes[0]


def _is_choice(value: Settings, hint: Any) -> bool:
    return _classes(hint) != (type(value),)


def _member(classes: tuple[type[Settings], ...], given: Mapping[Any, Any] | str) -> Settings:
    members, word = _members(classes), classes[0].chosen_by
    cls = _usual_class(classes)
    values: dict[Any, Any] = {word: given} if isinstance(given, str) else dict(given)
    if word in values and (cls is None or word not in _names(cls)):
        known = _members(classes, registered=False)
        name = values[word]
        chosen = known.get(name) if isinstance(name, str) else None
        if chosen is None and (cls is None or members):
            raise InputError(f"must be one of {', '.join(members)}, not {shown(name)}{did_you_mean(name, members)}", "")
        if chosen is not None:
            cls = chosen
            del values[word]
    if cls is None:
        raise InputError(f"needs a {word}: one of {', '.join(members)}", "")
    _require_fields(cls, values)
    for field in dataclasses.fields(cls):
        if field.name not in values and field.default is MISSING and field.default_factory is MISSING:
            raise InputError("is missing and has no default", field.name)
    return cls(**values)


def _require_fields(cls: type[Settings], keys: Iterable[Any]) -> None:
    names = _names(cls)
    for key in keys:
        if key not in names:
            registered = "_registered_name" in vars(cls)
            others = [name for name, other in _members((_root(cls),)).items() if registered and key in _names(other)]
            if others:
                raise InputError(f"is not a field of {public_name(cls)}, but of {', '.join(others[:3])}", _step(key))
            allowed = f"; allowed are {', '.join(names)}" if names else f"; {cls.__name__} has no fields"
            near = did_you_mean(key, [*names, cls.chosen_by] if registered else names, quote="")
            raise InputError(f"is not a field{near or allowed}", _step(key))


# Values


@contextmanager
def _at(step: str) -> Iterator[None]:
    try:
        yield
    except InputError as error:
        raise error.under(step) from None


def _convert(value: Any, hint: Any, about: Quantity) -> Any:
    kinds, classes = _kinds(hint), _classes(hint)
    value = unwrapped(value)
    if (value is None and types.NoneType in kinds) or (classes and isinstance(value, classes)):
        return value
    named = isinstance(value, str) and str not in kinds and bool(_members(classes))
    if classes and (named or isinstance(value, Mapping)):
        return _member(classes, value)
    for kind in kinds:
        if typing.get_origin(kind) is tuple and isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
            elements = []
            for i, (element, inner) in enumerate(zip(value, _element_hints(hint, len(value)), strict=True)):
                fitted: Any = _scalar(element, inner, about)  # first, because a world may list every person's opinion
                if fitted is None:
                    with _at(f"[{i}]"):
                        fitted = _convert(element, inner, about)
                elements.append(fitted)
            return tuple(elements)
        fitted = _scalar(value, kind, about)
        if fitted is not None:
            return fitted
    if isinstance(value, str) and str in kinds and any(map(steers, value)):
        raise InputError(f"must be text without control characters, not {shown(value)}", "")
    text = "the text " if isinstance(value, str) and about.choices is None else ""
    near = did_you_mean(value, about.choices or ())
    raise InputError(f"must be {_allowed(hint, about)}, not {text}{shown(value)}{near}", "")


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


def _plain(value: Any, hint: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(inner, kind) for inner, kind in zip(value, _element_hints(hint, len(value)), strict=True)]
    if not isinstance(value, Settings):
        return value
    if not _is_choice(value, hint):
        return value.to_mapping()
    if value.chosen_by in _names(type(value)):
        raise TypeError(
            f"{type(value).__name__} has a field called {value.chosen_by} and so cannot be one of several classes"
        )
    return {value.chosen_by: public_name(type(value)), **value.to_mapping()}


def _json(value: Any) -> Any:
    if isinstance(value, Settings):
        name = vars(type(value)).get("_registered_name")
        return _json(value.to_mapping() if name is None else {value.chosen_by: name, **value.to_mapping()})
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return float(value) + 0.0  # turns -0.0 into 0.0
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {key: _json(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray, memoryview)):
        return [_json(inner) for inner in value]
    raise TypeError(f"canonical JSON cannot hold {shown(value)}")


def _rows(path: str, value: Any, hint: Any, about: Quantity) -> Iterator[FieldInfo]:
    if isinstance(value, tuple) and any(isinstance(element, Settings) for element in value):
        for i, (element, inner) in enumerate(zip(value, _element_hints(hint, len(value)), strict=True)):
            yield from _rows(f"{path}[{i}]", element, inner, about)
        return
    nested = isinstance(value, Settings)
    if not nested or _is_choice(value, hint):
        shown = public_name(type(value)) if nested else value
        assumed = not about.source or about.source.lower().startswith("assumption")
        allowed = _allowed(hint, about)
        yield FieldInfo(
            path, shown, about.unit, about.low, about.high, about.source, about.doc, assumed, allowed, about.plausible
        )
    if nested:
        for name, inner, inner_about in _specs(type(value)):
            yield from _rows(_join(path, name), getattr(value, name), inner, inner_about)


# Changes by path


def _tree(changes: Iterable[tuple[Any, Any]]) -> dict[Any, Any]:
    """Dotted paths as nested dicts; ``policies[0].day`` becomes ``{"policies": {"[0]": {"day": …}}}``."""
    tree: dict[Any, Any] = {}
    for path, value in changes:
        first, *steps = path.replace("[", ".[").split(".") if isinstance(path, str) else [path]
        branch = _tree(value.items()) if isinstance(value, Mapping) else value
        for step in reversed(steps):
            branch = {step: branch}
        _merge(tree, first, branch)
    return tree


def _merge(tree: dict[Any, Any], step: Any, branch: Any) -> None:
    if step not in tree:
        tree[step] = branch
    elif isinstance(tree[step], dict) and isinstance(branch, dict):
        with _at(_step(step)):
            for inner, value in branch.items():
                _merge(tree[step], inner, value)
    else:
        raise InputError("is changed twice", _step(step))


def _changed(current: Any, change: Any) -> Any:
    """A value with a tree of changes applied; what cannot be merged is left for the constructor to judge."""
    if not isinstance(change, dict):
        return change
    if isinstance(current, tuple):
        parts: dict[Any, Any] = {f"[{i}]": element for i, element in enumerate(current)}
        for step in change:
            if step not in parts:
                raise InputError(f"is not an element; there are {len(current)}", _step(step))
    elif not isinstance(current, Settings):
        return change
    else:
        parts = {name: getattr(current, name) for name in _names(type(current))}
        word = current.chosen_by
        if word in change and word not in parts:
            if change[word] != public_name(type(current)):
                return change
            change = {step: inner for step, inner in change.items() if step != word}
        _require_fields(type(current), change)
    for step, inner in change.items():
        with _at(step):
            parts[step] = _changed(parts[step], inner)
    return tuple(parts.values()) if isinstance(current, tuple) else type(current)(**parts)


# Words


_BRIEF = 120  # characters of a repr beyond which its longer parts are left out


def _default(field: dataclasses.Field[Any]) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


def _brief(value: Any) -> str:
    if isinstance(value, tuple):
        inner = ", ".join(_brief(element) for element in value[:3])
        return f"({inner})" if len(value) <= 3 else f"(… {len(value):,} values)"
    return shown(value) if isinstance(value, str) else repr(value)


def _join(prefix: str, rest: str) -> str:
    return prefix + rest if not prefix or not rest or rest.startswith("[") else f"{prefix}.{rest}"


def _readable(sentence: str) -> str:
    """A sentence without words of hundreds of characters, and not of thousands in all, whatever it quotes. Control characters and
    broken ones are written out, so that a terminal shows it and does nothing else."""
    if not sentence.isprintable():
        sentence = "".join(c if c.isprintable() else repr(c)[1:-1] for c in sentence)
    if len(sentence) > _LONGEST_WORD:
        sentence = re.sub(rf"\S{{{_LONGEST_WORD},}}", lambda word: f"{word[0][:200]}…{word[0][-60:]}", sentence)
    return sentence if len(sentence) <= _LONGEST else f"{sentence[: _LONGEST - 300]} … {sentence[-290:]}"


def _step(key: Any) -> str:
    """A key as part of a path."""
    return key if isinstance(key, str) and re.fullmatch(r"\w+|\[\d+\]", key) else shown(key)


def nearest(given: Any, names: Iterable[str]) -> str | None:
    """The name that somebody who gave another most likely meant; None where none is like it."""
    match = difflib.get_close_matches(given[:_LONGEST_NAME], names, n=1) if isinstance(given, str) else []
    return match[0] if match else None


def did_you_mean(given: Any, names: Iterable[str], quote: str = "'") -> str:
    """``; did you mean 'voter'?``, or nothing: the end of a sentence about a name that there is not."""
    match = nearest(given, names)
    return f"; did you mean {quote}{match}{quote}?" if match else ""


def _number(value: float) -> str:
    if isinstance(value, int) and value > 2**62 and (value + 1).bit_count() == 1:
        return f"2**{value.bit_length()} - 1"
    return str(int(value)) if abs(value) < 1e15 and float(value).is_integer() else repr(value)


def _allowed(hint: Any, about: Quantity) -> str:
    """What a field takes, in words."""
    kinds, classes = _kinds(hint), _classes(hint)
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
                f", each {_allowed(arguments[0], about)}" if Ellipsis in arguments else f" of {len(arguments)} values"
            )
            words.append("a list" + each)
    if classes and _default_class(classes) is None:
        words.append(f"one of {', '.join(_members(classes))}")
    elif classes:
        words.append(f"a mapping of the fields of {classes[0].__name__}")
    return " or ".join([*words, "none"] if types.NoneType in kinds else words)


def shown(value: Any) -> str:
    """A value in a sentence: short, on one line."""
    if value is None:
        return "none"
    if isinstance(value, int) and value.bit_length() > 128:
        return f"a whole number of {value.bit_length()} bits"
    if isinstance(value, (numbers.Real, datetime.date)):  # a bool is one too
        return str(value)
    if isinstance(value, str):
        return repr(str.__str__(value) if len(value) <= 60 else value[:57] + "…")
    if isinstance(value, (list, tuple)):
        head = ", ".join(shown(element) for element in value[:3])
        return f"[{head}]" if len(value) <= 3 else f"[{head}, … {len(value)} values]"
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        return f"an array of {value.dtype} of shape {value.shape}"
    return "a mapping" if isinstance(value, Mapping) else f"an object of type {type(value).__name__}"
