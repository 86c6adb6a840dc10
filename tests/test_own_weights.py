"""Weights of a user's own rule: what works, and the one sentence where a rule gives what no opinion can follow."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from experiments.run import main
from sim.engine import arrays
from sim.fields import InputError, quantity
from sim.opinion.rule import LEAST_SUM, MOST_WEIGHT, OpinionRule, opinion_weight
from sim.world import World
from tests.worlds import TWO_PLATFORMS, assert_same, busy_branch, busy_branch_of_two, busy_world, run


@dataclass(frozen=True)
class NotANumber(OpinionRule):
    @opinion_weight
    def weight(x, stance, confidence, parameters):
        return math.nan if x > 0.2 else 0.01


@dataclass(frozen=True)
class Infinite(OpinionRule):
    @opinion_weight
    def weight(x, stance, confidence, parameters):
        return -math.inf if stance < -0.5 else 0.01


@dataclass(frozen=True)
class TooMuch(OpinionRule):
    @opinion_weight
    def weight(x, stance, confidence, parameters):
        return 1.01e100 if abs(stance - x) > 0.7 else 0.01


@dataclass(frozen=True)
class Dividing(OpinionRule):
    @opinion_weight
    def weight(x, stance, confidence, parameters):
        return 0.001 / max(stance - x, 0.0)


@dataclass(frozen=True)
class Complaining(OpinionRule):
    @opinion_weight
    def weight(x, stance, confidence, parameters):
        if confidence > 0.6:
            raise ValueError("so far, and no further")
        return 0.01


@dataclass(frozen=True)
class Averaging(OpinionRule):
    averages = True

    @opinion_weight
    def weight(x, stance, confidence, parameters):
        return 0.5 if stance > 0.0 else -0.1


@dataclass(frozen=True)
class Shoving(OpinionRule):
    """Weights of any size that is allowed, of both signs."""

    @opinion_weight
    def weight(x, stance, confidence, parameters):
        return 1e100 if stance > x else -3.0


@dataclass(frozen=True)
class Faint(OpinionRule):
    """An average whose weights, most of them 0, sum to anything from 0 on."""

    share: float = quantity(1.0, unit="weight", source="assumption", doc="Weight of a message nearby.")
    averages = True

    @opinion_weight
    def weight(x, stance, confidence, parameters):
        return parameters[0] if abs(stance - x) < 0.05 else 0.0


GAVE = {
    NotANumber: (f"{-MOST_WEIGHT:g}", "gave nan"),
    Infinite: (f"{-MOST_WEIGHT:g}", "gave -inf"),
    TooMuch: (f"{-MOST_WEIGHT:g}", "gave 1.01e+100"),
    Dividing: (f"{-MOST_WEIGHT:g}", "raised ZeroDivisionError (division by zero)"),
    Complaining: (f"{-MOST_WEIGHT:g}", "raised ValueError (so far, and no further)"),
    Averaging: ("0", "gave -0.1"),
}
NUMBER = r"(-?[\d.]+(?:e-?\d+)?)"


def sentence(world: World, engine: str, branch: Callable[[], sim.Branch] = busy_branch, **more: Any) -> str:
    with pytest.raises(InputError) as caught:
        run(world, branch(), 1, engine, **more)
    return str(caught.value)


@pytest.mark.parametrize("rule", GAVE, ids=lambda rule: rule.__name__)
def test_an_unfit_weight_ends_the_run_in_the_same_sentence_everywhere(
    rule: type[OpinionRule], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(arrays, "_SMALLEST_CHUNK", 1)
    least, gave = GAVE[rule]
    for changes, branch in (({}, busy_branch), (TWO_PLATFORMS, busy_branch_of_two)):
        world = busy_world(**changes, **{"opinion.rule": rule()})
        said = sentence(world, "agents", branch)
        assert {sentence(world, "arrays", branch, threads=threads) for threads in (1, 2, 5)} == {said}
        found = re.fullmatch(
            rf"world\.opinion\.rule must give weights from {re.escape(least)} to 1e\+100, but {rule.__name__} "
            rf"{re.escape(gave)} for x = {NUMBER}, stance = {NUMBER} and confidence = {NUMBER}\.",
            said,
        )
        assert found, said
        numbers = [float(number) for number in found.groups()]
        if gave.startswith("raised"):
            with pytest.raises((ZeroDivisionError, ValueError)):
                rule().weight(*numbers, rule().parameters())
        else:
            np.testing.assert_equal(rule().weight(*numbers, rule().parameters()), float(gave.split()[1]))
    assert capfd.readouterr() == ("", "")


def test_an_unfit_weight_is_noticed_when_opinions_are_read_directly() -> None:
    world = busy_world(**{"opinion.rule": NotANumber(), "feed.reading": "one_random_followee"})
    assert sentence(world, "arrays") == sentence(world, "agents")


def test_a_study_ends_in_the_sentence() -> None:
    with pytest.raises(InputError, match=r"Dividing raised ZeroDivisionError"):
        sim.compare(busy_world(**{"opinion.rule": Dividing()}), {"a": sim.Branch(), "b": busy_branch()}, seeds=2)


def test_a_program_ends_in_the_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "unfit_rules.py").write_text(
        "from dataclasses import dataclass\n"
        "from sim.opinion import OpinionRule, opinion_weight\n"
        "@dataclass(frozen=True)\n"
        "class Dividing(OpinionRule):\n"
        "    @opinion_weight\n"
        "    def weight(x, stance, confidence, parameters):\n"
        "        return 0.001 / max(stance - x, 0.0)\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    small = [
        "world.people=1000",
        "world.burn_in_days=0",
        "days=2",
        "seeds=1",
        "study.dates=[1]",
        "study.reactive=[936]",
    ]
    rule = "world.opinion.rule=unfit_rules.Dividing"
    assert main([*small, "study.preemptive=[]", "study.sweep.values=[]", rule, f"results={tmp_path / 'results'}"]) == 2
    printed = capfd.readouterr().err
    assert "Dividing raised ZeroDivisionError (division by zero) for x = " in printed
    assert "Traceback" not in printed
    assert "Exception ignored" not in printed


@pytest.mark.parametrize("changes", [{}, TWO_PLATFORMS, {"feed.reading": "all_followees"}], ids=["", "two", "all"])
def test_enormous_and_negative_weights_keep_everything_on_the_scale(changes: dict[str, Any]) -> None:
    world = busy_world(**changes, **{"opinion.rule": Shoving()})
    fast, read = run(world, None, 1), run(world, None, 1, "agents")
    assert_same(fast, read)
    opinion, channel = fast.state.opinion, fast.state.channel
    assert np.abs(opinion).max() == 1.0
    assert np.abs(channel).max() <= 2.0
    induced = opinion[:, 0] - opinion[:, 1] - channel.sum(axis=1)
    assert np.abs(induced).max() <= 2.0 + 1e-12


@pytest.mark.parametrize("share", [0.0, 5e-324, LEAST_SUM / 10, 1e-200, MOST_WEIGHT])
def test_an_average_does_not_depend_on_the_size_of_its_weights(share: float) -> None:
    """Down to where one cannot divide by their sum: there, what is read moves nobody."""
    world = busy_world(**{"opinion.rule": Faint(share=share), "feed.reading": "all_followees", "calendar.events": ()})
    fast = run(world, None, 1)
    assert_same(fast, run(world, None, 1, "agents"))
    if share < LEAST_SUM:
        np.testing.assert_array_equal(fast.state.opinion[:, 0], fast.society.anchor)
    else:
        one = run(world.replace({"opinion.rule": Faint()}), None, 1).state.opinion
        np.testing.assert_allclose(fast.state.opinion, one, atol=1e-12, rtol=0)
        assert np.abs(one[:, 0] - fast.society.anchor).max() > 1e-3


def test_a_label_that_takes_all_persuasion_away_leaves_no_nan_in_an_average() -> None:
    world = busy_world(**{"opinion.rule": Faint(share=1e-290)})
    labels = sim.Branch((sim.moderation.Labels(0, sim.moderation.Rates(tpr=1.0, fpr=0.5), 0.0, 1.0),))
    fast = run(world, labels, 1)
    assert np.isfinite(fast.state.opinion).all()
    assert_same(fast, run(world, labels, 1, "agents"))


def _unknown(x, stance, confidence, parameters):
    return undefined_name * x  # noqa: F821


def _short(x, stance, confidence):
    return 1.0


def _wordy(x, stance, confidence, parameters):
    return "far"


def _beyond(x, stance, confidence, parameters):
    return parameters[9]


def _importing(x, stance, confidence, parameters):
    import math as mathematics

    return mathematics.exp(x)


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (_unknown, "NameError: name 'undefined_name' is not defined"),
        (_short, "Signature mismatch: 4 argument types given, but function takes 3 arguments"),
        (_wordy, "No conversion from Literal[str](far) to float64"),
        (_beyond, "tuple index out of range"),
        (_importing, "Use of unsupported opcode (IMPORT_NAME) found."),
        (3, "The decorated object is not a function"),
    ],
)
def test_what_cannot_be_compiled_is_told_in_one_line(function: Any, reason: str) -> None:
    with pytest.raises(InputError) as caught:
        opinion_weight(function)
    name = "3" if function == 3 else function.__name__
    assert str(caught.value).startswith(f"{name} must be a weight that numba can compile: {reason}")
    assert len(str(caught.value).splitlines()) == 1


@dataclass(frozen=True)
class Bare(OpinionRule):
    def weight(self, x, stance, confidence, parameters):
        return 0.01


@dataclass(frozen=True)
class Nothing(OpinionRule):
    pass


@dataclass(frozen=True)
class Worded(Faint):
    how: str = quantity("gently", unit="word", source="assumption", doc="How.")


@dataclass(frozen=True)
class Long(Faint):
    a: float = quantity(0.0, unit="1", source="assumption", doc="One.")
    b: float = quantity(0.0, unit="1", source="assumption", doc="Two.")
    c: float = quantity(0.0, unit="1", source="assumption", doc="Three.")
    d: float = quantity(0.0, unit="1", source="assumption", doc="Four.")
    e: float = quantity(0.0, unit="1", source="assumption", doc="Five.")
    f: float = quantity(0.0, unit="1", source="assumption", doc="Six.")
    g: float = quantity(0.0, unit="1", source="assumption", doc="Seven.")
    h: float = quantity(0.0, unit="1", source="assumption", doc="Eight.")


@dataclass(frozen=True)
class Selfless(Faint):
    own_weight = -1.0


@dataclass(frozen=True)
class Selfish(Faint):
    own_weight = math.nan


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        (Bare, "must have a weight that is decorated with opinion_weight, which Bare has not."),
        (Nothing, "must have a weight that is decorated with opinion_weight, which Nothing has not."),
        (Worded, "must have numbers as fields, unlike Worded.how ('gently')."),
        (Long, "must have at most 8 fields, not 9 as Long."),
        (Selfless, "must have an own_weight from 0 to 1e+100, not -1.0 as Selfless."),
        (Selfish, "must have an own_weight from 0 to 1e+100, not nan as Selfish."),
    ],
)
def test_a_class_that_is_no_rule_is_refused_before_anything_runs(rule: type[OpinionRule], problem: str) -> None:
    with pytest.raises(InputError) as caught:
        busy_world(**{"opinion.rule": rule()})
    assert str(caught.value).endswith(f"rule {problem}")


def test_a_rule_that_is_not_registered_is_known_by_its_own_name() -> None:
    assert (NotANumber.name, Worded.name) == ("NotANumber", "Worded")
    assert sim.opinion.Voter.name == "voter"
