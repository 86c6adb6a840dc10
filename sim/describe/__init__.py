"""The scenario in English, told by the true engine's schedule rather than by a second reading of the settings."""

from __future__ import annotations

from sim.branch import Branch
from sim.describe.accounts import campaign_line, organisers_line, outlet_lines, second_platform_lines, sleepers_line
from sim.describe.attitudes import attitude_lines
from sim.describe.dry_run import dry_run
from sim.describe.people import events_line, people_line, world_line
from sim.describe.policies import branch_lines
from sim.world import World


def describe(world: World, branch: Branch | None = None, seed: int = 1) -> str:
    """What will happen, when and to whom, in English, one paragraph a line.

    Builds the society of ``seed`` and steps the actors of a branch (default: no policies) through the calendar; numbers
    of accounts are those of that seed. Where they depend on who will have posted by then, the range is given. Raises
    InputError as ``simulate`` does.

    >>> import sim
    >>> print(describe(sim.World(people=50, days=2, graph={"kind": "complete"})).splitlines()[0])
    World: 50 people, each standing for one. 2 days, 2019-05-01 to 2019-05-02, in ticks of one day, without burn-in.
    """
    dry = dry_run(world, branch, seed)
    model = dry.silent
    lines = [
        world_line(world),
        people_line(model),
        events_line(model),
        organisers_line(model),
        campaign_line(model),
        sleepers_line(dry),
    ]
    return "\n".join(
        lines + outlet_lines(model) + second_platform_lines(model) + attitude_lines(world) + branch_lines(dry)
    )
