"""Who speaks and what about: willingness under the perceived climate of opinion, and the mix of posts."""

from __future__ import annotations

from dataclasses import dataclass

from numba import float64, types

from sim.compiled import scalar
from sim.fields import Settings, quantity


@dataclass(frozen=True)
class Expression(Settings):
    """When citizens post, what, and how they perceive the climate."""

    posting: float = quantity(
        0.15, unit="probability per session", low=0, high=1, source="assumption: most sessions are spent reading",
        doc="Probability that a citizen who is willing to speak posts or reshares in a session.",
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
    )  # fmt: skip
    reshare_congenial_only: bool = quantity(
        True, unit="yes or no", source="assumption: people seldom spread what they disagree with",
        doc="Citizens reshare only messages within their confidence bound (or off topic).",
    )  # fmt: skip
    climate_memory: float = quantity(
        0.3, unit="weight per session", low=0, high=1, source="assumption",
        doc="Weight of what was just read in the perceived climate of opinion.",
    )  # fmt: skip
    slogans: int = quantity(
        1000, unit="texts in reality", low=0, high=10_000_000, source="assumption",
        doc="Slogans that go round among citizens word for word; they scale with the world, with one at least.",
    )  # fmt: skip
    slogan_share: float = quantity(
        0.02, unit="share of new posts", low=0, high=1, source="assumption",
        doc="Share of citizens' new posts that are copied from a slogan.",
    )  # fmt: skip
    silence: bool = quantity(
        True, unit="yes or no", source="Noelle-Neumann 1974, doi 10.1111/j.1460-2466.1974.tb00367.x",
        doc="People who feel outnumbered beyond their courage do not speak (spiral of silence).",
    )  # fmt: skip


@scalar(types.boolean(float64, float64, float64))
def willing(opinion: float, climate: float, courage: float) -> bool:
    """Whether somebody speaks up: the perceived climate (mean stance read lately, -1 to 1) does not oppose the person's
    side by more than their courage (0 to 1), weighed by how strongly they feel."""
    return opinion * climate >= -courage * abs(opinion)
