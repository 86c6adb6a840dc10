"""Groundswell: online opinion manipulation and what platforms can do about it.

>>> import sim
>>> world = sim.World.hk2019(people=1000)
>>> run = sim.simulate(world, seed=1, days=1)
>>> run.timeline["opinion_mean"].between(-1, 1).all()
np.True_
"""

import mesa  # noqa: F401 - it looks through the stack of all who import it, the longer the later it is imported

from sim import executors, graph, moderation, page, sampling
from sim.branch import Branch
from sim.describe import describe
from sim.describe.tick import describe_tick
from sim.fields import InputError, describe_fields
from sim.graph import Graph
from sim.ground_truth import GroundTruth, ground_truth, pooled
from sim.outcomes.posts import Posts
from sim.outcomes.relays import Relays
from sim.outcomes.watched import Watch
from sim.run import Run
from sim.simulation import Simulation, begin, simulate
from sim.society_model import SocietyModel
from sim.study.compare import Study, compare
from sim.study.design import Design
from sim.study.failures import FailedRunsError
from sim.study.ledger import Ledger
from sim.study.looks import Look
from sim.study.precision import Precision
from sim.version import MODEL_VERSION
from sim.world import World

__all__ = [
    "MODEL_VERSION",
    "Branch",
    "Design",
    "FailedRunsError",
    "Graph",
    "GroundTruth",
    "InputError",
    "Ledger",
    "Look",
    "Posts",
    "Precision",
    "Relays",
    "Run",
    "Simulation",
    "SocietyModel",
    "Study",
    "Watch",
    "World",
    "begin",
    "compare",
    "describe",
    "describe_fields",
    "describe_tick",
    "executors",
    "graph",
    "ground_truth",
    "moderation",
    "page",
    "pooled",
    "sampling",
    "simulate",
]
