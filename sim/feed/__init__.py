"""The topic of every feed: what is posted, how it is named, ranked and read."""

from sim.feed.legality import Illegality, Propensity
from sim.feed.settings import Feed
from sim.feed.severity import Severity

__all__ = ["Feed", "Illegality", "Propensity", "Severity"]
