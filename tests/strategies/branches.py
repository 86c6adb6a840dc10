"""Random branches of a world: any policies that are registered, with any detectors."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from sim.actors.second_platform import SecondPlatform
from sim.branch import Branch
from sim.moderation import (
    Detector,
    Disclosure,
    FlaggingPolicy,
    Perfect,
    Policy,
    Rates,
    RemovalPolicy,
    StandingPolicy,
)
from sim.world import World
from tests.strategies.fields import of
from tests.strategies.frame import frame_of


def detectors(world: World) -> st.SearchStrategy[Detector]:
    """Any detector that a world has signals for."""
    return of(Detector, frame_of(world))


def days(world: World) -> st.SearchStrategy[float]:
    """Day numbers of the calendar."""
    return st.floats(0.0, world.days, exclude_max=True)


@st.composite
def removals(draw: st.DrawFn, world: World) -> Policy:
    """A removal of either kind on the first platform, by an idealised detector."""
    frame = replace(frame_of(world), world=world.replace(second=SecondPlatform()))
    removal: Policy = draw(of(RemovalPolicy, frame))
    return replace(removal, detector=draw(st.one_of(of(Perfect, frame), of(Rates, frame))))


def soft_policies(world: World) -> st.SearchStrategy[Any]:
    """Any policy that removes nobody."""
    frame = frame_of(world)
    return st.one_of(of(StandingPolicy, frame), of(FlaggingPolicy, frame), of(Disclosure, frame))


def branches(world: World, first: int = 0) -> st.SearchStrategy[Branch]:
    """Up to four policies that begin on day ``first`` or later; where that is day 0 the campaign may be switched off as well."""
    return of(Branch, frame_of(world, first))
