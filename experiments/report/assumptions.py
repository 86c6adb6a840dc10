"""The assumptions that a study rests on, those that matter most first."""

from __future__ import annotations

from typing import Any, NamedTuple

from sim.fields import FieldInfo, describe_fields
from sim.world import World

# The assumptions that decide the size of the answer come first, with why they matter.
LEADING = {
    "world.opinion.rule.strength": "How far one message moves somebody who listens. Nobody has measured it for this campaign.",
    "world.campaign.local_follower_share": (
        "Which part of the accounts' followers live in Hong Kong. Many accounts had been bought, and nothing is known about "
        "where their followers are."
    ),
    "world.campaign.on_topic_share": (
        "Share of the active accounts' new posts that are about the protests. The disclosed archives give 1 % (since 2017) to 2 "
        "% (2019) over all topics; this is a guess at the months simulated."
    ),
    "world.people_reachable": (
        "How many people the platform reaches. Hong Kong had about 7.5 million inhabitants, so shares compare, not counts."
    ),
    "world.campaign.sleepers.waking_rate": (
        "How fast unused accounts come into use. It is inferred from 936 active accounts found beside about 200,000 unused ones, "
        "not observed."
    ),
    "world.campaign.sleepers.wakes_from": (
        "When unused accounts begin to come into use. The record until the disclosure shows no such wave, so none is assumed "
        "before it."
    ),
}
# Chosen for the case without a source, though not every field says so.
_CHOSEN = ("world.organisers.accounts", "world.organisers.followers")


class Assumption(NamedTuple):
    """A field whose value is an assumption, and why it matters where that has been said."""

    field: FieldInfo
    value: str
    why: str


def assumptions(world: World) -> tuple[Assumption, ...]:
    """Fields of a world without a source."""
    fields = {field.path: field for field in describe_fields(world, path="world")}
    chosen = [path for path in LEADING if path in fields]
    chosen += [path for path, field in fields.items() if path not in LEADING and (field.assumption or path in _CHOSEN)]
    return tuple(Assumption(fields[path], _value(fields[path].value), LEADING.get(path, "")) for path in chosen)


def _value(value: Any) -> str:
    if isinstance(value, tuple):
        return f"{len(value)} values" if len(value) > 4 else ", ".join(map(_value, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}" if isinstance(value, float) else str(value)
