"""Hashtag rate limit: no account can fill the topic stream."""

from __future__ import annotations

from dataclasses import dataclass

from sim.fields import InputError, quantity, register
from sim.moderation.measures import Measures
from sim.moderation.policy import StandingPolicy
from sim.moderation.setting import Setting


@register("hashtag_limit")
@dataclass(frozen=True)
class HashtagLimit(StandingPolicy):
    """Lets an account enter at most so many posts on the topic, reshares included, into the topic stream in any 24 hours. Its
    followers see the others all the same."""

    posts: int = quantity(
        2, unit="posts in 24 hours", low=0, high=1000, source="assumption",
        doc="Posts of an account in the topic stream, below feed.memory, the posts that are remembered (0: no limit).",
    )  # fmt: skip

    def check_against(self, world: Setting) -> None:
        super().check_against(world)
        if self.posts >= world.feed.memory:
            raise InputError(
                f"must be below feed.memory ({world.feed.memory}), the posts of an account that are remembered, "
                f"not {self.posts}",
                field="posts",
            )

    def measures(self, measures: Measures, ticks_per_day: int) -> Measures:
        if not self.posts:
            return measures
        limit = min(self.posts, measures.topic_limit) if measures.topic_limit else self.posts
        return measures._replace(topic_limit=limit, topic_window=ticks_per_day)

    def sentence(self, date: str) -> str:
        if not self.posts:
            return f"From {date} on the platform has a rate limit on the hashtag without a number: it does nothing."
        return f"From {date} on an account enters at most {self.posts:,} posts in 24 hours into the topic stream."
