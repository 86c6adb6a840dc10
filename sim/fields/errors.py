"""What is wrong with an input, in one sentence that a terminal can show."""

from __future__ import annotations

import datetime
import difflib
import numbers
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

_LONGEST_WORD, _LONGEST = 300, 1_500  # characters
_LONGEST_NAME = 80  # of a name that near ones are sought for
_DIRECTIONS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


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
        super().__init__(_readable(self.problem if field is None else f"{joined(owner, field)} {self.problem}"))

    def under(self, prefix: str) -> InputError:
        """The same error seen from one level further out; the class that raised it gives way to the path."""
        return self if self.field is None else InputError(self.problem, joined(prefix, self.field))


@contextmanager
def at(step: str) -> Iterator[None]:
    """Errors raised within are about a field of what is at this step of a path."""
    try:
        yield
    except InputError as error:
        raise error.under(step) from None


def joined(prefix: str, rest: str) -> str:
    """A path of two parts."""
    return prefix + rest if not prefix or not rest or rest.startswith("[") else f"{prefix}.{rest}"


def step_of(key: Any) -> str:
    """A key as part of a path."""
    return key if isinstance(key, str) and re.fullmatch(r"\w+|\[\d+\]", key) else shown(key)


def _readable(sentence: str) -> str:
    """A sentence without words of hundreds of characters, and not of thousands in all, whatever it quotes. Control characters and
    broken ones are written out, so that a terminal shows it and does nothing else."""
    if not sentence.isprintable():
        sentence = "".join(c if c.isprintable() else repr(c)[1:-1] for c in sentence)
    if len(sentence) > _LONGEST_WORD:
        sentence = re.sub(rf"\S{{{_LONGEST_WORD},}}", lambda word: f"{word[0][:200]}…{word[0][-60:]}", sentence)
    return sentence if len(sentence) <= _LONGEST else f"{sentence[: _LONGEST - 300]} … {sentence[-290:]}"


def steers(letter: str) -> bool:
    """Whether a character is no text but steers what shows it (control, line and writing direction) or is half of one."""
    return unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") or letter in _DIRECTIONS


def nearest(given: Any, names: Iterable[str]) -> str | None:
    """The name that somebody who gave another most likely meant; None where none is like it."""
    match = difflib.get_close_matches(given[:_LONGEST_NAME], names, n=1) if isinstance(given, str) else []
    return match[0] if match else None


def did_you_mean(given: Any, names: Iterable[str], quote: str = "'") -> str:
    """``; did you mean 'voter'?``, or nothing: the end of a sentence about a name that there is not."""
    match = nearest(given, names)
    return f"; did you mean {quote}{match}{quote}?" if match else ""


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


def number_text(value: float) -> str:
    """A bound in a sentence: whole numbers without a point, the largest as powers of two."""
    if isinstance(value, int) and value > 2**62 and (value + 1).bit_count() == 1:
        return f"2**{value.bit_length()} - 1"
    return str(int(value)) if abs(value) < 1e15 and float(value).is_integer() else repr(value)
