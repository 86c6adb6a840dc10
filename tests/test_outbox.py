"""Codes of stances and shifts: round trips, order, and exact symmetry between the two sides."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.feed.outbox import EMPTY, ENTRY, OFF_TOPIC, compand, empty_outbox, expand, quantise, stance_of

OPINIONS = st.floats(-1.0, 1.0)
SHIFTS = st.floats(-2.0, 2.0)
CODES = range(-32767, 32768)
FINEST = 2.0 * (0.5 / 32767.0) ** 2  # a root of half a level is rounded away from zero


def test_every_stance_code_survives_a_round_trip() -> None:
    assert all(quantise(stance_of(code)) == code for code in CODES)


def test_every_shift_code_survives_a_round_trip() -> None:
    assert all(compand(expand(code)) == code for code in CODES)


@given(OPINIONS)
@settings(max_examples=300)
def test_a_stance_is_rounded_to_the_nearest_level(opinion: float) -> None:
    assert abs(stance_of(quantise(opinion)) - opinion) <= 0.5 / 32767 * (1 + 1e-9)
    assert -32767 <= quantise(opinion) <= 32767


@given(SHIFTS)
@settings(max_examples=300)
def test_a_shift_is_rounded_to_the_nearest_root(shift: float) -> None:
    root, back = np.sqrt(abs(shift) / 2.0), np.sqrt(abs(expand(compand(shift))) / 2.0)
    assert abs(root - back) <= 0.5 / 32767 * (1 + 1e-9)
    assert abs(expand(compand(shift)) - shift) < 1.3e-4
    assert -32767 <= compand(shift) <= 32767


@given(OPINIONS, OPINIONS)
@settings(max_examples=300)
def test_stance_codes_keep_order(a: float, b: float) -> None:
    assert (quantise(a) - quantise(b)) * (a - b) >= 0


@given(SHIFTS, SHIFTS)
@settings(max_examples=300)
def test_shift_codes_keep_order(a: float, b: float) -> None:
    assert (compand(a) - compand(b)) * (a - b) >= 0


@given(OPINIONS, SHIFTS)
@settings(max_examples=300)
def test_negating_negates_the_code(opinion: float, shift: float) -> None:
    assert quantise(-opinion) == -quantise(opinion)
    assert compand(-shift) == -compand(shift)


@pytest.mark.parametrize("code", CODES[::997])
def test_negating_a_code_negates_its_value(code: int) -> None:
    assert stance_of(-code) == -stance_of(code)
    assert expand(-code) == -expand(code)


def test_halves_are_rounded_away_from_zero() -> None:
    half = 0.5 / 32767.0
    assert (quantise(half), quantise(-half), quantise(0.0), quantise(-0.0)) == (1, -1, 0, 0)


def test_the_smallest_shift_that_survives() -> None:
    assert pytest.approx(4.66e-10, rel=0.01) == FINEST
    assert compand(FINEST * 1.001) == 1
    assert compand(-FINEST * 1.001) == -1
    assert compand(FINEST * 0.999) == 0
    assert compand(0.0) == compand(-0.0) == 0
    assert expand(0) == 0.0


def test_ends_of_the_ranges() -> None:
    assert (quantise(1.0), quantise(-1.0), stance_of(32767), stance_of(-32767)) == (32767, -32767, 1.0, -1.0)
    assert (compand(2.0), compand(-2.0), expand(32767), expand(-32767)) == (32767, -32767, 2.0, -2.0)
    assert OFF_TOPIC < -32767


def test_an_empty_outbox_is_aligned_and_empty() -> None:
    assert ENTRY.itemsize == 16
    for accounts, memory in ((1, 1), (7, 4), (33, 3)):
        outbox = empty_outbox(accounts, memory)
        assert outbox.shape == (accounts, memory)
        assert outbox.ctypes.data % 64 == 0
        assert (outbox["author"] == EMPTY).all()
