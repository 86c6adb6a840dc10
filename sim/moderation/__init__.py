"""Moderation: what a platform can see, how it detects, and what it does about it."""

from sim.moderation.detectors import Detector, Perfect, Rates
from sim.moderation.platform import Platform
from sim.moderation.policy import Policy, Removal, RemovalPolicy
from sim.moderation.preemptive_removal import PreemptiveRemoval
from sim.moderation.takedown import Takedown
from sim.moderation.view import OracleSignal, PlatformView, Traces

__all__ = [
    "Detector",
    "OracleSignal",
    "Perfect",
    "Platform",
    "PlatformView",
    "Policy",
    "PreemptiveRemoval",
    "Rates",
    "Removal",
    "RemovalPolicy",
    "Takedown",
    "Traces",
]
