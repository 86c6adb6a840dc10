"""A branch: what is done about the campaign."""

from __future__ import annotations

from dataclasses import dataclass

from sim.fields import InputError, Settings, quantity
from sim.moderation.policy import Policy, RemovalPolicy
from sim.moderation.signals import SIGNALS
from sim.world import World


@dataclass(frozen=True)
class Branch(Settings):
    """Policies in the order in which they act on a tick, and whether there is a campaign at all.

    ``campaign=False`` keeps every account and edge but has all troll accounts suspended from tick 0, so that what the
    campaign did and what a takedown undid are the same kind of question.
    """

    policies: tuple[Policy, ...] = quantity(
        (), unit="policies", source="given by the user", doc="What the platform does."
    )
    campaign: bool = quantity(True, unit="yes or no", source="given by the user", doc="Whether the campaign runs.")

    def first_tick(self, world: World) -> int:
        """First tick, counted from day 0, at which this branch can differ from one without policies; world.ticks if none."""
        if not self.campaign:
            return 0
        return min((world.tick(policy.day) for policy in self.policies), default=world.ticks)

    def check_against(self, world: World) -> None:
        """Raise InputError if a policy's day lies outside the calendar, it judges by signals that the world does not keep, or it
        asks for more accounts than there ever were."""
        campaign = world.campaign
        for i, policy in enumerate(self.policies):
            world.day(policy.day, f"policies[{i}].day")
            used = [(f"policies[{i}].{name}", detector.signals) for name, detector in policy.detectors()]
            for field, signals in [(f"policies[{i}]", policy.signals), *used]:
                missing = [name for name in signals if SIGNALS[name].traced and not world.signals.observe]
                if missing:
                    raise InputError(
                        f"must not judge by {', '.join(missing)} where world.signals.observe is false", field=field
                    )
            if not isinstance(policy, RemovalPolicy):
                continue
            limit = campaign.sleepers.accounts + (0 if policy.of_sleepers else campaign.accounts)
            if policy.in_reality() > limit:
                what = "sleeping accounts" if policy.of_sleepers else "accounts"
                raise InputError(
                    f"must be at most {limit:,}, all the {what} that the campaign ever had, not {policy.in_reality():,}",
                    field=f"policies[{i}].accounts",
                )
