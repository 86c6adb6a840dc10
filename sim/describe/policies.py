"""What a branch does, in English."""

from __future__ import annotations

from sim.describe.dry_run import SORTS, DryRun, Found
from sim.describe.words import joined, span
from sim.moderation.desk import FIRST
from sim.moderation.policies.tip_off import TipOff
from sim.moderation.policy import Policy, RemovalPolicy
from sim.society.groups import KINDS, Group
from sim.world import World


def branch_lines(dry: DryRun) -> list[str]:
    model = dry.silent
    lines = []
    if not model.branch.campaign:
        lines.append(
            "No campaign: every troll account keeps its place in the graph but is suspended from day 0 on; no sleeper wakes."
        )
    if not model.branch.policies:
        lines.append("Policies: the platform does nothing.")
    world = model.world
    lines += [f"{_whose(world, removal[0])}: {_removal(world, *removal)}" for removal in dry.removals()]
    standing = (policy for policy in model.branch.policies if not isinstance(policy, RemovalPolicy))
    return lines + [
        f"{_whose(world, policy)}: {policy.sentence(world.date(world.day(policy.day)))}{_after_tips(dry, policy)}"
        for policy in standing
    ]


def _whose(world: World, policy: Policy) -> str:
    """How the line of a policy begins: where there are two platforms, with the one whose it is."""
    if not world.second.members:
        return "Policy"
    return f"Policy of {'the first platform' if policy.platform == FIRST else world.second.name}"


def _after_tips(dry: DryRun, policy: Policy) -> str:
    """What a policy that acts on tips finds in this branch, and when."""
    if not isinstance(policy, TipOff):
        return ""
    world, model = dry.silent.world, dry.silent
    acts = [(r, found) for r, found in model.by_record() if (r.policy, r.platform) == (policy.name, policy.platform)]
    if not acts:
        return " In this branch it is given no tip that leads to anybody."
    parts = [f"{_kinds(found, found)} on {world.date(r.tick / world.ticks_per_day)}" for r, found in acts]
    return f" In this branch that is {joined(parts)}."


def _removal(world: World, policy: RemovalPolicy, day: float, silent: Found, posting: Found) -> str:
    sentence, asked = policy.sentence(world.date(day)), policy.asked()
    few, many = sorted((sum(silent), sum(posting)))
    if asked == 0:
        return f"{sentence} It asks for nobody."
    wants = f"It asks for {asked:,}"
    if many == 0:
        return f"{sentence} {wants} and finds nobody."
    result = "and finds them all" if few >= asked else f"but finds {span(few, many)} on that day"
    why = ", depending on who has posted by then" if silent != posting else ""
    return f"{sentence} {wants} {result}: {_kinds(silent, posting)}{why}."


def _kinds(silent: Found, posting: Found) -> str:
    """Whose accounts were found in the two passes."""
    return joined(
        [
            f"{span(a, b)} {_called(group, asleep, max(a, b))}"
            for (group, asleep), a, b in zip(SORTS, silent, posting, strict=True)
            if max(a, b) > 0
        ]
    )


def _called(group: Group, asleep: bool | None, n: int) -> str:
    words = KINDS[group].words
    one, several = words.asleep if asleep and words.asleep else (words.one, words.several)
    return one if n == 1 else several
