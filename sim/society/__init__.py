"""A world with its people, accounts and follows drawn."""

from sim.society.groups import Group
from sim.society.society import Drawn, Society, draw

__all__ = ["Drawn", "Group", "Society", "draw"]
