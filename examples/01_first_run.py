"""One run of the real case in miniature: what will happen, day by day what did, and whose words moved people.

python examples/01_first_run.py [PEOPLE]
"""

import sys

import sim
from sim.describe import describe

people = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
world = sim.World.hk2019(people=people)
takedown = sim.Branch(policies=(sim.moderation.Takedown(day="2019-08-19", accounts=936),))

print(describe(world, takedown, seed=1), end="\n\n")

run = sim.simulate(world, takedown, seed=1)
columns = ["opinion_mean", "opinion_sd", "troll_part", "reach", "troll_posts", "active_trolls"]
print(run.timeline[columns].iloc[::14].round(5).to_string(), end="\n\n")  # every second week
print(run.turnout.round(4).to_string(index=False), end="\n\n")
print(run.removals.to_string(index=False), end="\n\n")

x = run.outcomes
print(
    f"mean opinion {x['opinion_mean']:+.4f} = own {x['own_part']:+.4f}, organisers {x['organiser_part']:+.4f},", end=" "
)
print(f"events {x['event_part']:+.4f}, trolls {x['troll_part']:+.6f}")
