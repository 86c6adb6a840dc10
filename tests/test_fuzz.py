"""Random input of every kind, other each time: the line that repeats a failure is printed with it."""

from __future__ import annotations

import secrets

import pytest

from tests.fuzz import KINDS, fuzz


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_comes_ends_in_a_result_or_in_one_sentence(kind: str) -> None:
    seed = secrets.randbelow(10**9)
    lines, faults = fuzz([kind], 15.0, seed)
    print(*lines)
    assert not faults, "\n".join(
        [*sorted(set(faults))[:10], f"To repeat: python -m tests.fuzz --only {kind} --seed {seed}"]
    )
