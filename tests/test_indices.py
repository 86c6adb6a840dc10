"""Kernels look into arrays without asking whether an index counts from the end."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.indices import Compiler

ROOT = Path(__file__).parent.parent
PAIRS = np.dtype((np.record, [("x", np.int64), ("y", np.float64)]))


def looked_up(rows: Any, pairs: Any, indices: Any, i: int, j: int) -> Any:
    """Every way in which kernels look into arrays."""
    rows[i, j] += 1.0
    rows[i][j] *= 2.0
    row = rows[indices[j]]
    row[i] = rows[indices[i], 1]
    rows[i, 1:3] = rows[0, j : j + 2]
    pairs[j].x = i + indices[np.uint8(i)]
    pairs[i].y = pairs[indices[0]].y + rows[np.int32(i), np.uint16(j)]
    last = rows[-1, -1] + rows[2][-1] + indices[-1]
    for k in range(indices.size):
        last += rows[indices[k], k] * row[k]
        indices[k] += k & 1
    return last + pairs[j].x + rows[(i, 2)] + rows[i : i + 1].sum() + rows.T[j, i]


def arrays(kind: Any) -> tuple[Any, ...]:
    draws = np.random.default_rng(1)
    pairs = np.zeros(4, PAIRS)
    pairs["y"] = draws.random(4)
    return draws.random((5, 4)), pairs, np.array([2, 0, 3, 1], kind)


@given(st.integers(0, 2), st.integers(0, 2), st.sampled_from(["i4", "u8"]))
def test_what_is_looked_up_is_what_python_looks_up(i: int, j: int, kind: str) -> None:
    expected, found = arrays(kind), arrays(kind)
    with np.errstate(all="raise"):
        assert UNSIGNED(*found, i, j) == looked_up(*expected, i, j)
    for one, other in zip(found, expected, strict=True):
        assert one.tolist() == other.tolist()


UNSIGNED = numba.njit(pipeline_class=Compiler)(looked_up)


def choices_in_the_code_of(function: Callable[..., Any]) -> int:
    (code,) = function.inspect_llvm().values()  # type: ignore[attr-defined]
    return sum(" select " in line for line in code.splitlines())


def test_no_index_is_compared_with_nothing() -> None:
    """The comparison that numba writes is there, and here it is not."""

    def taken(values: Any, indices: Any, at: int) -> float:
        return float(values[indices[at]])

    usual, unsigned = numba.njit(taken), numba.njit(pipeline_class=Compiler)(taken)
    for function in (usual, unsigned):
        assert function(np.array([1.0, 2.0]), np.array([1], np.int32), 0) == 2.0
    assert choices_in_the_code_of(usual) > choices_in_the_code_of(unsigned) == 0


@pytest.mark.parametrize("index", [-1, 3, (0, -1), (-2, 0), (1, 2)])
def test_an_index_that_leaves_its_array_is_refused_where_that_is_asked(index: Any) -> None:
    values = np.zeros(3) if isinstance(index, int) else np.zeros((2, 2))

    def read(array: Any, place: Any) -> Any:
        return array[place]

    def write(array: Any, place: Any) -> None:
        array[place] = 1.0

    for function in (read, write):
        checked = numba.njit(pipeline_class=Compiler, boundscheck=True)(function)
        with pytest.raises(IndexError):
            checked(values, index)


@pytest.mark.slow
def test_no_index_of_a_kernel_leaves_its_array() -> None:
    """In any world whose numbers are kept, which between them use everything there is."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", "not slow", "-k", "arrays",
         "tests/test_golden.py"],
        cwd=ROOT, env=os.environ | {"NUMBA_BOUNDSCHECK": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
