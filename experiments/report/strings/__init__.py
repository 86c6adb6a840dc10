"""The words of a report: one file a language, beside this one, or wherever the user has it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Formatter
from typing import Any

import yaml
from markupsafe import Markup, escape

from experiments.command.words import ENGLISH
from sim.fields import InputError, chosen

_NAME = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_TAG = re.compile(r"<[^>]*>?")


class Strings:
    """Texts by dotted key, with places in braces for values; ``language`` is its tag, such as ``en``.

    A text with the forms ``one`` and ``other`` is chosen by the value ``n``, or ``count`` where n is in words.
    """

    def __init__(self, texts: Mapping[str, Any], language: str = ENGLISH) -> None:
        self.texts, self.language = texts, language

    def find(self, key: str) -> Any:
        """What stands under a key: a text or a mapping of further keys. Raises KeyError."""
        found: Any = self.texts
        for step in key.split("."):
            if not isinstance(found, Mapping) or step not in found:
                raise KeyError(f"no text {key}")
            found = found[step]
        return found

    def __call__(self, key: str, **values: Any) -> str:
        """The text in plain words. Raises KeyError for a key or a value that there is not."""
        return self._form(key, values).format(**values)

    def html(self, key: str, **values: Any) -> Markup:
        """The text, whose marks are ours, for a page: every value in it is escaped."""
        return Markup(self._form(key, values)).format(**{name: escape(value) for name, value in values.items()})

    def day(self, date: str) -> str:
        """An ISO date in words: ``19 August 2019``."""
        return self._date(date, "full", "months")

    def short_day(self, date: str) -> str:
        """An ISO date without its year: ``19 Aug``."""
        return self._date(date, "short", "short_months")

    def _date(self, date: str, form: str, months: str) -> str:
        day = datetime.date.fromisoformat(date)
        return self(f"dates.{form}", day=day.day, month=self.find(f"dates.{months}")[day.month - 1], year=day.year)

    def _form(self, key: str, values: Mapping[str, Any]) -> str:
        found = self.find(key)
        if isinstance(found, Mapping):
            found = found["one" if values.get("count", values.get("n")) == 1 else "other"]
        return str(found)


def strings(language: str = ENGLISH) -> Strings:
    """The words of a packaged language, or of a file, ``FILE.yaml``, whose name is the language's tag.

    Raises InputError for a language that there is not, and for a file that has not every text of the English one, with its places
    in braces, and no other marks.
    """
    if not language.endswith((".yaml", ".yml")):
        return _packaged(chosen(language, _names(), "language"))
    path = Path(language).expanduser()
    if not _NAME.fullmatch(path.stem):
        raise InputError(
            f"must be a file that is called by a language's tag, as de.yaml, not {path.name[:60]!r}", "language"
        )
    try:
        texts = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no YAML in UTF-8"
        raise InputError(f"must be a file that can be read, not {language[:200]!r} ({why})", "language") from None
    _check(texts, path.name)
    return Strings(texts, path.stem)


@cache
def _packaged(language: str) -> Strings:
    return Strings(yaml.safe_load((files(__name__) / f"{language}.yaml").read_text("utf-8")), language)


@cache
def _names() -> tuple[str, ...]:
    return tuple(
        sorted(path.name.removesuffix(".yaml") for path in files(__name__).iterdir() if path.name.endswith(".yaml"))
    )


def texts_of(tree: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a tree by its dotted key; numbers are places in lists."""
    if isinstance(tree, str):
        yield path, tree
    elif isinstance(tree, (Mapping, list)):
        items = tree.items() if isinstance(tree, Mapping) else enumerate(tree)
        for key, inner in items:
            yield from texts_of(inner, f"{path}.{key}" if path else str(key))
    else:
        yield path, ""


def _check(texts: Any, name: str) -> None:
    """Raise InputError for texts that cannot stand for the English ones."""
    ours, theirs = dict(texts_of(_packaged(ENGLISH).texts)), dict(texts_of(texts))
    for key in [*ours, *theirs]:
        if key not in theirs:
            raise InputError(f"must have the text {key}, which {name} has not", "language")
        if key not in ours:
            raise InputError(f"must have no text but those of the English file, not {key} as {name} has", "language")
        for what, found in (("places in braces", _places), ("marks", _marks)):
            if found(theirs[key]) != found(ours[key]):
                raise InputError(f"must have the {what} of the English text {key}, which {name} has not", "language")


def _places(text: str) -> set[str | None] | str:
    try:
        return {field for _, field, _, _ in Formatter().parse(text) if field is not None}
    except ValueError:
        return text


def _marks(text: str) -> list[str]:
    return sorted(_TAG.findall(text))


_spoken: ContextVar[Strings | None] = ContextVar("spoken", default=None)


@contextmanager
def told_in(words: Strings) -> Iterator[None]:
    """What is told within is told in these words."""
    token = _spoken.set(words)
    try:
        yield
    finally:
        _spoken.reset(token)


class _Say:
    """The words that are spoken here, English unless ``told_in`` says otherwise."""

    @property
    def words(self) -> Strings:
        return _spoken.get() or _packaged(ENGLISH)

    @property
    def language(self) -> str:
        return self.words.language

    def __call__(self, key: str, **values: Any) -> str:
        return self.words(key, **values)

    def html(self, key: str, **values: Any) -> Markup:
        return self.words.html(key, **values)

    def find(self, key: str) -> Any:
        return self.words.find(key)

    def day(self, date: str) -> str:
        return self.words.day(date)

    def short_day(self, date: str) -> str:
        return self.words.short_day(date)


say = _Say()
