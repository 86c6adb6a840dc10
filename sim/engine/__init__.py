"""Two engines, one meaning: Mesa agents to read, arrays to run. Accounts of one's own derive from the classes here."""

from sim.engine.agents import (
    Account,
    AgentEngine,
    Citizen,
    Entry,
    Item,
    Organiser,
    Outlet,
    Post,
    Reading,
    SecondAccount,
    Troll,
    Zealot,
)

__all__ = [
    "Account",
    "AgentEngine",
    "Citizen",
    "Entry",
    "Item",
    "Organiser",
    "Outlet",
    "Post",
    "Reading",
    "SecondAccount",
    "Troll",
    "Zealot",
]
