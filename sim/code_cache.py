"""Where compiled code is kept: each function for each of its signatures in a file of its own.

Numba's own cache notices a change in the file of the function it compiled, not in the functions that one calls or in the tables
it froze, and would go on using a stale rule; and it notices an edited comment. What is kept here is kept under a hash of what it
was made of (``sim.frozen``), or not at all: numba never chooses a place of its own. Functions of the user's own, which may
freeze anything, are never kept.
"""

from __future__ import annotations

import os
import pickle
import re
import tempfile
import time
import uuid
import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from numba.core.caching import _Cache
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps
from numba.core.sigutils import normalize_signature

from sim.frozen import UnknownValueError, function_fingerprint, types_fingerprint

_KEPT_FOR = 60 * 24 * 3600.0  # seconds
_NOTED_EVERY = 24 * 3600.0  # seconds: that a file is used
_OURS = re.compile(r".+-[0-9a-f]{16}-[0-9a-f]{16}\.(nbc|wasm)(\.tmp\w+)?")


@lru_cache(maxsize=1)
def cache_directories() -> tuple[Path, ...]:
    """Directories in which compiled code is sought; the last is that which is written to.

    It is GROUNDSWELL_CACHE, else one in the user's cache, else a temporary folder of the user's; those before it hold code, but
    nothing can be written there. Where nothing can be written or read at all, there are none, and a warning says so."""
    given = os.environ.get("GROUNDSWELL_CACHE")
    found: list[Path] = []
    problems = []
    for place in (_given, _home, _temporary):
        directory = None
        try:
            directory = place()
            if directory is not None:
                _try(directory)
                _sweep(directory)
                found.append(directory)
                break
        except (OSError, RuntimeError, ValueError) as error:
            if directory is not None and _holds_code(directory):
                found.append(directory)
            else:
                problems.append(str(error))
    if problems and (given or not found):
        instead = (
            f"it is kept in {found[-1]}" if found else "every process compiles anew, which takes about half a minute"
        )
        warnings.warn(
            f"Compiled code cannot be kept ({'; '.join(problems)}): {instead}. GROUNDSWELL_CACHE names a folder for it.",
            stacklevel=2,
        )
    return tuple(found)


def _given() -> Path | None:
    given = os.environ.get("GROUNDSWELL_CACHE")
    return Path(given).absolute() if given else None


def _home() -> Path:
    return Path.home() / ".cache" / "groundswell"  # RuntimeError for a user who has none


def _temporary() -> Path:
    """A folder that nobody else can put code into."""
    directory = Path(tempfile.gettempdir()) / f"groundswell-{os.getuid()}"
    directory.mkdir(mode=0o700, exist_ok=True)
    about = directory.lstat()
    if not directory.is_dir() or directory.is_symlink() or about.st_uid != os.getuid() or about.st_mode & 0o022:
        raise PermissionError(f"others may write to {directory}")
    return directory


def _try(directory: Path) -> None:
    """Raise OSError unless a file can be written there."""
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=directory) as file:
        file.write(b"compiled")


def _holds_code(directory: Path) -> bool:
    try:
        return any(directory.glob("*.nbc"))
    except OSError:
        return False


def _sweep(directory: Path) -> None:
    """Remove compiled code that has not been used for long, and nothing that is not ours."""
    old = time.time() - _KEPT_FOR
    with suppress(OSError):
        for path in directory.iterdir():
            if _OURS.fullmatch(path.name) and path.stat().st_mtime < old:
                path.unlink(missing_ok=True)


class CodeCache(_Cache):  # type: ignore[misc]
    """What numba asks for a function's compiled code: what cannot be read is compiled again, what cannot be written not kept."""

    def __init__(self, function: Callable[..., Any], options: dict[str, Any]) -> None:
        self._function = function
        self._options = options

    @cached_property
    def _name(self) -> str | None:
        """First part of the names of files, or None for a function that is not kept. Known from the first call on: kernels are
        defined before the functions and constants further down that they use."""
        try:
            digest = function_fingerprint(self._function, self._options)
        except UnknownValueError:
            return None
        name = f"{self._function.__module__}.{self._function.__qualname__}".replace("<", "").replace(">", "")
        return f"{name}-{digest[:16]}"

    @property
    def cache_path(self) -> str | None:
        return str(cache_directories()[-1]) if cache_directories() else None

    def is_kept(self) -> bool:
        """Whether there is code of the function, as it is now, for any signature."""
        return self._name is not None and any(
            any(directory.glob(f"{self._name}-*.nbc")) for directory in cache_directories()
        )

    def _file(self, signature: Any, codegen: Any) -> str | None:
        if self._name is None or not cache_directories():
            return None
        arguments, returned = normalize_signature(signature)
        kinds = [*arguments, *([returned] if returned is not None else [])]
        return f"{self._name}-{types_fingerprint(kinds, codegen.magic_tuple())[:16]}.nbc"

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        target_context.refresh()
        name = self._file(sig, target_context.codegen())
        for directory in cache_directories() if name else ():
            path = directory / str(name)
            try:
                found = CompileResult._rebuild(target_context, *pickle.loads(path.read_bytes()))
                if time.time() - path.stat().st_mtime > _NOTED_EVERY:
                    with suppress(OSError):
                        os.utime(path)
            except Exception:  # whatever is wrong with a file, there is its source
                continue
            return found
        return None

    def save_overload(self, sig: Any, data: Any) -> None:
        name = self._file(sig, data.codegen)
        if name is None or data.library.has_dynamic_globals or any(not lifted.can_cache for lifted in data.lifted):
            return
        content = dumps(data._reduce())
        with suppress(OSError):  # such as a full disk
            write_whole(cache_directories()[-1] / name, content)

    def enable(self) -> None:
        raise NotImplementedError

    def disable(self) -> None:
        raise NotImplementedError

    def flush(self) -> None:
        """Forget what is kept, as ``recompile`` asks for."""
        for directory in cache_directories() if self._name else ():
            for path in directory.glob(f"{self._name}-*.nbc"):
                with suppress(OSError):
                    path.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, whoever else writes it."""
    beside = path.with_name(f"{path.name}.tmp{os.getpid()}_{uuid.uuid4().hex[:8]}")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
