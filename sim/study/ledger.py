"""The ledger: one file a run, under its key (``sim.study.keys``). A record is there whole or not at all.

A study that is started again finds what it has. A record that is not what was written (damaged, cut off, another's, under
another's name) is said to be so, and its run simulated again; what may not be read or written is bad input, found before
anything is simulated.
"""

from __future__ import annotations

import os
import stat
import threading
import warnings
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from sim.branch import Branch
from sim.fields import InputError
from sim.run import NOTHING_MORE, Recording, Run
from sim.sources import UnknownCodeError
from sim.study.keys import RunKeys
from sim.study.records import BrokenRecordError, pack, unpack
from sim.temporaries import sweep, temporary_for
from sim.world import World


class LedgerWarning(UserWarning):
    """A ledger cannot be relied on for some runs, which are simulated."""


def _warn(sentence: str) -> None:
    warnings.warn(sentence, LedgerWarning, stacklevel=2)


class Ledger:
    """Records of runs in a directory, which is made when there is something to keep.

    ``say`` is called with one sentence for each record that cannot be used (default: a ``LedgerWarning``); ``found`` and ``kept``
    count the records that were. Raises InputError for what names no directory.
    """

    def __init__(self, directory: str | os.PathLike[str], say: Callable[[str], None] = _warn) -> None:
        self.directory = _directory(directory)
        self.say = say
        self.found = self.kept = 0
        self._counting = threading.Lock()

    def __repr__(self) -> str:
        return f"Ledger({str(self.directory)!r})"

    def path(self, key: str) -> Path:
        """Where the record of a key lies or would lie."""
        return self.directory / key[:2] / f"{key}.run"

    def keep(self, key: str, run: Run) -> None:
        """Write a record under a temporary name, flush it to disk, and only then give it its own name. Raises InputError where
        that cannot be done."""
        path = self.path(key)
        temporary = temporary_for(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("wb") as file:
                file.writelines(pack(key, run))
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except OSError as error:
            raise _unwritable(path, error) from None
        finally:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
        _flush(path.parent)
        with self._counting:
            self.kept += 1

    def find(self, key: str, world: World, branch: Branch) -> Run | None:
        """The record of a key, or None; ``world`` and ``branch`` are those the key was made from. Raises InputError for a record
        that may not be read."""
        path = self.path(key)
        content = _content(path)
        if content is None:
            return None
        try:
            run = unpack(content, key, world, branch)
        except BrokenRecordError as error:
            self.say(f"{path} {error}: the run is simulated again, and its record replaced.")
            return None
        self.found += 1
        return run

    def count_as_kept(self) -> None:
        """Count the record that was found last as one that was kept: somebody else has written it for this study."""
        with self._counting:
            self.found -= 1
            self.kept += 1

    def prepare(self, keys: Iterable[str]) -> None:
        """Make sure that records of these keys can be written, and remove what dead processes of this host left in their place.
        Raises InputError."""
        for folder in sorted({self.path(key).parent for key in keys}):
            probe = temporary_for(folder / "probe")
            try:
                folder.mkdir(parents=True, exist_ok=True)
                sweep(folder)
                probe.write_bytes(bytes(4096))
            except OSError as error:
                raise _unwritable(folder, error) from None
            finally:
                with suppress(OSError):
                    probe.unlink(missing_ok=True)


class Shelf:
    """The records of one world's runs over a number of days. Runs whose code cannot be told have none, which is said once."""

    def __init__(
        self,
        ledger: Ledger,
        world: World,
        days: int,
        population_seed: int | None = None,
        recorded: Recording = NOTHING_MORE,
    ) -> None:
        self._ledger, self._world = ledger, world
        self._said: set[str] = set()
        self._keys: RunKeys | None = None
        try:
            self._keys = RunKeys(world, days, population_seed, recorded)
        except UnknownCodeError as error:
            self._say(error)

    def find(self, branch: Branch, seed: int) -> Run | None:
        """The record of a run, or None. Raises InputError as ``Ledger.find`` does."""
        key = self._key(branch, seed)
        return None if key is None else self._ledger.find(key, self._world, branch)

    def arrived(self, branch: Branch, seed: int) -> Run | None:
        """The record of a run that a worker has kept by itself; it counts as kept. Raises InputError as ``Ledger.find`` does."""
        found = self.find(branch, seed)
        if found is not None:
            self._ledger.count_as_kept()
        return found

    def prepare(self, runs: Iterable[tuple[Branch, int]]) -> None:
        """Make sure that runs can be kept. Raises InputError."""
        keys = (self._key(branch, seed) for branch, seed in runs)
        self._ledger.prepare(key for key in keys if key is not None)

    def keep(self, run: Run) -> Run:
        """Keep a run; the run as it is on record. Raises InputError where it cannot be written, or is of a file that has been
        changed meanwhile."""
        key = self._key(run.branch, run.seed)
        if key is None or self._keys is None:
            return run
        self._keys.check_files()
        run = replace(run, made=self._keys.made(run.branch))
        self._ledger.keep(key, run)
        return run

    def _key(self, branch: Branch, seed: int) -> str | None:
        try:
            return None if self._keys is None else self._keys.key(branch, seed)
        except UnknownCodeError as error:
            self._say(error)
            return None

    def _say(self, error: UnknownCodeError) -> None:
        sentence = f"{error}: its runs are neither sought in the ledger nor kept there."
        if sentence not in self._said:
            self._said.add(sentence)
            self._ledger.say(sentence)


def ledger_of(given: Ledger | str | os.PathLike[str] | None) -> Ledger | None:
    """The ledger that is given, or that in the directory that is given. Raises InputError for what is neither."""
    return given if given is None or isinstance(given, Ledger) else Ledger(given)


def _directory(given: object) -> Path:
    name = os.fspath(given) if isinstance(given, (str, os.PathLike)) else None
    if not isinstance(name, str) or not name or "\0" in name:
        shown = repr(name[:60]) if isinstance(name, str) else f"an object of type {type(given).__name__}"
        raise InputError(f"must be a Ledger or the name of a folder, not {shown}", field="ledger")
    try:
        return Path(name).expanduser()
    except RuntimeError:
        raise InputError(
            f"must not begin with ~ where there is no such home, as in {name[:60]!r}", field="ledger"
        ) from None


def _content(path: Path) -> bytes | None:
    """What a file holds; None if there is none. Raises InputError for what is no file or may not be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # a pipe would wait for somebody to write
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(path, error.strerror) from None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise _unreadable(path, "it is no file")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read()
    except OSError as error:
        raise _unreadable(path, error.strerror) from None
    finally:
        os.close(descriptor)


def _unreadable(path: Path, reason: str | None) -> InputError:
    return InputError(f"The ledger's record {path} cannot be read ({reason}): make it readable, or remove it")


def _unwritable(path: Path, error: OSError) -> InputError:
    return InputError(
        f"The ledger cannot write {path} ({error.strerror}): make room there, or choose another folder. Runs that are finished "
        "are kept"
    )


def _flush(folder: Path) -> None:
    with suppress(OSError):  # not every file system can
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
