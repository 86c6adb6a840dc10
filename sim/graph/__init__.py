"""Who follows whom: graphs that are drawn, one file a kind, and networks that are given."""

from sim.graph.complete import Complete
from sim.graph.erdos_renyi import ErdosRenyi
from sim.graph.follower_graph import FollowerGraph
from sim.graph.given_network import Network
from sim.graph.kind import GeneratedGraph, GivenGraph, Graph, LeaningGraph
from sim.graph.on_file import OnFile
from sim.graph.preferential import Preferential
from sim.graph.social import Social

__all__ = [
    "Complete",
    "ErdosRenyi",
    "FollowerGraph",
    "GeneratedGraph",
    "GivenGraph",
    "Graph",
    "LeaningGraph",
    "Network",
    "OnFile",
    "Preferential",
    "Social",
]
