"""Arrays are what their rows say: the first state, the memory that they take and the tables in the documents agree."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.array_table import Array, arrays_of, nbytes
from sim.engine.state import ARRAYS, State, first_state, sizes_of_state
from sim.feed.outbox import ENTRY
from sim.society.society import Drawn, Society, draw, sizes_of_society
from sim.world import World
from tests.state_tables import PAGE, page
from tests.worlds import busy_world

WORLDS = {
    "plain": World(people=20, days=2, graph={"kind": "complete"}),
    "busy": busy_world(**{"severity.campaign": 0.5, "legitimacy.dehumanising": 0.1}),
    "with a reserve": busy_world(people_reachable=1_200, **{"campaign.sleepers.waking_rate": 0.1}),
}


@pytest.fixture(params=WORLDS)
def drawn(request: pytest.FixtureRequest) -> Drawn:
    return draw(WORLDS[request.param], 1)


def _held(arrays: Any, declared: dict[str, Array], sizes: dict[str, int], world: World) -> None:
    """Whether arrays have the shapes and types that are declared; one that is not kept has no rows."""
    for name, row in declared.items():
        found = getattr(arrays, name)
        rows, *columns = row.shape_for(sizes)
        rows = rows if row.is_kept(world) and not row.on_demand else 0
        assert (found.dtype, found.shape) == (row.dtype, (rows, *columns)), name


def test_the_first_state_has_the_shapes_and_types_that_are_declared(drawn: Drawn) -> None:
    society = drawn.arrays
    sizes = sizes_of_state(drawn.world, society.anchor.size, society.group.size, drawn.registered)
    _held(first_state(drawn.world, drawn), ARRAYS, sizes, drawn.world)


def test_so_has_a_society(drawn: Drawn) -> None:
    society = drawn.arrays
    sizes = sizes_of_society(society.anchor.size, society.group.size, society.followees.size)
    _held(society, arrays_of(Society), sizes, drawn.world)


def test_every_array_has_a_row(drawn: Drawn) -> None:
    assert tuple(ARRAYS) == State._fields
    arrays = [name for name, value in drawn.arrays._asdict().items() if isinstance(value, np.ndarray)]
    assert list(arrays_of(Society)) == arrays


def test_bytes_are_counted_from_the_rows(drawn: Drawn) -> None:
    """To the byte, for what is kept on demand too."""
    world, society = drawn.world, drawn.arrays
    state = first_state(world, drawn).counting_people(impressions=True)
    sizes = sizes_of_state(world, society.anchor.size, society.group.size, drawn.registered)
    assert nbytes(State, world, sizes) == sum(array.nbytes for array in state)
    sizes = sizes_of_society(society.anchor.size, society.group.size, society.followees.size)
    assert nbytes(Society, world, sizes) == sum(value.nbytes for value in society if isinstance(value, np.ndarray))


def test_what_is_in_the_digest_changes_it_and_nothing_else_does() -> None:
    drawn = draw(WORLDS["busy"], 1)
    state = first_state(drawn.world, drawn).counting_people(impressions=True)
    state.stream_size[0] = 2
    before = state.digest(5)
    for name, row in ARRAYS.items():
        changed = state.copy()
        held = getattr(changed, name)
        if held.dtype.names:
            held["stance"].flat[0] += 1
        else:
            held.flat[0] += 1
        assert (changed.digest(5) != before) == row.in_digest, name
    later = state.copy()
    later.counts[5] += 1
    later.stream_weight[2] += 1.0  # a slot that is not in use
    assert later.digest(5) == before


def test_the_documents_have_the_same_rows() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == page(text), "python -m tests.state_tables writes the tables anew"


def test_types_are_those_of_the_annotations() -> None:
    assert ARRAYS["opinion"].dtype is np.float64 and ARRAYS["outbox"].dtype is ENTRY
