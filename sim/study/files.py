"""How the ledger reads and writes files: whole or not at all, and what the system refuses is told in one sentence."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from sim.fields import InputError
from sim.temporaries import temporary_for


def content_of(path: Path) -> bytes | None:
    """What a file holds; None if there is none. Raises InputError for what is no file or may not be read."""
    found = opened(path)
    if found is None:
        return None
    with found as file, told_unreadable(path):
        return file.read()


def opened(path: Path) -> IO[bytes] | None:
    """A file to be read; None if there is none. Raises InputError for what is no file or may not be read."""
    with told_unreadable(path):
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # a pipe would wait for somebody to write
        except FileNotFoundError:
            return None
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise _unreadable(path, "it is no file")
        return os.fdopen(descriptor, "rb")


@contextmanager
def told_unreadable(path: Path) -> Iterator[None]:
    """An OSError within is an InputError that names the file."""
    try:
        yield
    except OSError as error:
        raise _unreadable(path, error.strerror) from None


def _unreadable(path: Path, reason: str | None) -> InputError:
    return InputError(f"The ledger's record {path} cannot be read ({reason}): make it readable, or remove it")


def unwritable(path: Path, error: OSError) -> InputError:
    """What to say where a file cannot be written."""
    return InputError(
        f"The ledger cannot write {path} ({error.strerror}): make room there, or choose another folder. Runs that are finished "
        "are kept"
    )


@contextmanager
def temporary_file(path: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """A file under a temporary name beside ``path``, whose folder is made, and which is gone afterwards unless it has got
    another name. Raises OSError."""
    temporary = temporary_for(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            yield temporary, file
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def put_in_place(temporary: Path, file: IO[bytes], path: Path) -> None:
    """Flush a temporary file to disk, and only then give it its own name. Raises OSError."""
    file.flush()
    os.fsync(file.fileno())
    temporary.replace(path)
    flush(path.parent)


def flush(folder: Path) -> None:
    """See that the names in a folder outlive the machine."""
    with suppress(OSError):  # not every file system can
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
