"""Tabulated logarithms and powers of two: what is checked in is what exact arithmetic gives, and it is accurate."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sim import tables
from sim.tables import exp2, log2, normal_quantile, power, powers


def test_the_checked_in_tables_are_what_exact_arithmetic_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checked_in = Path(tables.__file__).with_name("tables.npy")
    monkeypatch.setattr(tables, "_FILE", tmp_path / "tables.npy")
    tables.write_tables()
    written = np.load(tmp_path / "tables.npy")
    np.testing.assert_array_equal(np.load(checked_in), written, strict=True)
    assert written[:, [0, -1]].tolist() == [[0, 2**52], [2**52, 2**53]]


@given(st.floats(1e-300, 1e300))
@settings(max_examples=300)
def test_log2_is_accurate(x: float) -> None:
    assert abs(log2(x) - math.log2(x)) < 2e-8


@given(st.floats(-1000.0, 1000.0))
@settings(max_examples=300)
def test_exp2_is_accurate(x: float) -> None:
    assert exp2(x) == pytest.approx(2.0**x, rel=1e-8)


@pytest.mark.parametrize("x", [-1e-17, -1e-20, -5e-324])
def test_exp2_just_below_0_stays_within_its_table(x: float) -> None:
    assert x - math.floor(x) == 1.0
    assert exp2(x) == exp2.py_func(x) == 1.0


@given(st.floats(1e-6, 1e6), st.floats(-20.0, 20.0))
@settings(max_examples=300)
def test_power_is_accurate(x: float, exponent: float) -> None:
    # The error of log2 is multiplied by the exponent.
    assert power(x, exponent) == pytest.approx(x**exponent, rel=2e-8 * (1.0 + abs(exponent)))


@given(st.floats(1e-15, 1.0 - 1e-15))
@settings(max_examples=300)
def test_normal_quantiles_are_accurate(p: float) -> None:
    assert abs(normal_quantile(p) - stats.norm.ppf(p)) < 1e-6


@pytest.mark.parametrize("p", [2.0**-50, 2.0**-20, 0.0625, 0.25, 0.5])
def test_normal_quantiles_are_symmetric(p: float) -> None:
    assert normal_quantile(1.0 - p) == -normal_quantile(p)


def test_powers_are_those_of_each() -> None:
    values = np.array([0.0, 0.25, 1.0, 7.0])
    assert powers(values, -1.5).tolist() == [power(x, -1.5) for x in values]
    assert values.tolist() == [0.0, 0.25, 1.0, 7.0]


def test_accuracy_over_a_grid() -> None:
    grid = np.linspace(1.0, 2.0, 100_001)
    assert max(abs(log2(x) - math.log2(x)) for x in grid) < 2e-8
    assert max(abs(exp2(x) / 2.0**x - 1.0) for x in grid - 1.0) < 1e-8


@given(st.floats(1e-300, 1e300), st.floats(1e-300, 1e300))
@settings(max_examples=200)
def test_both_never_decrease(a: float, b: float) -> None:
    low, high = min(a, b), max(a, b)
    assert log2(low) <= log2(high)
    assert exp2(math.log2(low)) <= exp2(math.log2(high))


@pytest.mark.parametrize("k", [-1000, -52, -1, 0, 1, 10, 1000])
def test_exact_at_whole_powers(k: int) -> None:
    assert log2(2.0**k) == k
    assert exp2(float(k)) == 2.0**k


def test_ends() -> None:
    assert log2(0.0) == -math.inf
    assert log2(-1.0) == -math.inf
    assert exp2(-1023.0) == 0.0
    assert exp2(-math.inf) == 0.0
    assert power(0.0, 3.0) == 0.0
    assert power(0.0, 0.0) == 0.0
