"""The ledger: records of runs under their keys (``sim.study.keys``). A record is there whole or not at all.

A new record is a file of its own; where there are a thousand, they are put together in a pack (``sim.study.packs``). A study that
is started again finds what it has. A record that is not what was written (damaged, cut off, another's, under another's name) is
said to be so, and its run simulated again; what may not be read or written is bad input, found before anything is simulated.
"""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Set
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from sim.branch import Branch
from sim.fields import InputError
from sim.run import Run
from sim.study.claims import Claims
from sim.study.failures import Failures
from sim.study.files import content_of, put_in_place, temporary_file, unwritable
from sim.study.packs import BYTES, RUNS, Pack, Packs, write_pack
from sim.study.records import BrokenRecordError, key_of, pack, unpack
from sim.temporaries import sweep, temporary_for
from sim.world import World

_PACKING = "packing"
_CROWD = 8  # records in one of 256 folders, where all are counted: by chance it happens a little before a thousand
_LARGEST = 4_000_000  # bytes of a record that is put into a pack; those of individual-level data stay by themselves


class LedgerWarning(UserWarning):
    """A ledger cannot be relied on for some runs, which are simulated."""


def _warn(sentence: str) -> None:
    warnings.warn(sentence, LedgerWarning, stacklevel=2)


class Ledger:
    """Records of runs in a directory, which is made when there is something to keep.

    ``say`` is called with one sentence for each record that cannot be used, and when others are waited for (default: a
    ``LedgerWarning``); ``found`` and ``kept`` count the records that were. Raises InputError for what names no directory.
    """

    def __init__(self, directory: str | os.PathLike[str], say: Callable[[str], None] = _warn) -> None:
        self.directory = _directory(directory)
        self.say = say
        self.found = self.kept = 0
        self._told: set[str] = set()
        self.packs = Packs(self.directory / "packs", say)
        self.claims = Claims(self.directory / "claims")
        self.failures = Failures(self.directory / "failed")
        self._counting, self._packing = threading.Lock(), threading.Lock()

    def __repr__(self) -> str:
        return f"Ledger({str(self.directory)!r})"

    def path(self, key: str) -> Path:
        """Where the record of a key lies or would lie."""
        return self.directory / key[:2] / f"{key}.run"

    def keep(self, key: str, run: Run, counted: bool = True) -> None:
        """Write a record under a temporary name, flush it to disk, and only then give it its own name. Raises InputError where
        that cannot be done."""
        path = self.path(key)
        try:
            with temporary_file(path) as (temporary, file):
                file.writelines(pack(key, run, described=True))
                put_in_place(temporary, file, path)
        except OSError as error:
            raise unwritable(path, error) from None
        self.failures.forget(key)
        with self._counting:
            self.kept += counted
        self._pack_where_it_pays(path.parent)

    def find(self, key: str, world: World, branch: Branch, counted: bool = True) -> Run | None:
        """The record of a key, or None; ``world`` and ``branch`` are those the key was made from. Raises InputError for a record
        that may not be read."""
        run = self.read(key, world, branch)
        self._count(counted and run is not None)
        return run

    def read(self, key: str, world: World, branch: Branch) -> Run | None:
        """What ``find`` finds, which is not counted."""
        for content in self._copies(key):
            try:
                return unpack(content, key, world, branch)
            except BrokenRecordError as error:
                self.say(f"The record of run {key[:12]}… {error}: it is simulated again.")
        return None

    def _count(self, found: bool) -> None:
        with self._counting:
            self.found += found

    def holds(self, key: str, counted: bool = True) -> bool:
        """Whether there is a record of a key, which is whole, and counts as found if it is ``counted``. Raises InputError for one
        that may not be read."""
        found = next(self._copies(key), None) is not None
        self._count(counted and found)
        return found

    def _copies(self, key: str) -> Iterator[bytes]:
        """Records of a key, each whole: the file of its own, then those in packs. A record is put into a pack before its own file
        goes, so that it is always found."""
        path = self.path(key)
        content = content_of(path)
        broken = ""
        if content is not None:
            try:
                if key_of(content) != key:
                    raise BrokenRecordError("is the record of another run")
            except BrokenRecordError as error:
                broken = f"{path} {error}: the run is simulated again, and its record replaced."
            else:
                yield content
        yield from self.packs.copies(key)
        if broken:
            self._say_once(broken)

    def _say_once(self, sentence: str) -> None:
        if sentence not in self._told:
            self._told.add(sentence)
            self.say(sentence)

    # Packs

    def singles(self) -> Iterator[Path]:
        """The records that are files of their own, in the order of their keys. Raises InputError."""
        for folder in self._folders():
            try:
                names = sorted(os.listdir(folder))
            except FileNotFoundError:
                continue
            except OSError as error:
                raise InputError(f"The ledger's folder {folder} cannot be read ({error.strerror})") from None
            yield from (folder / name for name in names if _is_single(name))

    def consolidate(self, everything: bool = True) -> Consolidated:
        """Put records that are files of their own into packs (``everything``: also fewer than fill one), and what is whole in
        damaged packs into new ones.

        Records that are not whole stay where they are, and all do while another process is at it. Can be ended at any moment: a
        record is flushed to disk in its pack before its own file goes. Raises InputError.
        """
        if not self.claims.take(_PACKING):
            return Consolidated(0, 0, 0)
        try:
            return self._consolidated(everything)
        except OSError as error:
            raise unwritable(self.packs.folder, error) from None
        finally:
            self.claims.release(_PACKING)

    def _consolidated(self, everything: bool) -> Consolidated:
        most = sum(1 for _ in self.singles())
        runs = packs = 0
        singles = self.singles()
        for _ in range(most if everything else most // RUNS):
            put: list[Path] = []
            if write_pack(self.packs.folder, self._packable(singles, put)) is None:
                break
            packs, runs = packs + 1, runs + len(put)
            for path in put:
                path.unlink(missing_ok=True)
        mended = [pack for pack in self.packs.all() if not pack.whole] if everything else []
        for damaged in mended:
            self._replace(damaged, damaged.records())
        return Consolidated(runs, packs, len(mended))

    def contents(self) -> Iterator[Stored]:
        """Every record there is, whole or not; one that is in several places as often. Raises InputError."""
        for path in self.singles():
            single = content_of(path)
            if single is not None:
                yield Stored(path, path.stem, single)
        # Packs come after what is put into them, and again where others have taken their place meanwhile.
        seen = set[Path]()
        while fresh := [pack for pack in self.packs.all() if pack.path not in seen]:
            for found in fresh:
                seen.add(found.path)
                with suppress(FileNotFoundError):
                    yield from (Stored(found.path, key, content) for key, content in found.records())

    def remove(self, doomed: Set[str]) -> None:
        """Remove records. A pack that has others as well is replaced by one of these before it goes. Raises InputError."""
        if not self.claims.take(_PACKING):
            raise InputError(
                f"The ledger {self.directory} is being packed by {self.claims.holder(_PACKING)}: try again later"
            )
        try:
            for former in self.packs.all():
                if not doomed.isdisjoint(former.keys()):
                    rest = ((key, content) for key, content in former.records() if key not in doomed)
                    self._replace(former, rest)
            for key in doomed:
                self.path(key).unlink(missing_ok=True)
                self.failures.forget(key)
        except OSError as error:
            raise unwritable(self.packs.folder, error) from None
        finally:
            self.claims.release(_PACKING)

    def _replace(self, former: Pack, records: Iterable[tuple[str, bytes]]) -> None:
        """Put records of a pack into a new one before it goes. Raises OSError."""
        try:
            if write_pack(self.packs.folder, records) != former.path:
                former.path.unlink(missing_ok=True)
        except FileNotFoundError:
            if former.path.exists():
                raise  # otherwise somebody else has just done away with it

    def _packable(self, singles: Iterator[Path], put: list[Path]) -> Iterator[tuple[str, bytes]]:
        """Records of one pack, with their keys; ``put`` is filled with their paths."""
        size = 0
        while len(put) < RUNS and size < BYTES:
            path = next(singles, None)
            if path is None:
                return
            with suppress(BrokenRecordError, FileNotFoundError):
                content = content_of(path) if path.stat().st_size <= _LARGEST else None
                if content is not None and key_of(content) == path.stem:
                    put.append(path)
                    size += len(content)
                    yield path.stem, content

    def _pack_where_it_pays(self, folder: Path) -> None:
        """Keys are spread evenly, so that one folder tells whether it is worth while to count the records in all."""
        here = 0
        with suppress(OSError):
            here = sum(map(_is_single, os.listdir(folder)))
        if here < _CROWD or not self._packing.acquire(blocking=False):
            return
        try:
            self.consolidate(everything=False)
        except InputError as error:
            self._say_once(f"{error} as they are.")
        finally:
            self._packing.release()

    def _folders(self) -> list[Path]:
        try:
            names = os.listdir(self.directory)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise InputError(f"The ledger's folder {self.directory} cannot be read ({error.strerror})") from None
        return [self.directory / name for name in sorted(names) if len(name) == 2]

    def count_as_kept(self) -> None:
        """Count the record that was found last as one that was kept: somebody else has written it for this study."""
        with self._counting:
            self.found -= 1
            self.kept += 1

    def prepare(self, keys: Iterable[str]) -> None:
        """Make sure that records of these keys can be written, and remove what dead processes of this host left in their place.
        Raises InputError."""
        sweep(self.packs.folder)
        self.claims.sweep()
        for folder in sorted({self.path(key).parent for key in keys}):
            probe = temporary_for(folder / "probe")
            try:
                folder.mkdir(parents=True, exist_ok=True)
                sweep(folder)
                probe.write_bytes(bytes(4096))
            except OSError as error:
                raise unwritable(folder, error) from None
            finally:
                with suppress(OSError):
                    probe.unlink(missing_ok=True)


class Stored(NamedTuple):
    """What lies in the place of a key's record, in a file of its own or in a pack."""

    path: Path
    key: str
    content: bytes


class Consolidated(NamedTuple):
    """Records that were put into new packs, and damaged packs of which what was whole was."""

    runs: int
    packs: int
    damaged: int


def _is_single(name: str) -> bool:
    return name.endswith(".run") and not name.startswith(".")


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
