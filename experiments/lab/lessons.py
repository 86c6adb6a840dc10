"""Lessons: one short YAML file each, held to what the page can do (docs/classroom.md)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from experiments.lab.levers import Lever as PageLever
from experiments.lab.levers import levers, settings_of
from experiments.lab.worlds import Choice, check_lesson
from sim import saved
from sim.branch import Branch
from sim.fields import InputError, Settings, chosen, quantity
from sim.moderation import Policy
from sim.outcomes import OUTCOMES
from sim.world import World

FOLDER = Path(__file__).resolve().parents[1] / "lessons"
OF = ("percent_of_without", "with", "without")
"""What a guess is about: the second world's outcome in per cent of the first's, or the outcome of one of them."""
SANDBOX = "sandbox"
_NAMES = tuple(outcome.name for outcome in OUTCOMES)
_SOURCE = "the lesson's author"


def _text(doc: str) -> Any:
    return quantity(unit="text", source=_SOURCE, doc=doc)


def _texts(doc: str) -> Any:
    return quantity((), unit="paragraphs", source=_SOURCE, doc=doc)


@dataclass(frozen=True)
class Control(Settings):
    """A number that a class may change."""

    field: str = _text("What it is: LEVER.FIELD, such as takedown.day.")
    low: float | None = quantity(
        None, unit="as the field", source=_SOURCE, doc="Low end of the slider (none: the field's)."
    )
    high: float | None = quantity(
        None, unit="as the field", source=_SOURCE, doc="High end of the slider (none: the field's)."
    )

    def check(self) -> None:
        if self.low is not None and self.high is not None and not self.low < self.high:
            raise InputError(f"must be below high ({self.high:g}), not {self.low:g}", field="low")

    def ends_of(self, field: Mapping[str, Any], place: str) -> dict[str, float]:
        """``low`` and ``high``, those that are said, for a field of the page. Raises InputError at ``place`` where the field
        cannot be that."""
        ends = {end: value for end in ("low", "high") if (value := getattr(self, end)) is not None}
        for end, value in ends.items():
            if field["bool"]:
                raise InputError("must be left out for what is true or false", field=f"{place}.{end}")
            if not field["low"] <= value <= field["high"] or (field["whole"] and value != int(value)):
                whole = "a whole number " if field["whole"] else ""
                allowed = f"{whole}from {field['low']:.15g} to {field['high']:.15g}"
                raise InputError(f"must be {allowed}, not {value:g}", field=f"{place}.{end}")
        return ends


@dataclass(frozen=True)
class Prediction(Settings):
    """The guess that is made before the answer is shown."""

    ask: str = _text("What is to be guessed.")
    unit: str = _text("What the guess counts.")
    of: str = quantity(unit="name", choices=OF, source=_SOURCE, doc="What of the outcome's last day is guessed.")
    outcome: str = quantity(unit="outcome", choices=_NAMES, source=_SOURCE, doc="The outcome.")
    low: float = quantity(unit="as the guess", source=_SOURCE, doc="Least guess.")
    high: float = quantity(unit="as the guess", source=_SOURCE, doc="Greatest guess.")
    answer: tuple[float, float] = quantity(
        unit="as the guess",
        source="measured",
        doc="Where the answer lies in any world of 1,000 people and more of the case.",
    )
    times: float = quantity(1.0, unit="factor", source=_SOURCE, doc="Times the outcome in the guess (100: per cent).")
    step: float = quantity(1.0, unit="as the guess", low=0, low_open=True, source=_SOURCE, doc="Step of the guess.")

    def check(self) -> None:
        if not self.low < self.high:
            raise InputError(f"must be below high ({self.high:g}), not {self.low:g}", field="low")
        if not self.low <= self.answer[0] <= self.answer[1] <= self.high:
            raise InputError(f"must lie within what can be guessed, {self.low:g} to {self.high:g}", field="answer")
        if self.times == 0.0:
            raise InputError("must not be 0", field="times")


@dataclass(frozen=True)
class Lever(Settings):
    """A number of the world itself that the second world has otherwise."""

    field: str = _text("What it is, such as campaign.flooding.")
    value: float = quantity(unit="as the field", source=_SOURCE, doc="What it is at first.")


@dataclass(frozen=True)
class Price(Settings):
    """What a number costs: ``each`` for every unit by which it is away from ``free``; nothing where its lever is not used."""

    field: str = _text("What it is of: LEVER.FIELD.")
    each: float = quantity(unit="as the budget", low=0, low_open=True, source=_SOURCE, doc="What a unit costs.")
    free: float = quantity(0.0, unit="as the field", source=_SOURCE, doc="Where it costs nothing.")


@dataclass(frozen=True)
class Budget(Settings):
    """What a class may spend."""

    points: float = quantity(unit="as its unit", low=0, low_open=True, source=_SOURCE, doc="How much there is.")
    unit: str = _text("What is spent.")
    prices: tuple[Price, ...] = quantity(unit="prices", source=_SOURCE, doc="What costs how much.")

    def check(self) -> None:
        if not self.prices:
            raise InputError("must say what costs something", field="prices")


@dataclass(frozen=True)
class Teacher(Settings):
    """Notes for teachers."""

    goal: tuple[str, ...] = _texts("What is to be learnt.")
    steps: tuple[str, ...] = _texts("How a lesson may go.")
    limits: tuple[str, ...] = _texts("What the model cannot say.")

    def check(self) -> None:
        for name in ("goal", "steps", "limits"):
            if not getattr(self, name):
                raise InputError("must say something", field=name)


@dataclass(frozen=True)
class Lesson(Settings):
    """A lesson. What a class may change are ``controls``; what the platform does at first is ``start``."""

    title: str = _text("Title.")
    version: int = quantity(
        unit="number", low=1, high=9999, source=_SOURCE, doc="Raised whenever guesses of the lesson change."
    )
    order: int = quantity(unit="number", low=0, high=9999, source=_SOURCE, doc="Place among the lessons.")
    minutes: int = quantity(unit="minutes", low=1, high=600, source=_SOURCE, doc="How long it takes.")
    outcome: str = quantity(unit="outcome", choices=_NAMES, source=_SOURCE, doc="The outcome that is shown first.")
    teacher: Teacher = quantity(unit="notes", source=_SOURCE, doc="Notes for teachers.")
    question: tuple[str, ...] = _texts("The question.")
    start: tuple[Policy, ...] = quantity((), unit="policies", source=_SOURCE, doc="What the platform does at first.")
    levers: tuple[Lever, ...] = quantity(
        (), unit="levers", source=_SOURCE, doc="What of the world itself is otherwise at first."
    )
    budget: Budget | None = quantity(None, unit="budget", source=_SOURCE, doc="What may be spent (none: anything).")
    controls: tuple[Control, ...] = quantity((), unit="controls", source=_SOURCE, doc="What a class may change.")
    worlds: tuple[str, ...] = quantity(
        (), unit="fields", source=_SOURCE, doc="What of both worlds a class may choose, of what the page has."
    )
    prediction: Prediction | None = quantity(
        None, unit="prediction", source=_SOURCE, doc="What is guessed (none: nothing)."
    )
    debrief: tuple[str, ...] = _texts("What it was about.")

    def check(self) -> None:
        if not self.question:
            raise InputError("must say something", field="question")
        if not self.controls:
            raise InputError("must let the class change something", field="controls")
        if self.prediction is not None and not self.debrief:
            raise InputError("must say something where there is a prediction", field="debrief")

    def in_page(self, name: str, world: World, choices: Sequence[Choice] = ()) -> dict[str, Any]:
        """The lesson as the page has it, ``choices`` of worlds among it. Raises InputError for what such a page cannot have."""
        Branch(self.start).check_against(world)
        known = levers(world)
        start = {policy.name: settings_of(policy, world, known) for policy in self.start}
        if len(start) < len(self.start):
            raise InputError("must not have two policies of a kind", field="start")
        for i, given in enumerate(self.levers):
            lever, field = _found(given.field, [each for each in known if not each.policy], f"levers[{i}].field")
            try:
                world.replace({given.field: int(given.value) if field["whole"] else given.value})
            except InputError as error:
                raise InputError(error.problem, field=f"levers[{i}].value") from None
            usual = {each["name"]: each["value"] for each in lever.fields}
            start.setdefault(lever.name, usual)[field["name"]] = given.value
        controls: dict[str, list[str]] = {}
        ranges: dict[str, dict[str, float]] = {}
        for i, control in enumerate(self.controls):
            lever, field = _found(control.field, known, f"controls[{i}].field")
            controls.setdefault(lever.name, []).append(field["name"])
            ranges[control.field] = control.ends_of(field, f"controls[{i}]")
        for i, price in enumerate(self.budget.prices if self.budget else ()):
            _found(price.field, known, f"budget.prices[{i}].field")
        worlds = check_lesson(self.worlds, choices, [*start, *controls])
        about = {"start": start, "controls": controls, "ranges": ranges, "worlds": worlds}
        return {**self.to_mapping(), "name": name, **about}


def fitting(
    lessons: Mapping[str, Lesson], asked: str, world: World, choices: Sequence[Choice] = ()
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The lessons that a page of a world can have, as it has them, and why it cannot have the others, by name. Raises InputError
    if the lesson that is ``asked`` for (empty: any) is one of these, and if all are."""
    found, without = [], dict[str, str]()
    for name, lesson in lessons.items():
        try:
            found.append(lesson.in_page(name, world, choices))
        except InputError as error:
            without[name] = str(error)
            if name == asked:
                raise InputError(f"cannot be {name} in this world: {error}", field="lesson") from None
    if not found:
        name, why = next(iter(without.items()))
        raise InputError(f"cannot be any in this world, nor {name}: {why}", field="lesson")
    return found, without


def _found(path: str, known: list[PageLever], place: str) -> tuple[PageLever, dict[str, Any]]:
    fields = {f"{lever.name}.{field['name']}": (lever, field) for lever in known for field in lever.fields}
    return fields[chosen(path, list(fields), place)]


def load(path: Path) -> Lesson:
    """A lesson from its file. Raises InputError in one sentence."""
    try:
        return saved.load(Lesson, path)
    except InputError as error:
        if error.field == "path":
            raise
        raise InputError(f"{path.name}: {error}") from None


@cache
def packaged() -> dict[str, Lesson]:
    """The lessons that come with the program, by name, in their order; the sandbox last."""
    found = {path.stem: load(path) for path in FOLDER.glob("*.yaml")}
    return dict(sorted(found.items(), key=lambda item: (item[0] == SANDBOX, item[1].order, item[0])))


def named(name: str) -> dict[str, Lesson]:
    """The packaged lessons, and the one of a file, for ``lesson=NAME`` or ``lesson=FILE.yaml`` (empty: no
    other). Raises InputError."""
    if name.endswith((".yaml", ".yml")):
        path = Path(name)
        if not re.fullmatch(r"[a-z0-9_]{1,40}", path.stem):
            raise InputError(
                f"must be a file whose name has small letters, digits and _ only, not {path.stem[:60]!r}", "lesson"
            )
        return packaged() | {path.stem: load(path)}
    if name:
        chosen(name, packaged(), "lesson")
    return packaged()
