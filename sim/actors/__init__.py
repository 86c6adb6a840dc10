"""Those with an agenda: the campaign and its operator, organisers, outlets, and the second platform."""

from sim.actors.adaptation import Adaptation, Evading, Rebuilding, Static
from sim.actors.campaign import Campaign, Sleepers, TrollGroup
from sim.actors.organisers import Organisers
from sim.actors.outlets import Outlets
from sim.actors.second_platform import Pages, SecondPlatform

__all__ = [
    "Adaptation",
    "Campaign",
    "Evading",
    "Organisers",
    "Outlets",
    "Pages",
    "Rebuilding",
    "SecondPlatform",
    "Sleepers",
    "Static",
    "TrollGroup",
]
