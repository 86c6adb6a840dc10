"""How Groundswell compiles: one decorator for scalar rules, one for kernels.

Numba's own cache notices a change in the file of the function it compiled, not in the files of the functions that one calls or
in the tables it froze, and would go on using a stale rule. What is kept here is therefore kept under a hash of them all, or
not at all: numba never chooses a place of its own. Functions of the user's own, which may freeze anything, are never kept.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import types
from numba.core.caching import CompileResultCacheImpl, FunctionCache
from numba.core.typeinfer import register_dispatcher
from numba.extending import intrinsic
from numba.np.numpy_support import as_dtype

_ROOT = Path(__file__).resolve().parent
_KEPT_FOR = 60 * 24 * 3600.0  # seconds
_IMPORT = re.compile(r"^from (sim(?:\.\w+)*) import (\([^)]*\)|[^\n]*)", re.MULTILINE)


# Where compiled code is kept


def _compiled_sources(root: Path) -> list[Path]:
    """Files with compiled functions, the files that those import constants from, and the tables."""
    texts = {path: path.read_text(encoding="utf-8") for path in root.rglob("*.py")}
    sources = {path for path, text in texts.items() if "from sim.compiled import" in text} | {root / "compiled.py"}
    fresh = set(sources)
    while fresh:
        places = {place for path in fresh for place in _imported(root.parent, texts[path])}
        files = {path for place in places for path in (place.with_suffix(".py"), place / "__init__.py")}
        fresh = (files & texts.keys()) - sources
        sources |= fresh
    return sorted([*sources, *root.rglob("*.npy")])


def _imported(top: Path, text: str) -> Iterator[Path]:
    """What a source imports from here, as modules or packages; some of it may be neither."""
    for base, names in _IMPORT.findall(text):
        place = top.joinpath(*base.split("."))
        yield place
        yield from (place / name for name in re.findall(r"\w+", names))


@lru_cache(maxsize=1)
def cache_directory() -> Path | None:
    """Directory of compiled code for exactly these sources: in GROUNDSWELL_CACHE, else in the user's cache, else in a temporary
    folder of the user's; None if none can be written, which a warning says."""
    digest = hashlib.sha256(numba.__version__.encode())
    for path in _compiled_sources(_ROOT):
        digest.update(path.relative_to(_ROOT).as_posix().encode())
        digest.update(path.read_bytes())
    name, given = digest.hexdigest()[:16], os.environ.get("GROUNDSWELL_CACHE")
    problems = []
    for parent in (_given, _home, _temporary):
        try:
            directory = parent()
            if directory is not None:
                _try(directory / name)
                _sweep(directory, name)
                break
        except (OSError, RuntimeError, ValueError) as error:
            problems.append(str(error))
    else:
        directory = None
    if problems and (given or directory is None):
        instead = (
            f"it is kept in {directory}" if directory else "every process compiles anew, which takes about a minute"
        )
        warnings.warn(
            f"Compiled code cannot be kept ({'; '.join(problems)}): {instead}. GROUNDSWELL_CACHE names a folder for it.",
            stacklevel=2,
        )
    return directory and directory / name


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
    """Raise OSError unless a file can be written there, or compiled code be read that is there already."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory) as file:
            file.write(b"compiled")
    except OSError:
        if not any(directory.glob("*/*.nbi")):
            raise


def _sweep(parent: Path, name: str) -> None:
    """Note that a directory of compiled code is used; remove those that have not been for long."""
    with suppress(OSError):
        os.utime(parent / name)
        old = time.time() - _KEPT_FOR
        for directory in parent.iterdir():
            if re.fullmatch("[0-9a-f]{16}", directory.name) and directory.stat().st_mtime < old:
                files = [path for path in directory.rglob("*") if not path.is_dir()]
                if all(re.search(r"\.nb[ic](\.tmp\.\w+)?$", path.name) for path in files):  # nothing that is not ours
                    shutil.rmtree(directory, ignore_errors=True)


class _Place:
    """Tells numba where to keep a function, and that its source is fresh: the directory's name holds its hash."""

    def __init__(self, function: Callable[..., Any], directory: Path) -> None:
        self._path = directory / Path(function.__code__.co_filename).resolve().relative_to(_ROOT).with_suffix("")
        self._line = function.__code__.co_firstlineno

    def ensure_cache_path(self) -> None:
        self._path.mkdir(parents=True, exist_ok=True)

    def get_cache_path(self) -> str:
        return str(self._path)

    def get_source_stamp(self) -> str:
        return "fresh"

    def get_disambiguator(self) -> str:
        return str(self._line)


class _Implementation(CompileResultCacheImpl):  # type: ignore[misc]
    def __init__(self, function: Callable[..., Any], directory: Path) -> None:
        # Numba's own __init__ would look for a place itself, at last in __pycache__.
        self._lineno = function.__code__.co_firstlineno
        self._locator = _Place(function, directory)
        self._filename_base = self.get_filename_base(function.__qualname__, getattr(sys, "abiflags", ""))


class _Cache(FunctionCache):  # type: ignore[misc]
    """Compiled code on disk. What cannot be read is compiled again; what cannot be written is not kept."""

    def __init__(self, function: Callable[..., Any], directory: Path) -> None:
        self._impl_class = lambda function: _Implementation(function, directory)
        super().__init__(function)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        try:
            return super().load_overload(sig, target_context)
        except Exception:  # whatever is wrong with a file, there is its source
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        with suppress(OSError):  # such as a full disk
            super().save_overload(sig, data)


def is_compiled() -> bool:
    """Whether the engine has been compiled for exactly these sources."""
    directory = cache_directory()
    return directory is not None and any((directory / "engine" / "kernels" / "ticks").glob("run_ticks*.nbc"))


# NUMBA_DISABLE_JIT=1: everything runs in Python, slowly, to be debugged


def _in_python(function: Callable[..., Any], signature: Any = None) -> Any:
    """The function, with integers that go round as they do once compiled, and numbers of the types of a scalar's signature."""

    def number(value: Any, kind: Any) -> Any:
        return as_dtype(kind).type(value) if isinstance(kind, types.Number | types.Boolean) else value

    @wraps(function)
    def called(*values: Any) -> Any:
        with np.errstate(over="ignore"):
            if signature is None:
                return function(*values)
            found = function(*(number(value, kind) for value, kind in zip(values, signature.args, strict=True)))
            return number(found, signature.return_type)

    called.py_func = function  # type: ignore[attr-defined]
    return called


# Compiling


def _compile(function: Callable[..., Any], *signature: Any, **options: Any) -> Any:
    if numba.config.DISABLE_JIT:
        return _in_python(function, *signature)
    dispatcher = numba.njit(nogil=True, **options)(function)
    if Path(function.__code__.co_filename).resolve().is_relative_to(_ROOT):
        directory = cache_directory()
        if directory is not None:
            dispatcher._cache = _Cache(function, directory)
    if signature:
        with register_dispatcher(dispatcher):  # as numba.njit does for a signature
            dispatcher.compile(signature[0])
            dispatcher.disable_compile()
    return dispatcher


def scalar(signature: Any) -> Callable[[Callable[..., Any]], Any]:
    """Compile a scalar function once, with an explicit signature, so that both engines call the same machine code."""

    def decorate(function: Callable[..., Any]) -> Any:
        return _compile(function, signature)

    return decorate


def kernel(function: Callable[..., Any]) -> Any:
    """Compile an array kernel at its first call (cached on disk, releases the GIL, IEEE arithmetic in written order)."""
    return _compile(function, no_cfunc_wrapper=True)


def inlined(function: Callable[..., Any]) -> Any:
    """A part of a kernel, merged into its callers by LLVM; it allocates nothing and cannot be called from Python.

    Numba's own inlining (``inline="always"``) gives equally fast code, but types every copy anew: the engine took 94 s to
    compile, and takes 57 s. A wrapper for calls from Python, which unpacks hundreds of arrays, would eat that up.
    """
    return _compile(function, forceinline=True, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def entries(fields: list[tuple[str, Any]]) -> np.dtype[Any]:
    """Type of entries whose fields kernels read as attributes, which in Python is slow, or not to be had at all."""
    return np.dtype((np.record, fields)) if numba.config.DISABLE_JIT else np.dtype(fields)


def first_class(signature: Any, function: Any) -> Any:
    """A scalar as a function that kernels take as an argument without being compiled anew."""
    return function if numba.config.DISABLE_JIT else numba.cfunc(signature)(function)


@intrinsic  # type: ignore[untyped-decorator]
def _prefetch(_context: Any, array: Any, row: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        found = context.make_array(signature.args[0])(context, builder, arguments[0])
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        stride = builder.extract_value(found.strides, 0)
        place = builder.gep(builder.bitcast(found.data, byte), [builder.mul(arguments[1], stride)])
        function = builder.module.globals.get("llvm.prefetch.p0") or ir.Function(
            builder.module, ir.FunctionType(ir.VoidType(), [byte, number, number, number]), "llvm.prefetch.p0"
        )
        builder.call(function, [place, number(0), number(3), number(1)])  # to be read, and again soon, as data
        return context.get_dummy_value()

    return types.none(array, types.int64), code


def _no_prefetch(_array: Any, _row: Any) -> None:
    pass


prefetch = _no_prefetch if numba.config.DISABLE_JIT else _prefetch
"""``prefetch(array, row)`` asks for the cache line in which a row of an array begins, so that it is there when it is needed;
changes nothing."""


def lean_kernel(function: Callable[..., Any]) -> Any:
    """A kernel that allocates nothing, and so need not count references to the many arrays that it is given."""
    return _compile(function, _nrt=False, no_cfunc_wrapper=True)
