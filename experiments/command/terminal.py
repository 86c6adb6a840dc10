"""What reaches the terminal: text as text, in whatever encoding there is, and no more to whoever has stopped listening."""

from __future__ import annotations

import codecs
import functools
import os
import sys
import unicodedata
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Protocol

from rich.console import Console
from rich.text import Text

from experiments.command.interrupts import exit_code, interruptible
from sim.fields import InputError, steers
from sim.study.failures import FailedRunsError

INCOMPLETE, BAD_INPUT, BROKEN_PIPE = 1, 2, 141
_LONGEST_SENTENCE, _LONGEST_ARGUMENT = 1_000, 10_000
# What stands for a character where the encoding does not have it; anything else becomes a question mark.
_PLAINER = {
    "−": "-", "–": "-", "—": "-", "‐": "-", "±": "+-", "…": "...", "‘": "'", "’": "'", "“": '"', "”": '"', "·": "*", "×": "x",
    "≥": ">=", "≤": "<=", "→": "->", "≈": "~", "√": "sqrt",
    "μ": "mu", "θ": "theta", "φ": "phi", "σ": "sigma", "γ": "gamma", "ε": "epsilon", "κ": "kappa", "η": "eta", "λ": "lambda",
}  # fmt: skip


def _plainer(error: UnicodeError) -> tuple[str, int]:
    """An error handler for text that cannot be encoded."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_without_marks(letter) for letter in error.object[error.start : error.end]), error.end


def _without_marks(letter: str) -> str:
    if letter in _PLAINER:
        return _PLAINER[letter]
    base = unicodedata.normalize("NFKD", letter)[0]
    return base if base.isascii() else "?"


codecs.register_error("groundswell", _plainer)


def shown(text: object) -> str:
    """Text of the user's as a terminal may see it: control characters, which could steer it, are spelt out."""
    return "".join(
        letter.encode("unicode_escape", "surrogatepass").decode() if steers(letter) else letter for letter in str(text)
    )


def _encodable(text: str) -> str:
    """Text as standard output will show it."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return text.encode(encoding, "groundswell").decode(encoding)


def words(text: object) -> Text:
    """Text for a cell or a paragraph of a console: shown as it is, and as wide as it will be."""
    return Text("\n".join(_encodable(shown(line)) for line in str(text).split("\n")))


def one_line(text: str) -> str:
    """A sentence as it is printed: on one line, harmless, and not without end."""
    line = shown(" ".join(text.split()))
    return line if len(line) <= _LONGEST_SENTENCE else f"{line[: _LONGEST_SENTENCE - 1]}…"


class _Console(Console):
    def on_broken_pipe(self) -> None:
        raise BrokenPipeError  # as everything else that is printed does; rich would leave with exit code 1


def console(**options: Any) -> Console:
    """A console that takes all text as text: no markup in square brackets, no emoji codes, no colours for numbers."""
    return _Console(markup=False, emoji=False, highlight=False, **options)


def complain(error: InputError) -> int:
    """Print bad input's one sentence and return its exit code."""
    print(one_line(str(error)), file=sys.stderr)
    return BAD_INPUT


class Program(Protocol):
    """Takes arguments (default: those of the command line) and returns an exit code."""

    def __call__(self, arguments: Sequence[str] | None = None) -> int:
        """Run."""
        ...


def program(main: Callable[[Sequence[str]], int]) -> Program:
    """Make a program of a function that takes arguments and returns an exit code.

    Bad input is one sentence and exit code 2, runs that failed are one and 1, being told to stop 130, 143 or 129, and a reader
    that has gone away 141, as where a signal had ended the program. The arguments default to those of the command line.
    """

    @functools.wraps(main)
    def called(arguments: Sequence[str] | None = None) -> int:
        _spell_what_cannot_be_encoded()
        try:
            with interruptible():
                code = main(_checked(list(sys.argv[1:] if arguments is None else arguments)))
                sys.stdout.flush()
                return code
        except InputError as error:
            return complain(error)
        except FailedRunsError as error:
            print(one_line(str(error)), file=sys.stderr)
            return INCOMPLETE
        except KeyboardInterrupt as error:
            return exit_code(error)
        except SystemExit as done:  # argparse has told what was asked
            return done.code if isinstance(done.code, int) else int(bool(done.code))
        except BrokenPipeError:
            _hang_up()
            return BROKEN_PIPE

    return called


def _checked(arguments: list[str]) -> list[str]:
    for argument in arguments:
        try:
            argument.encode()
        except UnicodeEncodeError:
            raise InputError(f"the command line must be text in UTF-8, which '{shown(argument)[:80]}' is not") from None
        if len(argument) > _LONGEST_ARGUMENT:
            raise InputError(
                f"an argument must have at most {_LONGEST_ARGUMENT:,} letters, not {len(argument):,} as {argument[:40]!r}…; long "
                "lists belong into a file"
            )
    return arguments


def _spell_what_cannot_be_encoded() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError):
            stream.reconfigure(errors="groundswell")  # type: ignore[union-attr]


def _hang_up() -> None:
    """Nobody reads what is still to be written: it goes nowhere, and Python's last flush finds no fault."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            try:
                stream.flush()
            except BrokenPipeError:
                os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
