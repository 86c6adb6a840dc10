"""Those with an agenda: the campaign and its operator, organisers, outlets, and the second platform."""

from sim.actors.adaptation import Adaptation, Evading, Losses, Rebuilding, Response, Static
from sim.actors.campaign import Campaign, Sleepers, TrollGroup
from sim.actors.organisers import Organisers
from sim.actors.outlets import Outlets
from sim.actors.second_platform import Pages, SecondPlatform

__all__ = [
    "Adaptation",
    "Campaign",
    "Evading",
    "Losses",
    "Organisers",
    "Outlets",
    "Pages",
    "Rebuilding",
    "Response",
    "SecondPlatform",
    "Sleepers",
    "Static",
    "TrollGroup",
]
