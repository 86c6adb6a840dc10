"""How compiled code on several threads sees what other threads have written, and rests while there is nothing to see."""

from __future__ import annotations

import sys
import time
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from sim.compiled import inlined


def _first_of_row(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    found = context.make_array(signature.args[0])(context, builder, arguments[0])
    start = builder.bitcast(found.data, ir.IntType(8).as_pointer())
    place = builder.gep(start, [builder.mul(arguments[1], builder.extract_value(found.strides, 0))])
    return builder.bitcast(place, ir.IntType(64).as_pointer())


@intrinsic  # type: ignore[untyped-decorator]
def _load(_context: Any, numbers: Any, row: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.load_atomic(_first_of_row(context, builder, signature, arguments), "acquire", 8)

    return types.int64(numbers, types.int64), code


@intrinsic  # type: ignore[untyped-decorator]
def _store(_context: Any, numbers: Any, row: Any, value: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        builder.store_atomic(arguments[2], _first_of_row(context, builder, signature, arguments), "release", 8)
        return context.get_dummy_value()

    return types.none(numbers, types.int64, types.int64), code


_sched_yield: Any = types.ExternalFunction("sched_yield", types.int32())
_usleep: Any = types.ExternalFunction("usleep", types.int32(types.uint32))


@inlined
def _step_aside() -> None:
    _sched_yield()


@inlined
def _sleep() -> None:
    _usleep(np.uint32(100))


@inlined
def _go_on() -> None:
    pass


def _load_in_python(numbers: NDArray[np.int64], row: int) -> int:
    return int(numbers[row, 0])


def _store_in_python(numbers: NDArray[np.int64], row: int, value: int) -> None:
    numbers[row, 0] = value


def _sleep_in_python() -> None:
    time.sleep(1e-4)


in_python, on_windows = numba.config.DISABLE_JIT, sys.platform == "win32"
load = _load_in_python if in_python else _load
"""``load(numbers, row)`` is the first number of a row of an int64 array; all that its writer had written before is there then."""
store = _store_in_python if in_python else _store
"""``store(numbers, row, value)`` writes the first number of a row, after everything that was written before."""
step_aside = _sleep_in_python if in_python else _go_on if on_windows else _step_aside
"""``step_aside()`` lets another thread have the processor, if one waits for it."""
sleep = _sleep_in_python if in_python else _go_on if on_windows else _sleep
"""``sleep()`` takes some 100 microseconds and no processor."""
