"""The table of words: what kernels take, as one row of 64-bit words, and how compiled code rebuilds it.

A number is its bits; an array is its address and its shape, and lies in C order. Words follow one another as the fields of the
named tuples do.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array
from numpy.typing import NDArray


class Leaf(NamedTuple):
    """An array or a number in a tree of named tuples: its ``path``, as in ``state.opinion`` or ``rule_parameters[0]``."""

    path: str
    value: Any

    @property
    def words(self) -> int:
        """How many words it takes."""
        return 1 + self.value.ndim if isinstance(self.value, np.ndarray) else 1


def leaves(value: Any, path: str = "") -> Iterator[Leaf]:
    """The arrays and numbers in a tree of (named) tuples, in order."""
    if not isinstance(value, tuple):
        yield Leaf(path, value)
        return
    names = getattr(value, "_fields", None)
    for i, part in enumerate(value):
        place = f"{path}[{i}]" if names is None else f"{path}.{names[i]}" if path else names[i]
        yield from leaves(part, place)


def kind_of(value: Any) -> Any:
    """The type that compiled code has for a tree of tuples: the same for all worlds, however their arrays lie in memory."""
    return numba.typeof(_in_order(value))


def _in_order(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return np.zeros(value.shape, dtype=value.dtype)[tuple(slice(0, 1) for _ in value.shape)].copy()
    if not isinstance(value, tuple):
        return value
    parts = [_in_order(part) for part in value]
    return value._make(parts) if hasattr(value, "_make") else tuple(parts)


def word_of(number: Any) -> int:
    """The bits of a number as an unsigned word."""
    if isinstance(number, float):
        return int(struct.unpack("<Q", struct.pack("<d", number))[0])
    return int(number) % 2**64


def words_of(parts: list[Leaf], addresses: dict[str, int]) -> NDArray[np.uint64]:
    """The table for leaves whose arrays lie at these addresses."""
    words: list[int] = []
    for leaf in parts:
        if isinstance(leaf.value, np.ndarray):
            words += [addresses[leaf.path], *leaf.value.shape]
        else:
            words.append(word_of(leaf.value))
    return np.array(words, dtype=np.uint64)


def rebuilder(kind: Any) -> Any:
    """``rebuild(table)`` for compiled code: the tree of tuples of that kind whose words begin at an address."""

    @intrinsic  # type: ignore[untyped-decorator]
    def rebuild(_context: Any, table: Any) -> Any:
        def code(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            words = builder.inttoptr(arguments[0], ir.IntType(64).as_pointer())
            return _rebuilt(context, builder, words, kind, iter(range(2**31)))

        return kind(types.int64), code

    return rebuild


def _rebuilt(context: Any, builder: Any, words: Any, kind: Any, places: Iterator[int]) -> Any:
    if isinstance(kind, types.BaseTuple):
        return context.make_tuple(
            builder, kind, [_rebuilt(context, builder, words, part, places) for part in kind.types]
        )

    def word() -> Any:
        return builder.load(builder.gep(words, [ir.IntType(64)(next(places))]))

    if isinstance(kind, types.Array):
        address, shape = word(), [word() for _ in range(kind.ndim)]
        size = kind.dtype.size if isinstance(kind.dtype, types.Record) else kind.dtype.bitwidth // 8
        strides = [ir.IntType(64)(size)]
        for length in reversed(shape[1:]):
            strides.insert(0, builder.mul(strides[0], length))
        array = context.make_array(kind)(context, builder)
        data = builder.inttoptr(address, array.data.type)
        populate_array(array, data=data, shape=shape, strides=strides, itemsize=size, meminfo=None)
        return array._getvalue()
    if isinstance(kind, types.Boolean):
        return builder.icmp_unsigned("!=", word(), ir.IntType(64)(0))
    if isinstance(kind, types.Float):
        return builder.bitcast(word(), ir.DoubleType())
    return word()
