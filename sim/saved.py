"""Settings as YAML files: written whole or not at all, with every field's unit beside it; reading runs nothing."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml

from sim.fields import InputError, Settings, build, checked, field_units
from sim.version import MODEL_VERSION

S = TypeVar("S", bound=Settings)

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_MARK = "# Groundswell: "
_LARGEST = 1_000_000_000  # bytes; every opinion of ten million people takes a fifth of it
_DEEPEST = 40


def save(settings: Settings, path: str | os.PathLike[str]) -> None:
    """Write settings to a file, which is made or, if it holds settings of the kind already, replaced.

    Raises InputError where that cannot be, or where the file is something else.
    """
    place = Path(checked(path, str, "path", unit="path"))
    kind = type(settings).__name__
    text = f"{_MARK}{kind}, model version {MODEL_VERSION}\n" + "\n".join(_lines(settings, "")) + "\n"
    try:
        temporary = place.with_name(f".{place.name[:200]}.{os.getpid()}.new")
        if place.is_symlink() or (place.exists() and not _is_ours(place, kind)):
            raise InputError(f"must be a new file or one that holds a {kind}, which {_named(place)} does not", "path")
        try:
            with temporary.open("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(place)
        finally:
            temporary.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        raise _unusable("written", place, error) from None


def load(cls: type[S], path: str | os.PathLike[str]) -> S:
    """Settings of a class from a file that ``save`` wrote, or from YAML with the same keys.

    Missing fields take their defaults. Raises InputError for what cannot be read, is no YAML, or does not fit.
    """
    place = Path(checked(path, str, "path", unit="path"))
    try:
        if not place.is_file():
            raise InputError(f"must be a file, which {_named(place)} is not", "path")
        if place.stat().st_size > _LARGEST:
            raise InputError(f"must be a file of at most {_LARGEST:,} bytes, which {_named(place)} is not", "path")
        text = place.read_text(encoding="utf-8")
        _check_plain(text, place)
        mapping = yaml.load(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        raise InputError(f"must be a file of YAML, which {_named(place)} is not ({_reason(error)})", "path") from None
    except (OSError, ValueError) as error:
        raise _unusable("read", place, error) from None
    if not isinstance(mapping, dict):
        raise InputError(f"must be a file with the fields of a {cls.__name__}, which {_named(place)} is not", "path")
    return build(cls, mapping, path=cls.__name__.lower())


def _named(place: Path) -> str:
    text = str(place)
    return repr(text if len(text) <= 300 else f"{text[:299]}…")


def _unusable(what: str, place: Path, error: Exception) -> InputError:
    if isinstance(error, InputError):
        return error
    reason = getattr(error, "strerror", None) or (
        "it is no text in UTF-8" if isinstance(error, UnicodeError) else str(error)
    )
    return InputError(f"must be a file that can be {what}, which {_named(place)} is not ({reason})", "path")


def _is_ours(place: Path, kind: str) -> bool:
    if not place.is_file():
        return False
    with place.open("rb") as file:
        return file.readline(200).startswith(f"{_MARK}{kind},".encode())


def _check_plain(text: str, place: Path) -> None:
    """Aliases and deep nesting can make little text fill all memory; settings have neither. Nor is a key there twice."""
    keys: list[list[str] | None] = []  # of each mapping that is open, then values and keys in turn; None for a list
    turn: list[int] = []
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.AliasEvent):
            raise InputError(f"must be a file without aliases, which {_named(place)} has (*{event.anchor})", "path")
        if isinstance(event, yaml.CollectionEndEvent):
            keys.pop()
            turn.pop()
            continue
        if not isinstance(event, (yaml.ScalarEvent, yaml.CollectionStartEvent)):
            continue
        known = keys[-1] if keys else None
        if known is not None and turn[-1] % 2 == 0 and isinstance(event, yaml.ScalarEvent):
            if event.value in known:
                line = event.start_mark.line + 1
                said = f"must have each key once, but {_named(place)} has {event.value[:60]!r} again in line {line}"
                raise InputError(said, "path")
            known.append(event.value)
        if turn:
            turn[-1] += 1
        if isinstance(event, yaml.CollectionStartEvent):
            keys.append([] if isinstance(event, yaml.MappingStartEvent) else None)
            turn.append(0)
        if len(keys) > _DEEPEST:
            raise InputError(f"must not be nested more than {_DEEPEST} deep, as {_named(place)} is", "path")


def _reason(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "a character that YAML does not allow"
    return f"line {mark.line + 1}: {problem}" if mark else str(problem)


def _lines(settings: Settings, indent: str, name: str = "") -> Iterator[str]:
    """The fields of settings, each on its line; those of nested ones below it."""
    if name:
        yield f"{indent}{settings.chosen_by}: {name}"
    mapping = settings.to_mapping()
    for field in dataclasses.fields(settings):
        value, unit = getattr(settings, field.name), field_units(field)
        yield from _entry(f"{indent}{field.name}:", value, mapping[field.name], indent, unit)


def _entry(key: str, value: Any, plain: Any, indent: str, unit: str) -> Iterator[str]:
    if isinstance(value, Settings):
        own = any(field.name == value.chosen_by for field in dataclasses.fields(value))
        chosen = "" if own else plain.get(value.chosen_by, "")
        lines = list(_lines(value, indent + "  ", chosen))
        yield key if lines else f"{key} {{}}"
        yield from lines
    elif isinstance(value, tuple) and any(isinstance(element, Settings) for element in value):
        yield key
        for element, inner in zip(value, plain, strict=True):
            lines = list(_entry("", element, inner, indent, ""))[1:]
            yield f"{indent}- {lines[0].strip()}" if lines else f"{indent}- {{}}"
            yield from lines[1:]
    else:
        flow = yaml.dump(plain, Dumper=_DUMPER, default_flow_style=True, width=2**31 - 1, allow_unicode=True)
        yield f"{key} {flow.removesuffix(chr(10)).removesuffix(chr(10) + '...')}" + (f"  # {unit}" if unit else "")
