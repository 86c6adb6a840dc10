"""Three ways to deal with the campaign, compared seed by seed with doing nothing.

python examples/02_compare_takedowns.py [PEOPLE [SEEDS]]
"""

import sys

import sim
from sim.moderation import PreemptiveRemoval, Takedown

people = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
seeds = int(sys.argv[2]) if len(sys.argv) > 2 else 4
world = sim.World.hk2019(people=people)
branches = {
    "nothing": sim.Branch(),
    "reactive": sim.Branch(policies=(Takedown(day="2019-08-19", accounts=936),)),
    "preemptive": sim.Branch(policies=(PreemptiveRemoval(day="2019-06-01", accounts=200_000),)),
    "no campaign": sim.Branch(campaign=False),
}
study = sim.compare(world, branches, seeds=seeds, reference="nothing")

effects = study.effects
shown = effects[effects["outcome"].isin(["opinion_mean", "reach", "troll_impression_share", "trolls_removed"])]
print(shown.to_string(index=False, float_format="{:.6f}".format), end="\n\n")
removed = ["policy", "asked", "active_trolls", "sleepers"]
print(study.removals.groupby("branch")[removed].first().to_string())
