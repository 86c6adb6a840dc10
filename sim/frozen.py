"""What compiled code is made of: a fingerprint of a function and of all that numba freezes when it compiles it.

That is the function's bytecode with its constants, the values of the globals that it names (numbers, tables, members of
enumerations), and the same of every compiled function that it calls, whichever files these come from. Comments, docstrings and
line numbers do not belong to it, nor whatever else stands in those files. (``sim.sources`` answers another question, which code
decides a run's numbers, and has to read whole files for it.)
"""

from __future__ import annotations

import builtins
import dis
import hashlib
import sys
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from types import BuiltinFunctionType, CodeType, EllipsisType, FunctionType, ModuleType
from typing import Any
from weakref import WeakKeyDictionary

import llvmlite
import numba
import numpy as np
from numba import types
from numba.core.dispatcher import Dispatcher
from numba.core.extending import _Intrinsic

_TOP = __name__.partition(".")[0]
_ASKED = (
    "OPT",
    "BOUNDSCHECK",
    "DEBUGINFO_DEFAULT",
    "LOOP_VECTORIZE",
    "SLP_VECTORIZE",
)  # of the compiler, by NUMBA_… variables
_KNOWN: WeakKeyDictionary[Any, str] = WeakKeyDictionary()


class UnknownValueError(ValueError):
    """Something frozen of which nobody can tell whether it is the same in another process."""


def function_fingerprint(function: Callable[..., Any], options: dict[str, Any]) -> str:
    """SHA-256 of what numba freezes when it compiles a function with these options while its globals are what they are now.

    Raises UnknownValueError where there is something of which nobody can tell whether it is the same in another process.
    """
    return _hash([repr(sorted(options.items())), *_of_function(function, ())])


def types_fingerprint(kinds: Iterable[types.Type], machine: Any) -> str:
    """SHA-256 of the types that a function is compiled for, down to the names of their fields, the compiler and the machine."""
    versions = (sys.implementation.cache_tag, numba.__version__, llvmlite.__version__)
    asked = [str(getattr(numba.config, name)) for name in _ASKED]
    return _hash([repr((versions, asked, machine)), *(line for kind in kinds for line in _of_type(kind))])


def _hash(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] == _TOP


def _of_type(kind: types.Type) -> Iterator[str]:
    yield str(kind)
    if isinstance(kind, types.NamedTuple | types.NamedUniTuple):
        yield from _of_class(kind.instance_class)
    if isinstance(kind, types.BaseTuple):
        for inner in kind:
            yield from _of_type(inner)


# Functions, and the functions that are being told while they are (``within``)


def _of_function(function: Any, within: tuple[Any, ...]) -> Iterator[str]:
    if function in within:
        raise UnknownValueError(f"{function.__qualname__} is called by what it calls")
    within = (*within, function)
    yield f"function {function.__module__}.{function.__qualname__}"
    yield from _of_value(function.__defaults__, within)
    for cell in function.__closure__ or ():
        yield from _of_value(cell.cell_contents, within)
    yield from _of_code(function.__code__, function.__globals__, function.__doc__, within)


def _of_dispatcher(dispatcher: Any, within: tuple[Any, ...]) -> str:
    if dispatcher not in _KNOWN:
        signatures = [] if dispatcher._can_compile else sorted(map(str, dispatcher.nopython_signatures))
        options = sorted(dispatcher.targetoptions.items())
        _KNOWN[dispatcher] = _hash([repr((options, signatures)), *_of_function(dispatcher.py_func, within)])
    return _KNOWN[dispatcher]


def _of_code(code: CodeType, scope: dict[str, Any], doc: str | None, within: tuple[Any, ...]) -> Iterator[str]:
    shape = (code.co_argcount, code.co_flags, code.co_varnames, code.co_cellvars, code.co_freevars)
    yield repr((code.co_code, code.co_exceptiontable, code.co_names, *shape))
    for place, constant in enumerate(code.co_consts):
        if isinstance(constant, CodeType):
            yield from _of_code(constant, scope, None, within)
        else:
            is_doc = place == 0 and isinstance(constant, str) and constant == doc
            yield from _of_value(None if is_doc else constant, within)
    for name, attributes in sorted(_globals_of(code)):
        if name in scope:
            yield name
            yield from _of_value(_taken(scope[name], attributes), within)
        elif not hasattr(builtins, name):
            raise UnknownValueError(f"{name} is not defined yet")


def _globals_of(code: CodeType) -> set[tuple[str, tuple[str, ...]]]:
    """Names of globals that code reads, each with the attributes that it takes of them there and then."""
    found: list[tuple[str, tuple[str, ...]]] = []
    taken = False
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            found.append((step.argval, ()))
            taken = True
        elif taken and step.opname in ("LOAD_ATTR", "LOAD_METHOD"):
            name, attributes = found[-1]
            found[-1] = (name, (*attributes, step.argval))
        else:
            taken = False
    return set(found)


def _taken(value: Any, attributes: tuple[str, ...]) -> Any:
    """What code gets that takes attributes of one of our modules; anything else is told whole, or by its name."""
    for name in attributes:
        if not (isinstance(value, ModuleType) and _is_ours(value.__name__)):
            break
        value = getattr(value, name)
    return value


# Values


def _of_value(value: Any, within: tuple[Any, ...]) -> Iterator[str]:
    match value:
        case Enum():
            yield f"{value!r} {value.value!r}"
        case None | bool() | int() | float() | complex() | str() | bytes() | EllipsisType():
            yield f"{type(value).__name__} {value!r}"
        case tuple():
            yield f"{type(value).__name__} of {len(value)}"
            for item in value:
                yield from _of_value(item, within)
        case frozenset():
            yield from sorted(line for item in value for line in _of_value(item, within))
        case np.dtype():
            yield f"dtype {value.descr} {value.alignment} {value.type}"
        case np.ndarray() | np.generic():
            if value.dtype.hasobject:
                raise UnknownValueError("an array of objects")
            yield f"array {value.dtype.descr} {value.shape} {hashlib.sha256(value.tobytes()).hexdigest()}"
        case Dispatcher():
            yield _of_dispatcher(value, within)
        case _Intrinsic():
            yield from _of_function(value._defn, within)
        case types.Type():
            yield str(value)
        case type():
            yield from _of_class(value)
        case FunctionType() if _is_ours(value.__module__):
            yield from _of_function(value, within)
        case FunctionType() | BuiltinFunctionType():
            yield f"function {value.__module__}.{value.__qualname__}"
        case ModuleType() if not _is_ours(value.__name__):
            yield f"module {value.__name__}"
        case _:
            raise UnknownValueError(f"{type(value).__name__}")


def _of_class(kind: type) -> Iterator[str]:
    yield f"{kind.__module__}.{kind.__qualname__}"
    if issubclass(kind, Enum):
        yield repr([(member.name, member.value) for member in kind])
    elif issubclass(kind, tuple) and hasattr(kind, "_fields"):
        yield repr(kind._fields)
    elif _is_ours(kind.__module__):
        raise UnknownValueError(f"{kind.__qualname__}, a class")
