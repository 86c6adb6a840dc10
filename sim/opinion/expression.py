"""Who speaks and what about: willingness under the perceived climate of opinion, and the mix of posts.

The spiral of silence has two forms. By climate, people stay silent while they feel outnumbered beyond their courage. By
confidence (Ross et al. 2019, doi 10.1080/0960085X.2018.1560920), they carry an inner confidence z, which every session raises
or lowers by how far speakers of their own side outnumber those of the other, and speak while c = max(0, 2 / (1 + e^-z) - 1)
exceeds their threshold, 1 - courage. (Nothing to do with the confidence bound within which people listen.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import float64, int64, types
from numpy.typing import NDArray

from sim.compiled import kernel, scalar
from sim.fields import Plausible, Settings, quantity
from sim.tables import exp2

_LOG2_E = 1.4426950408889634


@dataclass(frozen=True)
class Expression(Settings):
    """When citizens post, what, and how they perceive the climate."""

    posting: float = quantity(
        0.15, unit="probability per session", low=0, high=1, source="assumption: most sessions are spent reading",
        doc="Probability that a citizen who is willing to speak posts or reshares in a session.",
        plausible=Plausible(
            0.05, 0.4,
            "factor of three either way: how many sessions end in a post is not published", log=True,
        ),
    )  # fmt: skip
    new_share: float = quantity(
        0.5, unit="share of posts", low=0, high=1, source="Truong et al. 2024, PNAS Nexus 3(7) pgae258 (mu)",
        doc="Share of a citizen's posts that are new; the rest are reshares.",
    )  # fmt: skip
    sharing: str = quantity(
        "by_kernel", unit="name", choices=("by_kernel", "at_first_sight"), source="model choice",
        doc="Reshare one message chosen by appeal, shares and recency, or decide once for each message when it is first seen.",
    )  # fmt: skip
    first_sight: float = quantity(
        0.0, unit="probability", low=0, high=1, source="given by the user",
        doc="Probability that a reader shares a message at first sight, once and for all (independent cascade).",
    )  # fmt: skip
    first_posts: float = quantity(
        0.0, unit="share of people", low=0, high=1, source="given by the user",
        doc="Share of people who post something new at the first tick of all.",
    )  # fmt: skip
    on_topic_share: float = quantity(
        0.3, unit="share of new posts", low=0, high=1, source="assumption",
        doc="Share of citizens' new posts that are about the affair.",
        plausible=Plausible(0.1, 0.6, "from a tenth to most: nobody has counted them"),
    )  # fmt: skip
    reshare_congenial_only: bool = quantity(
        True, unit="yes or no", source="assumption: people seldom spread what they disagree with",
        doc="Citizens reshare only messages within their confidence bound (or off topic).",
    )  # fmt: skip
    climate_memory: float = quantity(
        0.3, unit="weight per session", low=0, high=1, source="assumption",
        doc="Weight of what was just read in the perceived climate of opinion.",
        plausible=Plausible(0.1, 0.9, "from slow to almost only the last session"),
    )  # fmt: skip
    slogans: int = quantity(
        1000, unit="texts in reality", low=0, high=10_000_000, source="assumption",
        doc="Slogans that go round among citizens word for word; they scale with the world, with one at least.",
    )  # fmt: skip
    slogan_share: float = quantity(
        0.02, unit="share of new posts", low=0, high=1, source="assumption",
        doc="Share of citizens' new posts that are copied from a slogan.",
        plausible=Plausible(0.005, 0.08, "factor of four either way: nobody has counted them", log=True),
    )  # fmt: skip
    silence: bool = quantity(
        True, unit="yes or no", source="Noelle-Neumann 1974, doi 10.1111/j.1460-2466.1974.tb00367.x",
        doc="People who feel outnumbered beyond their courage do not speak (spiral of silence).",
    )  # fmt: skip
    silence_by: str = quantity(
        "climate", unit="name", choices=("climate", "confidence"), source="model choice",
        doc="Form of the spiral of silence: the perceived climate against courage (Noelle-Neumann 1974), or a confidence that "
        "changes with every session (Ross et al. 2019).",
    )  # fmt: skip
    confidence_step: float = quantity(
        1.0, unit="inner confidence per session", low=0, high=100, source="Ross et al. 2019, doi 10.1080/0960085X.2018.1560920",
        doc="Change of the inner confidence in a session in which all speakers are of one's own side (or of the other).",
    )  # fmt: skip


@scalar(types.boolean(float64, float64, float64))
def willing(opinion: float, climate: float, courage: float) -> bool:
    """Whether somebody speaks up: the perceived climate (mean stance read lately, -1 to 1) does not oppose the person's
    side by more than their courage (0 to 1), weighed by how strongly they feel."""
    return opinion * climate >= -courage * abs(opinion)


@scalar(float64(float64, int64, int64, float64))
def encouraged(inner: float, same: int, opposed: int, step: float) -> float:
    """Inner confidence after a session in which ``same`` speakers of one's own side were read and ``opposed`` of the other:
    inner + step (same - opposed) / (same + opposed), unchanged where nobody spoke (Ross et al. 2019)."""
    return inner + step * (same - opposed) / (same + opposed) if same + opposed > 0 else inner


@scalar(float64(float64))
def confidence_of(inner: float) -> float:
    """Confidence in [0, 1] of an inner confidence: max(0, 2 / (1 + e^-inner) - 1)."""
    return max(0.0, 2.0 / (1.0 + exp2(-inner * _LOG2_E)) - 1.0) if inner > 0.0 else 0.0


@scalar(types.boolean(float64, float64))
def confident(inner: float, courage: float) -> bool:
    """Whether somebody speaks whose confidence has to exceed a threshold of 1 - courage."""
    return confidence_of(inner) > 1.0 - courage


@kernel
def confidences(inner: NDArray[np.float64]) -> NDArray[np.float64]:
    """``confidence_of`` each, shape (people,)."""
    out = np.empty(inner.size)
    for i in range(inner.size):
        out[i] = confidence_of(inner[i])
    return out


@kernel
def speakers(inner: NDArray[np.float64], courage: NDArray[np.float32]) -> NDArray[np.bool_]:
    """``confident`` each, shape (people,)."""
    out = np.empty(inner.size, dtype=np.bool_)
    for i in range(inner.size):
        out[i] = confident(inner[i], courage[i])
    return out
