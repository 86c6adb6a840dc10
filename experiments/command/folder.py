"""Folders that programs write: there whole or not at all, known by a manifest, and nothing of anybody else's is touched.

``manifest.json`` names every file that a program wrote into a folder, with its SHA-256. Only a folder that has one, or an
empty one, is written to. What the manifest does not name is somebody else's: it stays in its place when the folder is renewed.
What it names but has been changed since holds somebody's work too, and is not written over.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Any

from experiments.command.interrupts import uninterrupted
from sim.fields import InputError
from sim.temporaries import MARK, is_of_the_dead, mark

MANIFEST = "manifest.json"
_MADE_BY, _LARGEST_MANIFEST = "groundswell", 10_000_000
UNWRITABLE = frozenset({
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.ENAMETOOLONG,
})  # fmt: skip
"""Errors of places that cannot be written to."""
_DEEPEST = 200  # letters of the longest path below results/


def checksum(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Manifest:
    """What a program wrote into a folder: the kind of folder, and the SHA-256 of each file by its path within."""

    def __init__(self, folder: Path, kind: str, files: dict[str, str]) -> None:
        self.folder = folder
        self.kind = kind
        self.files = files

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """The manifest of a folder. Raises InputError where there is none that a program of ours wrote."""
        path = folder / MANIFEST
        try:
            if path.stat().st_size > _LARGEST_MANIFEST or not path.is_file():
                raise ValueError
            found: Any = json.loads(path.read_text(encoding="utf-8"))
            kind, files = found[_MADE_BY], found["files"]
            if not isinstance(kind, str) or not isinstance(files, dict) or not all(map(_is_within, files)):
                raise ValueError
        except FileNotFoundError:
            raise InputError(f"{_shown(folder)} has no {MANIFEST}, so none of our programs made it") from None
        except OSError as error:
            raise InputError(f"{_shown(path)} must be a file that can be read ({error.strerror})") from None
        except (ValueError, TypeError, KeyError, RecursionError):
            raise InputError(f"{_shown(path)} is damaged, or none of our programs made it") from None
        return cls(folder, kind, files)

    def write(self) -> None:
        """Put the manifest of all files that are in the folder there."""
        self.files = {
            path.relative_to(self.folder).as_posix(): checksum(path)
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and path != self.folder / MANIFEST
        }
        text = json.dumps({_MADE_BY: self.kind, "files": self.files}, indent=2)
        (self.folder / MANIFEST).write_text(text + "\n", encoding="utf-8")

    def check(self, *names: str) -> None:
        """Raise InputError naming files that were changed since they were written (default: any but those that are gone)."""
        changed = []
        for name in names or self.files:
            path = self.folder / name
            try:
                as_written = not path.is_symlink() and checksum(path) == self.files.get(name)
            except FileNotFoundError:
                if not names:
                    continue
                raise InputError(f"{_shown(self.folder)} lacks {name}") from None
            except OSError as error:
                raise InputError(f"{_shown(path)} must be a file that can be read ({error.strerror})") from None
            if not as_written:
                changed.append(name)
        if changed:
            some = ", ".join(changed[:3]) + (f" and {len(changed) - 3} more" if len(changed) > 3 else "")
            raise InputError(
                f"{_shown(self.folder)} is not as it was written: {some} changed since. Nothing is read from it or written "
                "over it; move what you changed elsewhere, and what is missing is made anew by the command that made the folder"
            )


def _is_within(name: object) -> bool:
    path = PurePosixPath(name) if isinstance(name, str) else None
    return path is not None and bool(path.parts) and not path.is_absolute() and ".." not in path.parts


def _shown(path: Path) -> str:
    """A path in a sentence, cut in its middle where it is very long."""
    text = str(path)
    return text if len(text) <= 200 else f"{text[:100]}…{text[-80:]}"


# Where results go


def expanded(path: str, field: str = "results") -> str:
    """A path that the user gave, with ``~`` as what it stands for. Raises InputError."""
    if not path:
        raise InputError("must name a folder, not ''", field=field)
    try:
        return str(Path(path).expanduser()) if path.startswith("~") else path
    except RuntimeError:
        raise InputError(f"must name a folder; nobody's home is known for {path[:60]!r}", field=field) from None


def check_place(results: str) -> None:
    """Raise InputError unless a folder for results is there and can be written to, or can be made; nothing is made."""
    place = Path(results).absolute()
    longest = max(len(os.fsencode(part)) for part in place.parts)
    if longest > 255 or len(os.fsencode(place)) + _DEEPEST > 4096:
        raise InputError(
            f"must be a path of at most {4096 - _DEEPEST} letters, each name in it of at most 255, not {_shown(place)}",
            field="results",
        )
    try:
        while not place.exists() and not place.is_symlink():
            place = place.parent
        usable = place.is_dir() and os.access(place, os.W_OK | os.X_OK)
    except OSError as error:
        raise InputError(f"must be a folder that can be reached ({error.strerror})", field="results") from None
    if not place.is_dir():
        raise InputError(
            f"must be a folder that can be made, not {_shown(Path(results))!r}: {_shown(place)} is no folder",
            field="results",
        )
    if not usable:
        raise InputError(f"must be a folder that can be written to, which {_shown(place)} is not", field="results")


@contextmanager
def place_with_room(results: str, room: int) -> Iterator[None]:
    """Make a folder for results, and see that a file of so many bytes can be written there.

    Raises InputError. Where the ``with`` block ends with an error, no empty folder stays that was not there before.
    """
    check_place(results)
    place = Path(results).absolute()
    made = [path for path in (place, *place.parents) if not path.exists()]
    try:
        _make_room(place, room)
        yield
    except BaseException:
        for path in made:
            with suppress(OSError):
                path.rmdir()
        raise


def _make_room(place: Path, room: int) -> None:
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place) as probe:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(probe.fileno(), 0, room)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        must = (
            f"have room for about {room / 1e6:.0f} MB, which" if full else "be a folder that can be written to, which"
        )
        raise InputError(
            f"must {must} {_shown(place)} {'has' if full else 'is'} not ({error.strerror})", field="results"
        ) from None


# What is not finished yet


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that vanishes afterwards; those of programs that were killed are swept up first. Raises InputError."""
    try:
        above = Path(tempfile.gettempdir())
        with os.scandir(above) as entries:
            for entry in entries:
                found = re.fullmatch(rf"groundswell-({MARK})-\w+", entry.name)
                if found and is_of_the_dead(found[1]) and entry.stat(follow_symlinks=False).st_uid == os.getuid():
                    shutil.rmtree(entry.path, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(prefix=f"groundswell-{mark()}-", dir=above))
    except OSError as error:
        raise InputError(f"there must be a folder for temporary files (TMPDIR): {error.strerror or error}") from None
    try:
        yield folder
    finally:
        with uninterrupted():
            shutil.rmtree(folder, ignore_errors=True)


class Assembly:
    """A folder made under a temporary name beside its own; leaving the ``with`` block without an error puts it in place.

    ``kind`` is what its manifest says it is. Files in the folder that are somebody else's are there afterwards as before.
    Entering raises InputError if the folder is not ours to write to (``check``).
    """

    def __init__(self, directory: Path, kind: str) -> None:
        self.directory = directory.resolve()
        self.kind = kind
        self._beside = self.directory.parent
        self.temporary = self._name("new")

    def check(self) -> None:
        """Raise InputError unless the folder is not there yet, empty, or ours with every file as it was written."""
        try:
            if not self.directory.exists() or not any(self.directory.iterdir()):
                return
            for _ in _files(self.directory):
                pass
        except NotADirectoryError:
            raise InputError(f"{_shown(self.directory)} must be a folder, which it is not") from None
        except OSError as error:
            raise InputError(f"{_shown(self.directory)} must be a folder that can be read ({error.strerror})") from None
        try:
            manifest = Manifest.read(self.directory)
        except InputError as error:
            raise InputError(
                f"nothing is written into a folder with somebody else's files, and {str(error).rstrip('.')}; "
                "move it elsewhere or give another results=DIR"
            ) from None
        if manifest.kind != self.kind:
            raise InputError(
                f"{_shown(self.directory)} is the folder of a {manifest.kind}, not of a {self.kind}; give another results=DIR"
            )
        manifest.check()

    def __enter__(self) -> Path:
        with _locked(self._beside), uninterrupted():
            self._sweep_up()
        self.check()
        self.temporary.mkdir(parents=True)
        return self.temporary

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._put_in_place()
        finally:
            with uninterrupted():
                shutil.rmtree(self.temporary, ignore_errors=True)

    def _put_in_place(self) -> None:
        manifest = Manifest(self.temporary, self.kind, {})
        manifest.write()
        for path in [*self.temporary.rglob("*"), self.temporary]:
            _flush(path)
        with _locked(self._beside), uninterrupted():  # who waits for another program can be told to stop
            self.check()
            if not self.directory.exists():
                self.temporary.rename(self.directory)
            else:
                self._carry_over()
                former = self._name("old")
                self.directory.rename(former)
                self.temporary.rename(self.directory)
                self._clear(former)
            _flush(self._beside)

    def _carry_over(self) -> None:
        """Give everybody else's files a second name in the new folder. Raises InputError where a name is taken."""
        ours = self._ours(self.directory)
        above_ours = {above.as_posix() for name in ours for above in PurePosixPath(name).parents}
        for path in _files(self.directory):
            name = path.relative_to(self.directory)
            target = self.temporary / name
            try:
                if _is_folder(path):
                    if name.as_posix() not in above_ours and not _is_folder(target):
                        target.mkdir(parents=True)
                elif name.as_posix() not in ours:
                    target.parent.mkdir(parents=True, exist_ok=True)
                    os.link(path, target, follow_symlinks=False)
            except (FileExistsError, NotADirectoryError):
                raise InputError(f"{_shown(path)} is not ours and in the way; move it elsewhere") from None
            except OSError:  # no second names here: it is moved once the new folder is in place
                continue

    def _clear(self, former: Path) -> None:
        """Remove a former folder; whatever in it is somebody else's and not in the new one yet is moved there."""
        ours = self._ours(former)
        for path in sorted(_files(former), key=lambda path: (path == former / MANIFEST, -len(path.parts))):
            name = path.relative_to(former)
            target = self.directory / name
            with suppress(OSError):
                if _is_folder(path):
                    path.rmdir()
                elif name.as_posix() in ours or _same(path, target):
                    path.unlink()
                else:
                    target.parent.mkdir(parents=True, exist_ok=True)
                    path.rename(_free(target))
        with suppress(OSError):
            former.rmdir()

    def _ours(self, folder: Path) -> set[str]:
        """Files of a folder that one of our programs wrote and nobody has changed since."""
        try:
            files = Manifest.read(folder).files
        except InputError:
            return set()
        found = {MANIFEST}
        for name, digest in files.items():
            with suppress(OSError):
                if not (folder / name).is_symlink() and checksum(folder / name) == digest:
                    found.add(name)
        return found

    def _name(self, ending: str) -> Path:
        return self.directory.with_name(f".{self.directory.name}.{mark()}.{ending}")

    def _sweep_up(self) -> None:
        """Finish what programs that were killed left: put the old folder back, or see that nobody's files stay in it."""
        pattern = re.compile(re.escape(f".{self.directory.name}.") + rf"({MARK})\.(new|old)")
        if not self._beside.is_dir():
            return
        for path in sorted(self._beside.iterdir(), reverse=True):
            found = pattern.fullmatch(path.name)
            if not found or not is_of_the_dead(found[1]):
                continue
            if found[2] == "new":
                shutil.rmtree(path, ignore_errors=True)
            elif self.directory.exists():
                self._clear(path)
            else:
                path.rename(self.directory)


def _files(folder: Path) -> Iterator[Path]:
    """Everything below a folder, folders before what is in them; links are not followed. Raises OSError."""
    for path in sorted(folder.iterdir()):
        yield path
        if _is_folder(path):
            yield from _files(path)


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _same(one: Path, other: Path) -> bool:
    """Whether two names are those of one file."""
    if not os.path.lexists(other):
        return False
    a, b = one.lstat(), other.lstat()
    return (a.st_dev, a.st_ino) == (b.st_dev, b.st_ino)


def _free(path: Path) -> Path:
    """The path, or where it is taken one with a number that is free."""
    number, free = 1, path
    while os.path.lexists(free):
        free = path.with_name(f"{path.stem}.{number}{path.suffix}")
        number += 1
    return free


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One program at a time changes what lies in a folder, where the file system can see to that."""
    if not folder.is_dir():
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
