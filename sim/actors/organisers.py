"""The movement's organisers: how many they are, and what they post."""

from __future__ import annotations

from dataclasses import dataclass

from sim.fields import Plausible, Settings, quantity


@dataclass(frozen=True)
class Organisers(Settings):
    """Accounts of the movement's organisers: zealots who post news and calls."""

    accounts: int = quantity(
        0, unit="accounts", low=0, high=10_000_000, source="assumption", doc="Organiser accounts.",
        plausible=Plausible(100, 1_000, "factor of three either way: nobody has counted them", log=True),
    )  # fmt: skip
    stance: float = quantity(
        0.9,
        unit="opinion, -1 to 1",
        low=-1,
        high=1,
        source="assumption",
        doc="Opinion that organisers' messages express.",
        plausible=Plausible(0.6, 1.0, "from moderate to as far as the scale goes"),
    )  # fmt: skip
    followers: float = quantity(
        0.0,
        unit="followers",
        low=0,
        high=1e9,
        source="given by the user",
        doc="Mean followers of an organiser among those reachable, who lean its way.",
        plausible=Plausible(1_500, 15_000, "factor of three either way: chosen, not counted", log=True),
    )  # fmt: skip
    posts_per_day: float = quantity(
        4.0, unit="posts per account and day", low=0, high=24, source="assumption", doc="Posts of an organiser a day.",
        plausible=Plausible(1.3, 12.0, "factor of three either way: nobody has counted them", log=True),
    )  # fmt: skip
    call_days: float = quantity(
        3.0, unit="days", low=0, high=60, source="assumption",
        doc="How long before an event of their side organisers' posts are calls to join it.",
        plausible=Plausible(1.0, 7.0, "from the eve to a week before"),
    )  # fmt: skip
    call_activity: float = quantity(
        2.0, unit="factor", low=0, high=24, source="assumption", doc="How much more organisers post while they call.",
        plausible=Plausible(1.0, 4.0, "from no more than else to four times as much"),
    )  # fmt: skip
    agenda_weekday: int | None = quantity(
        None, unit="weekday, Monday 0", low=0, high=6, source="model choice",
        doc="Weekday on which the week's agenda is published: from then on posts are calls until the last event of the seven "
        "days is over, and more frequent in the call_days before each of their side (none: calls begin call_days before).",
    )  # fmt: skip
    scripts: int = quantity(
        50, unit="texts", low=0, high=10_000_000, source="assumption",
        doc="Texts that organisers pass on word for word.",
    )  # fmt: skip
    scripted_share: float = quantity(
        0.2, unit="share of new posts", low=0, high=1, source="assumption: calls are passed on word for word",
        doc="Share of organisers' new posts that are copied from such a text.",
        plausible=Plausible(0.05, 0.5, "from hardly any to half: nobody has counted them"),
    )  # fmt: skip
