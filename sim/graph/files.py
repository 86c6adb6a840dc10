"""Files that users give: read in pieces of bounded size, whatever they are, and known by their content."""

from __future__ import annotations

import gzip
import hashlib
import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path as _Path
from typing import IO

from sim.fields import InputError, shown
from sim.machine import available

Path = str | os.PathLike[str]

_PIECE = 1 << 22
# No network's file is made so much smaller by compression, once so much of it is read: text of ids rarely to a tenth.
_INFLATION, _INFLATED = 200, 1 << 26
_MARK = b"\xef\xbb\xbf"


def in_words(path: Path) -> str:
    """A path as a sentence names it."""
    name = os.fspath(path)
    return name if len(name) <= 200 and name.isprintable() else shown(name)


def ending(path: Path) -> str:
    """The ending of a file's name that says its format, such as ``.csv`` for ``edges.csv.gz``."""
    return _Path(os.fspath(path).lower().removesuffix(".gz")).suffix


def at_line(path: Path, number: int, reason: str) -> InputError:
    """What is wrong with a line of a file."""
    return InputError(f"{in_words(path)}, line {number:,}, {reason}")


def checksum(path: Path) -> str:
    """SHA-256 of a file in hexadecimal. Raises InputError for what is no file or cannot be read."""
    digest = hashlib.sha256()
    with _opened(path, compressed=False) as (file, _):
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def pieces(path: Path, longest_line: int) -> Iterator[tuple[int, bytes]]:
    """The text of a file in pieces of whole lines that end in a newline, each with the number of its first line.

    A name ending in ``.gz`` is decompressed; a byte order mark is left out, and other ends of lines become newlines. Raises
    InputError for what is no file, cannot be read, is not UTF-8, has a line of more bytes than ``longest_line``, or
    decompresses to so much that it is no network.
    """
    with _opened(path, compressed=os.fspath(path).endswith(".gz")) as (file, raw):
        number, rest, read = 1, b"", 0
        while piece := file.read(_PIECE):
            if read == 0:
                piece = piece.removeprefix(_MARK)
            read += len(piece)
            _check_inflation(path, raw, read)
            text = rest + piece
            held = b"\r" if text.endswith(b"\r") else b""  # perhaps half of an end of a line
            lines, newline, rest = _with_newlines(text.removesuffix(b"\r")).rpartition(b"\n")
            lines, rest = lines + newline, rest + held
            _check_lines(path, number, lines, rest, longest_line)
            if lines:
                yield number, lines
                number += lines.count(b"\n")
        if rest:
            _check_lines(path, number, rest, b"", longest_line)
            yield number, rest.removesuffix(b"\r") + b"\n"


def whole(path: Path, times: float) -> bytes:
    """The text of a file in one piece, as ``pieces`` has it but with lines of any length. Raises InputError also where ``times``
    its size are more than the memory that is available."""
    found, read, room = [], 0, available()
    with _opened(path, compressed=os.fspath(path).endswith(".gz")) as (file, raw):
        while piece := file.read(_PIECE):
            found.append(piece)
            read += len(piece)
            _check_inflation(path, raw, read)
            if read * times > room:
                raise InputError(
                    f"{in_words(path)} must have less than {room / times / 1e6:,.0f} MB, for {room / 1e9:.1f} GB of available "
                    "memory to be enough"
                )
    text = b"".join(found).removeprefix(_MARK)
    _check_text(path, text)
    return _with_newlines(text)


def _check_inflation(path: Path, raw: IO[bytes], read: int) -> None:
    if read > _INFLATED and read > _INFLATION * raw.tell():
        raise InputError(f"{in_words(path)} must not be more than {_INFLATION} times larger when it is decompressed")


def _with_newlines(text: bytes) -> bytes:
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in text else text


def _check_text(path: Path, text: bytes) -> None:
    try:
        if not text.isascii():
            text.decode()
    except UnicodeDecodeError:
        pass
    else:
        if b"\0" not in text:
            return
    raise InputError(f"{in_words(path)} must be text in UTF-8, but it is not")


def _check_lines(path: Path, number: int, lines: bytes, rest: bytes, longest: int) -> None:
    _check_text(path, lines)
    if b"\0" in rest:
        _check_text(path, b"\0")
    begin = 0
    # Only where no newline lies within the next so many bytes can a line be too long.
    while begin + longest < len(lines):
        end = lines.rfind(b"\n", begin, begin + longest + 1)
        if end < 0:
            break
        begin = end + 1
    too_long = begin + longest < len(lines)
    if too_long or len(rest) > longest:
        line = number + lines.count(b"\n", 0, begin if too_long else len(lines))
        raise at_line(path, line, f"must have at most {longest:,} bytes")


def _mode(path: Path) -> int:
    try:
        return os.stat(path).st_mode
    except ValueError:
        raise InputError(f"{in_words(path)} must be a file, but no file can have that name") from None


@contextmanager
def _opened(path: Path, compressed: bool) -> Iterator[tuple[IO[bytes] | gzip.GzipFile, IO[bytes]]]:
    """A file to be read, and the same as it lies on disk."""
    name, said = os.fspath(path), in_words(path)
    try:
        mode = _mode(path)
        if stat.S_ISDIR(mode):
            raise InputError(f"{said} must be a readable file, not a directory")
        if not stat.S_ISREG(mode):
            raise InputError(f"{said} must be a readable file, not a pipe or a device")
        with open(name, "rb") as plain:
            yield gzip.GzipFile(fileobj=plain) if compressed else plain, plain
    except FileNotFoundError:
        raise InputError(f"{said} must be a file, but there is none of that name") from None
    except (OSError, EOFError, zlib.error) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        raise InputError(f"{said} must be a readable file, but reading it failed: {reason}") from None
