"""How Groundswell compiles: one decorator for scalar rules, one for kernels.

What is compiled is kept on disk (``sim.code_cache``).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import types
from numba.core.typeinfer import register_dispatcher
from numba.extending import intrinsic
from numba.np.numpy_support import as_dtype

from sim.code_cache import CodeCache
from sim.indices import FINGERPRINT, Compiler

_ROOT = Path(__file__).resolve().parent


def is_kept(compiled: Any) -> bool:
    """Whether code of a kernel or scalar, as it is in these sources, is on disk; not when everything runs in Python."""
    cache = getattr(compiled, "_cache", None)
    return isinstance(cache, CodeCache) and cache.is_kept()


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


def _is_ours(function: Any) -> bool:
    code = getattr(function, "__code__", None)  # numba says what is wrong with what has none
    return code is not None and Path(code.co_filename).resolve().is_relative_to(_ROOT)


def _compile(function: Callable[..., Any], *signature: Any, **options: Any) -> Any:
    if numba.config.DISABLE_JIT:
        return _in_python(function, *signature)
    if _is_ours(function):
        dispatcher = numba.njit(nogil=True, pipeline_class=Compiler, **options)(function)
        dispatcher._cache = CodeCache(function, options | {"passes": FINGERPRINT})
    else:  # a rule of the user's own may count from the end
        dispatcher = numba.njit(nogil=True, **options)(function)
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
