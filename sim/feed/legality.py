"""Messages that break the platform's rules: who posts them, and which they are.

Whether a message is illegal is a draw of its name against its author's probability, so that nothing about it is stored.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import float64, int64, types, uint64
from numpy.typing import NDArray

from sim.compiled import lean_kernel, scalar
from sim.fields import InputError, Settings, quantity
from sim.randomness import Stream, exponential, uniform
from sim.tables import exp2, log2, power

_SOURCE = "Truong et al. 2025, arXiv 2502.08841"
_ILLEGAL, _PROPENSITY = int(Stream.ILLEGAL), int(Stream.PROPENSITY)
_ATTEMPTS = 1 << 20  # draws of one account that belong to one gamma variate


@dataclass(frozen=True)
class Propensity(Settings):
    """How likely the new messages of a kind of account are to be illegal."""

    share: float = quantity(
        0.0, unit="share of new messages", low=0, high=1, source="assumption", doc="Mean over accounts."
    )
    concentration: float | None = quantity(
        None, unit="alpha + beta", low=0.01, high=1000, source=f"the distribution's form: {_SOURCE}",
        doc="Accounts differ by a Beta distribution with this sum of its parameters (none: all have the mean).",
    )  # fmt: skip


@dataclass(frozen=True)
class Illegality(Settings):
    """Who posts messages that break the platform's rules. By default nobody does."""

    citizens: Propensity = quantity(
        default_factory=Propensity, unit="propensity", source="assumption", doc="Ordinary citizens."
    )
    high_risk: Propensity = quantity(
        default_factory=Propensity, unit="propensity", source="assumption", doc="High-risk citizens."
    )
    organisers: Propensity = quantity(
        default_factory=Propensity, unit="propensity", source="assumption", doc="Organisers."
    )
    trolls: Propensity = quantity(
        default_factory=Propensity, unit="propensity", source="assumption", doc="Troll accounts."
    )
    high_risk_share: float = quantity(
        0.0, unit="share of citizens", low=0, high=1, source="assumption", doc="Citizens who are drawn as high-risk."
    )
    high_risk_class: str = quantity(
        "", unit="text", source="given by the user",
        doc="High-risk citizens are those of this class in the node table of the graph (empty: they are drawn).",
    )  # fmt: skip

    def check(self) -> None:
        if self.high_risk_class and self.high_risk_share:
            raise InputError(
                f"must be 0 where high_risk_class says who they are, not {self.high_risk_share:g}",
                field="high_risk_share",
            )


@lean_kernel
def fill_beta(seed: int, accounts: NDArray[np.int64], alpha: float, beta: float, out: NDArray[np.float64]) -> None:
    """A Beta(``alpha``, ``beta``) variate for each account, keyed by account: the ratio of two gamma variates. With small
    parameters both can be too small for a number; the ratio is then that of their logarithms, and the variate almost 0 or 1."""
    for i in range(accounts.size):
        a, log2_a = _gamma(seed, accounts[i], alpha, 0)
        b, log2_b = _gamma(seed, accounts[i], beta, _ATTEMPTS)
        if a + b > 0.0:
            out[i] = a / (a + b)
        else:
            out[i] = 1.0 / (1.0 + exp2(min(log2_b - log2_a, 1000.0)))


@scalar(types.UniTuple(float64, 2)(uint64, int64, float64, int64))
def _gamma(seed: int, account: int, shape: float, first: int) -> tuple[float, float]:
    """A gamma variate in half-lives and its binary logarithm, from the account's draws number ``first`` on: exponentials for the
    whole part of the shape, and for the rest an exponential times a Beta(rest, 1 - rest) variate by Jöhnk's method (Devroye
    1986, IX.3.5)."""
    whole = int(shape)
    rest = shape - whole
    total = 0.0
    index = first
    for _ in range(whole):
        total += exponential(seed, _PROPENSITY, 0, account, index)
        index += 1
    if rest > 0.0:
        scale = exponential(seed, _PROPENSITY, 0, account, index)
        while True:
            u = uniform(seed, _PROPENSITY, 0, account, index + 1)
            x = power(u, 1.0 / rest)
            y = power(uniform(seed, _PROPENSITY, 0, account, index + 2), 1.0 / (1.0 - rest))
            index += 2
            if 0.0 < x + y <= 1.0:
                break
        total += scale * x / (x + y)
        if total == 0.0:
            return 0.0, log2(scale) + log2(u) / rest - log2(x + y)
    return total, log2(total)


def propensities(settings: Propensity, accounts: NDArray[np.int64], seed: int) -> NDArray[np.float32]:
    """Probability that a new message of each account is illegal, shape (accounts,)."""
    out = np.full(accounts.size, settings.share)
    if settings.concentration is not None and 0.0 < settings.share < 1.0:
        alpha = settings.share * settings.concentration
        fill_beta(np.uint64(seed), accounts.astype(np.int64), alpha, settings.concentration - alpha, out)
    return out.astype(np.float32)


@scalar(types.boolean(uint64, int64, int64, float64))
def illegal(seed: int, author: int, created: int, propensity: float) -> bool:
    """Whether a message breaks the platform's rules."""
    return propensity > 0.0 and uniform(seed, _ILLEGAL, created, author, 0) < propensity


@lean_kernel
def count_illegal(seed: int, names: NDArray[np.int64], propensity: NDArray[np.float32]) -> int:
    """How many of the messages are illegal; ``names`` are author * 2**16 + created, ``propensity`` one an account."""
    n = 0
    for name in names:
        author = name >> 16
        if illegal(seed, author, name & 0xFFFF, propensity[author]):
            n += 1
    return n
