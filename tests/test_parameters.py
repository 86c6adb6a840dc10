"""The numbers of a room's settings in both engines, of the types that kernels are compiled for whatever the user wrote."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
import pytest

from sim.engine import parameters as module
from sim.engine.parameters import ROOMS, make_parameters
from sim.feed.settings import Feed
from sim.fields import quantity, quantity_of
from sim.opinion import DeGroot
from sim.world import World
from tests.worlds import busy_world


@dataclass(frozen=True)
class WiderFeed(Feed):
    """A feed of a user's own, with a number that no kernel knows of."""

    margin: float = quantity(2.0, unit="messages", source="given by the user", doc="Nothing.")


class WholeWeight(DeGroot):
    own_weight = 1  # type: ignore[assignment]


def test_the_numbers_of_a_room_are_there_as_they_are_declared() -> None:
    world = busy_world()
    made = make_parameters(world)
    for room, kind in ROOMS.items():
        settings, numbers = getattr(world, room), getattr(made, room)
        assert type(numbers) is kind
        assert numbers._asdict() == {name: getattr(settings, name) for name in kind._fields}
    assert {"length", "topic_half_life", "measure_quality"} <= set(made.feed._fields)  # type: ignore[attr-defined]
    assert not {"reading", "lifetime"} & set(made.feed._fields)  # type: ignore[attr-defined]


def test_they_are_documented_by_what_was_declared() -> None:
    about = quantity_of(Feed, "length")
    assert ROOMS["feed"].length.__doc__ == f"{about.doc} ({about.unit})"


@pytest.mark.parametrize(
    "changes",
    [
        {
            "campaign.deception": 1,
            "mobilisation.call": 2,
            "feed.topic_half_life": np.int64(3),
            "calendar.event_pull": 0,
        },
        {"feed.length": 7.0, "campaign.flooding": np.float32(2.0), "feed.lifetime": 30.0},
        {"feed": WiderFeed()},
        {"opinion.rule": WholeWeight()},
    ],
    ids=["whole numbers", "floats", "a subclass", "a rule's own weight"],
)
def test_kernels_are_compiled_once_whatever_the_user_wrote(changes: dict[str, Any]) -> None:
    """Else each such world would wait a minute for code of its own."""
    world = World(people=10)
    assert numba.typeof(make_parameters(world.replace(changes))) == numba.typeof(make_parameters(world))


def test_they_go_from_process_to_process() -> None:
    made = make_parameters(busy_world())
    back = pickle.loads(pickle.dumps(made))
    for room, kind in ROOMS.items():
        assert type(getattr(back, room)) is kind is getattr(module, kind.__name__)
        assert getattr(back, room) == getattr(made, room)
