"""A world on a graph of one's own: from networkx to an edge list and a node table, and what its trolls did there.

python examples/03_from_networkx.py [PEOPLE]
"""

import sys
import tempfile
from pathlib import Path

import networkx as nx

import sim
from sim.campaign.settings import Campaign
from sim.population.settings import Graph

people = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
trolls = max(1, people // 100)
follows = nx.scale_free_graph(
    people + trolls, seed=1
)  # an edge u -> v: u follows v; the oldest nodes have most followers
bots = set(range(10, 10 + trolls))

with tempfile.TemporaryDirectory() as folder:
    edges, nodes = Path(folder, "edges.csv"), Path(folder, "nodes.csv")
    edges.write_text("source,target\n" + "".join(f"{u},{v}\n" for u, v in nx.DiGraph(follows).edges()))
    nodes.write_text("index,bot\n" + "".join(f"{node},{int(node in bots)}\n" for node in sorted(follows)))
    world = sim.World(
        people=people,
        days=30,
        graph=Graph(kind="file", edges=str(edges), nodes=str(nodes)),
        campaign=Campaign(accounts=trolls, daily_posts=(trolls / 2,)),
    )
    study = sim.compare(world, {"trolls": sim.Branch(), "none": sim.Branch(campaign=False)}, seeds=3, reference="none")

effects = study.effects.set_index(["outcome", "kind"])
print(effects.loc[["opinion_mean", "reach", "troll_impression_share"], ["difference", "low", "high", "n"]].to_string())
