"""What a feed shows and how messages are laid out: parameters of reading."""

from __future__ import annotations

from dataclasses import dataclass

from sim.fields import Plausible, Settings, quantity

FEEDS = ("newest", "arrival", "ranked")  # ways of reading in which there is a feed
RANDOM_ATTEMPTS = 64  # draws of one random followee until it is an active one; then it is drawn from those
_SIMSOM = "Truong et al. 2024, PNAS Nexus 3(7) pgae258"


@dataclass(frozen=True)
class Feed(Settings):
    """What an account that wakes up is shown."""

    reading: str = quantity(
        "newest", unit="name", choices=(*FEEDS, "one_random_followee", "all_followees"),
        source=f"model choice; by arrival as in the published code of {_SIMSOM}; ranked by its weight, as platforms rank by "
        "expected engagement (Huszar et al. 2022, doi 10.1073/pnas.2025334119)",
        doc="Read the newest messages of one's followees, each as new as its latest post; those that came into the feed last, "
        "and age from there; or those with most appeal x shares x recency; or the current opinion of one random or of all "
        "active followees.",
    )  # fmt: skip
    length: int = quantity(
        15, unit="messages", low=1, high=200, source=_SIMSOM, doc="Messages shown in a feed (sigma)."
    )
    memory: int = quantity(
        4, unit="messages per followee", low=1, high=32, source="calibrated on runs of the published SimSoM code",
        doc="Latest posts of a followee that can still appear in a feed (K).",
    )  # fmt: skip
    topic_slots: int = quantity(
        3,
        unit="messages",
        low=0,
        high=50,
        source="assumption",
        doc="Messages a reader of the topic stream is shown besides.",
        plausible=Plausible(1, 6, "from one to twice as many; how much of a feed a hashtag fills is not published"),
    )  # fmt: skip
    topic_capacity: int = quantity(
        64, unit="messages", low=1, high=4096, source="assumption", doc="Messages the topic stream holds at a time.",
        plausible=Plausible(32, 128, "factor of two either way: chosen, not measured", log=True),
    )  # fmt: skip
    topic_half_life: float = quantity(
        6.0, unit="ticks", low=0, low_open=True, high=10_000, source="assumption",
        doc="Time in which a message's weight in the race for the topic stream halves.",
        plausible=Plausible(
            2.0, 18.0,
            "factor of three either way, in hours: how hashtags rank is not published", log=True,
        ),
    )  # fmt: skip
    appeal_exponent: float = quantity(
        5.0, unit="exponent", low=0, low_open=True, high=1000, source=_SIMSOM,
        doc="Appeal of a message is 1 - (1 - u)^(1/exponent): larger means that appealing messages are rarer.",
    )  # fmt: skip
    quality_rate: float = quantity(
        5.0, unit="rate", low=0, low_open=True, high=100, source=_SIMSOM,
        doc="Density of the quality of an ordinary message grows as e^(rate q) on [0, 1]; a troll's is 0.",
    )  # fmt: skip
    measure_quality: bool = quantity(
        False, unit="yes or no", source="model choice", doc="Keep the mean quality of the messages shown (takes time)."
    )
    measure_prevalence: bool = quantity(
        False, unit="yes or no", source="model choice",
        doc="Keep the share of illegal messages in the feeds of all citizens at the end of each day (takes time; to be compared "
        "within one scale of the world only).",
    )  # fmt: skip
    lifetime: int | None = quantity(
        None, unit="ticks", low=0, high=65_535, source="given by the user",
        doc="Ticks after which a post, new or reshared, disappears from all feeds (none: never).",
    )  # fmt: skip
