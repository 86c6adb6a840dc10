"""Moderation: what a platform can see, how it detects, and what it does about it."""

from sim.moderation.circuit_breaker import CircuitBreaker
from sim.moderation.content_takedown import ContentTakedown
from sim.moderation.detectors import Detector, Perfect, Rates
from sim.moderation.disclosure import Disclosure
from sim.moderation.downranking import Downranking
from sim.moderation.flags import Flag, FlaggingPolicy
from sim.moderation.hashtag_limit import HashtagLimit
from sim.moderation.labels import Labels
from sim.moderation.measures import NO_MEASURES, Measures
from sim.moderation.platform import Platform
from sim.moderation.policy import Policy, Removal, RemovalPolicy, StandingPolicy
from sim.moderation.preemptive_removal import PreemptiveRemoval
from sim.moderation.reshare_friction import ReshareFriction
from sim.moderation.takedown import Takedown
from sim.moderation.view import OracleSignal, PlatformView

__all__ = [
    "NO_MEASURES",
    "CircuitBreaker",
    "ContentTakedown",
    "Detector",
    "Disclosure",
    "Downranking",
    "Flag",
    "FlaggingPolicy",
    "HashtagLimit",
    "Labels",
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
    "ReshareFriction",
    "StandingPolicy",
    "Takedown",
]
