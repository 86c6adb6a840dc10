"""A world on a graph of one's own, made with networkx, and what its trolls did there.

python examples/03_from_networkx.py [PEOPLE]
"""

import sys
import tempfile

import networkx as nx

import sim
from sim.actors import Campaign

people = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
trolls = max(1, people // 100)
follows = nx.DiGraph(
    nx.scale_free_graph(people + trolls, seed=1)
)  # an edge u -> v: u follows v; the oldest have most followers
nx.set_node_attributes(follows, {node: 10 <= node < 10 + trolls for node in follows}, "troll")

with tempfile.TemporaryDirectory() as folder:  # without a folder it is kept, and runs can be repeated later
    world = sim.World(
        people=people,
        days=30,
        graph=sim.Graph.from_networkx(follows, bot="troll", folder=folder),
        campaign=Campaign(accounts=trolls, daily_posts=(trolls / 2,)),
    )
    study = sim.compare(world, {"trolls": sim.Branch(), "none": sim.Branch(campaign=False)}, seeds=3, reference="none")

effects = study.effects.set_index(["outcome", "kind"])
print(effects.loc[["opinion_mean", "reach", "troll_impression_share"], ["difference", "low", "high", "n"]].to_string())
