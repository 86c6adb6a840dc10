"""A tick is written once: both engines take the steps of the specification in its order, and say which is which."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest

import sim
from sim.engine.agents import TICK, AgentEngine
from sim.engine.arrays import ArrayEngine
from sim.engine.engine import Engine
from sim.engine.kernels.committing import finish
from sim.engine.kernels.ticks import run_ticks

NUMBERS = {step.name: number for number, step in enumerate(TICK, start=1)}
OF_ACCOUNTS = [step.name for step in TICK][1:-1]

# Which step, or steps, a function takes that is called.
SHARED = {"_actors_decide": "act", "end_day": "measure", "record_day": "measure"}
IN_AGENTS = {
    "_march": "march", "_would_be_awake": "wake", "look": "read", "decide": "decide", "commit": "commit",
    "_leave_traces": "trace", "_enter_topic_stream": "stream",
}  # fmt: skip
IN_KERNELS = {
    "count_turnout": "march",
    "wake": "wake",
    "decide": "read decide",
    "commit": "commit",
    "finish": "trace stream",
}
ON_BOTH = IN_KERNELS | {
    "_count_turnout": "march", "find_awake": "wake", "_read_on_second": "read", "_post_on_second": "decide",
}  # fmt: skip
FINISHING = {"leave_traces": "trace", "enter_topic_stream": "stream"}


def source_of(kernel: Any) -> Callable[..., Any]:
    """The function of which a kernel is made."""
    return kernel.py_func  # type: ignore[no-any-return]


def parts(function: Callable[..., Any]) -> list[tuple[list[str], str]]:
    """The parts of a function's source that begin with a comment naming steps: those steps, and the code."""
    _, *found = re.split(
        r"^ *# ((?:\d+\. \w+)(?:, \d+\. \w+)*)(?=[:\n])", inspect.getsource(function), flags=re.MULTILINE
    )
    cited = [re.findall(r"(\d+)\. (\w+)", text) for text in found[::2]]
    assert all(NUMBERS.get(name) == int(number) for steps in cited for number, name in steps), cited
    return [([name for _, name in steps], code) for steps, code in zip(cited, found[1::2], strict=True)]


@pytest.mark.parametrize(
    ("function", "calls", "steps"),
    [
        (Engine.advance, SHARED, ["act", "measure"]),
        (AgentEngine.tick, IN_AGENTS, OF_ACCOUNTS),
        (ArrayEngine._tick, ON_BOTH, OF_ACCOUNTS),
        (source_of(run_ticks), IN_KERNELS, OF_ACCOUNTS),
        (source_of(finish), FINISHING, OF_ACCOUNTS[-2:]),
    ],
    ids=["both engines", "specification", "two platforms", "one platform", "the end"],
)
def test_steps_are_taken_in_the_order_of_the_plan(
    function: Callable[..., Any], calls: dict[str, str], steps: list[str]
) -> None:
    cited = [name for names, _ in parts(function) for name in names]
    assert cited == sorted(cited, key=NUMBERS.__getitem__)
    assert list(dict.fromkeys(cited)) == steps
    taken = set()
    for names, code in parts(function):
        for word in re.findall(r"\w+", re.sub(r"#.*", "", code)):
            if word in calls:
                assert set(calls[word].split()) <= set(names), f"{word} stands in {names}"
                taken |= set(calls[word].split())
    assert taken == set(steps)


def test_the_plan_is_told_in_english() -> None:
    lines = sim.describe_tick().splitlines()
    assert len(lines) == len(TICK)
    for number, (line, step) in enumerate(zip(lines, TICK, strict=True), start=1):
        assert line == f"{number}. {step.name}: {step.happens}"
