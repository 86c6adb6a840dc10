"""How Groundswell compiles: one decorator for scalar rules, one for kernels.

Numba's cache notices a change in the file of the function it compiled, not in the files of the functions that one calls or
in the tables it froze, and would go on using a stale rule. The cache directory therefore carries a hash of them all.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numba
from llvmlite import ir
from numba.core import config as _numba_config
from numba.core import types
from numba.extending import intrinsic

_IMPORT = re.compile(r"^from (sim(?:\.\w+)*) import", re.MULTILINE)


def _compiled_sources(root: Path) -> list[Path]:
    """Files with compiled functions, the files that those import constants from, and the tables."""
    texts = {path: path.read_text(encoding="utf-8") for path in root.rglob("*.py")}
    sources = {path for path, text in texts.items() if "from sim.compiled import" in text} | {root / "compiled.py"}
    fresh = set(sources)
    while fresh:
        modules = {name for path in fresh for name in _IMPORT.findall(texts[path])}
        files = {root.parent.joinpath(*name.split(".")).with_suffix(".py") for name in modules}
        fresh = {path for path in files if path in texts} - sources
        sources |= fresh
    return sorted([*sources, *root.rglob("*.npy")])


@lru_cache(maxsize=1)
def cache_directory() -> Path:
    """Directory of compiled code for exactly these sources (``GROUNDSWELL_CACHE`` overrides its parent)."""
    digest = hashlib.sha256()
    root = Path(__file__).resolve().parent
    for path in _compiled_sources(root):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    parent = os.environ.get("GROUNDSWELL_CACHE") or str(Path.home() / ".cache" / "groundswell")
    return Path(parent) / digest.hexdigest()[:16]


def _compile(function: Callable[..., Any], *signature: Any, **options: Any) -> Any:
    # Numba reads the directory when it decorates; the setting of other packages is put back afterwards. A function typed
    # at a prompt has no file whose change could be noticed, so it is not cached.
    on_disk = Path(function.__code__.co_filename).is_file()
    previous = _numba_config.CACHE_DIR
    _numba_config.CACHE_DIR = str(cache_directory())
    try:
        return numba.njit(*signature, cache=on_disk, nogil=True, **options)(function)
    finally:
        _numba_config.CACHE_DIR = previous


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


@intrinsic  # type: ignore[untyped-decorator]
def prefetch(_context: Any, array: Any, row: Any) -> Any:
    """Ask for the cache line in which a row of an array begins, so that it is there when it is needed; changes nothing."""

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


def lean_kernel(function: Callable[..., Any]) -> Any:
    """A kernel that allocates nothing, and so need not count references to the many arrays that it is given."""
    return _compile(function, _nrt=False, no_cfunc_wrapper=True)
