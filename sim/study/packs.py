"""Packs: about a thousand records in one file, found by the index at its end.

A pack is whole before it has its name, and never changes under it: the name is the checksum of its index. What finds a run reads
the indices once, 48 bytes a run, and then one record. Where a pack is damaged, whatever records in it are whole are still found.
"""

from __future__ import annotations

import errno
import hashlib
import os
import struct
import threading
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.study.files import opened, put_in_place, temporary_file, told_unreadable
from sim.study.records import MAGIC, BrokenRecordError, extent, key_of

RUNS, BYTES = 1_000, 256_000_000
"""Most that a pack holds."""
_HEAD, _END = b"groundswell pack 1\n", b"groundswell pack 1 end\n"
_FOOTER = struct.Struct(f"<QQ32s{len(_END)}s")  # runs, where the index begins, its checksum
_ENTRY = np.dtype([("first", ">u8"), ("rest", "V24"), ("at", "<u8"), ("size", "<u8")])  # the key is first and rest
Index = NDArray[np.void]


class Place(NamedTuple):
    """Where a record lies in a pack."""

    pack: Pack
    at: int
    size: int


class Pack:
    """A pack on disk. ``whole`` says that its index is as it was written. Raises FileNotFoundError, BrokenRecordError for a
    file that is no pack of this version, and InputError for what may not be read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        index = self._read_index()
        self.whole = index is not None
        self.index = self._salvaged() if index is None else index

    def __repr__(self) -> str:
        return f"Pack({str(self.path)!r}, {len(self.index)} runs)"

    def read(self, at: int, size: int) -> bytes:
        """Bytes of the file. Raises FileNotFoundError and InputError."""
        with self._opened() as file, told_unreadable(self.path):
            file.seek(at)
            return file.read(size)

    def keys(self) -> list[str]:
        """The keys of its runs, in order."""
        return [f"{int(entry['first']):016x}{entry['rest'].tobytes().hex()}" for entry in self.index]

    def records(self) -> Iterator[tuple[str, bytes]]:
        """Keys and what lies in their place, whole or not, in the order of the file. Raises FileNotFoundError and InputError."""
        keys = self.keys()
        for row in np.argsort(self.index["at"], kind="stable"):
            yield keys[row], self.read(int(self.index["at"][row]), int(self.index["size"][row]))

    def salvage(self) -> None:
        """Know only of the records that are whole, from now on."""
        self.whole = False
        self.index = self._salvaged()

    def _read_index(self) -> Index | None:
        with self._opened() as file, told_unreadable(self.path):
            if file.read(len(_HEAD)) != _HEAD:
                raise BrokenRecordError("is no pack of this version, or damaged at its beginning")
            end = file.seek(0, 2)
            if end < len(_HEAD) + _FOOTER.size:
                return None
            file.seek(end - _FOOTER.size)
            runs, at, checksum, mark = _FOOTER.unpack(file.read(_FOOTER.size))
            if mark != _END or at + runs * _ENTRY.itemsize + _FOOTER.size != end:
                return None
            file.seek(at)
            content = file.read(runs * _ENTRY.itemsize)
            return np.frombuffer(content, _ENTRY) if hashlib.sha256(content).digest() == checksum else None

    def _salvaged(self) -> Index:
        found: list[tuple[str, int, int]] = []
        with self._opened() as file, told_unreadable(self.path):
            content = file.read()  # a map of it would end the process where the file becomes shorter meanwhile
        at = content.find(MAGIC)
        while at >= 0:
            record = extent(content, at)
            if record is not None:
                found.append((record[0], at, record[1]))
            at = content.find(MAGIC, at + (1 if record is None else record[1]))
        return _index(found)

    def _opened(self) -> IO[bytes]:
        file = opened(self.path)
        if file is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(self.path))
        return file


def write_pack(folder: Path, records: Iterable[tuple[str, bytes]]) -> Path | None:
    """Put records that are whole, with their keys, into a new pack of a folder; None where there are none. Raises OSError."""
    found: list[tuple[str, int, int]] = []
    rest = iter(records)
    first = next(rest, None)
    if first is None:
        return None
    with temporary_file(folder / "new.pack") as (temporary, file):
        file.write(_HEAD)
        for key, content in chain([first], rest):
            found.append((key, file.tell(), len(content)))
            file.write(content)
        index = _index(found).tobytes()
        checksum = hashlib.sha256(index)
        at = file.tell()
        file.write(index)
        file.write(_FOOTER.pack(len(found), at, checksum.digest(), _END))
        path = folder / f"{checksum.hexdigest()[:32]}.pack"
        put_in_place(temporary, file, path)
    return path


def _index(found: Iterable[tuple[str, int, int]]) -> Index:
    entries = [(int(key[:16], 16), bytes.fromhex(key[16:]), at, size) for key, at, size in sorted(found)]
    return np.array(entries, _ENTRY)


class Packs:
    """The packs of a folder, as they are whenever one asks. ``say`` is called with one sentence for each that is damaged."""

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self.folder = folder
        self._say = say
        self._packs: dict[str, Pack | None] = {}
        self._first: NDArray[np.uint64] = np.empty(0, np.uint64)
        self._places: list[Pack] = []
        self._which: NDArray[np.int64] = np.empty(0, np.int64)
        self._row: NDArray[np.int64] = np.empty(0, np.int64)
        self._lock = threading.RLock()

    def paths(self) -> list[Path]:
        """The files that are called packs. Raises InputError for a folder that may not be read."""
        return [self.folder / name for name in self._names()]

    def all(self) -> list[Pack]:
        """The packs there are now. Raises InputError."""
        with self._lock:
            self._look()
            return list(self._places)

    def copies(self, key: str) -> Iterator[bytes]:
        """Records of a key, each whole. Raises InputError."""
        tried: set[tuple[str, int]] = set()
        while True:
            place = self._next(key, tried)
            if place is None and self._look():  # packs have come or gone while they were listed
                continue
            if place is None:
                return
            try:
                content = place.pack.read(place.at, place.size)
            except FileNotFoundError:
                self._gone(place.pack)
                continue
            tried.add((place.pack.path.name, place.at))
            try:
                whole = key_of(content) == key
            except BrokenRecordError:
                whole = False
            if whole:
                yield content
                continue
            try:
                self._damaged(place.pack)
            except FileNotFoundError:
                self._gone(place.pack)

    def _next(self, key: str, tried: set[tuple[str, int]]) -> Place | None:
        first, rest = int(key[:16], 16), bytes.fromhex(key[16:])
        with self._lock:
            self._look()
            i = int(np.searchsorted(self._first, np.uint64(first)))
            while i < len(self._first) and int(self._first[i]) == first:
                pack, entry = self._places[self._which[i]], self._places[self._which[i]].index[self._row[i]]
                place = Place(pack, int(entry["at"]), int(entry["size"]))
                if entry["rest"].tobytes() == rest and (pack.path.name, place.at) not in tried:
                    return place
                i += 1
        return None

    def _names(self) -> list[str]:
        with told_unreadable(self.folder):
            try:
                names = os.listdir(self.folder)
            except FileNotFoundError:
                return []
        return sorted(name for name in names if name.endswith(".pack") and not name.startswith("."))

    def _look(self) -> bool:
        """Know of the packs that there are; whether they are others than before."""
        with self._lock:
            names = self._names()
            if names == list(self._packs):
                return False
            packs: dict[str, Pack | None] = {}
            for name in names:
                try:
                    packs[name] = self._packs[name] if name in self._packs else self._open(self.folder / name)
                except FileNotFoundError:
                    if os.path.lexists(self.folder / name):
                        packs[name] = None
                        self._say(f"{self.folder / name} is a link to no file: nothing in it is used.")
            self._packs = packs
            self._arrange()
            return True

    def _gone(self, pack: Pack) -> None:
        """Know no more of a pack that has just been replaced by another."""
        with self._lock:
            if self._packs.get(pack.path.name) is pack:
                del self._packs[pack.path.name]
                self._arrange()

    def _open(self, path: Path) -> Pack | None:
        try:
            pack = Pack(path)
        except BrokenRecordError as error:
            self._say(f"{path} {error}: nothing in it is used.")
            return None
        if not pack.whole:
            self._tell(pack)
        return pack

    def _damaged(self, pack: Pack) -> None:
        with self._lock:
            if pack.whole:
                pack.salvage()
                self._tell(pack)
                self._arrange()

    def _tell(self, pack: Pack) -> None:
        self._say(
            f"{pack.path} is damaged: {len(pack.index):,} runs in it are whole and found, others are simulated again where they "
            "are needed."
        )

    def _arrange(self) -> None:
        self._places = [pack for pack in self._packs.values() if pack is not None]
        none: Any = np.empty(0, np.int64)
        first = np.concatenate([none.astype(np.uint64), *(p.index["first"].astype(np.uint64) for p in self._places)])
        which = np.concatenate([none, *(np.full(len(p.index), i) for i, p in enumerate(self._places))])
        row = np.concatenate([none, *(np.arange(len(p.index)) for p in self._places)])
        order = np.argsort(first, kind="stable")
        self._first, self._which, self._row = first[order], which[order], row[order]
