"""A branch: what is done about the campaign."""

from __future__ import annotations

from dataclasses import dataclass

from sim.fields import InputError, Settings, instance, quantity
from sim.moderation.policy import Policy
from sim.world import World


@dataclass(frozen=True)
class Branch(Settings):
    """Policies in the order in which they act on a tick, and whether there is a campaign at all.

    ``campaign=False`` keeps every account and edge but has all troll accounts suspended from tick 0, so that what the
    campaign did and what a takedown undid are the same kind of question. ``spares_innocents`` is the same branch without false
    positives, to be compared with: no platform could have it.
    """

    policies: tuple[Policy, ...] = quantity(
        (), unit="policies", source="given by the user", doc="What the platform does."
    )
    campaign: bool = quantity(True, unit="yes or no", source="given by the user", doc="Whether the campaign runs.")
    spares_innocents: bool = quantity(
        False, unit="yes or no", source="given by the user",
        doc="Whether policies leave citizens and organisers alone whom they would have suspended or marked by mistake.",
    )  # fmt: skip

    def first_tick(self, world: World) -> int:
        """First tick, counted from day 0, at which this branch can differ from one without policies; world.ticks if none."""
        instance(world, World, "world")
        if not self.campaign:
            return 0
        return min((world.tick(policy.day) for policy in self.policies), default=world.ticks)

    def check_against(self, world: World) -> None:
        """Raise InputError if a policy's day lies outside the calendar, or it asks for what the world does not have."""
        instance(world, World, "world")
        for i, policy in enumerate(self.policies):
            world.day(policy.day, f"policies[{i}].day")
            try:
                policy.check_against(world)
            except InputError as error:
                raise error.under(f"policies[{i}]") from None
