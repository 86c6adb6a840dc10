"""Moderation: what a platform can see, how it detects, and what it does about it."""

from sim.moderation.content_takedown import ContentTakedown
from sim.moderation.detectors import Detector, Perfect, Rates
from sim.moderation.measures import NO_MEASURES, Measures
from sim.moderation.platform import Platform
from sim.moderation.policy import Policy, Removal, RemovalPolicy, StandingPolicy
from sim.moderation.preemptive_removal import PreemptiveRemoval
from sim.moderation.takedown import Takedown
from sim.moderation.view import OracleSignal, PlatformView

__all__ = [
    "NO_MEASURES",
    "ContentTakedown",
    "Detector",
    "Measures",
    "OracleSignal",
    "Perfect",
    "Platform",
    "PlatformView",
    "Policy",
    "PreemptiveRemoval",
    "Rates",
    "Removal",
    "RemovalPolicy",
    "StandingPolicy",
    "Takedown",
]
