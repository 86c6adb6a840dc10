"""Settings: what is accepted, what is refused and in which words, and that mappings carry everything."""

from __future__ import annotations

import copy
import json
import math
import pickle
import re
from abc import ABC
from dataclasses import FrozenInstanceError, dataclass, fields
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.fields import (
    InputError,
    Plausible,
    Settings,
    build,
    canonical_json,
    describe_fields,
    quantity,
    register,
    steers,
)


class Rule(Settings, ABC):
    name: ClassVar[str]


@register("still")
@dataclass(frozen=True)
class Still(Rule):
    """Nobody moves."""


@register("pull")
@dataclass(frozen=True)
class Pull(Rule):
    strength: float = quantity(
        0.01, unit="1", low=0, high=1, low_open=True, source="assumption: weak persuasion", doc="Pull of one message."
    )
    radius: float = quantity(0.5, unit="opinion", low=0, high=2, high_open=True, source="assumption", doc="Radius.")


@dataclass(frozen=True)
class Feed(Settings):
    length: int = quantity(15, unit="messages", low=1, high=1000, source="Truong 2024", doc="Messages read.")
    slots: int = quantity(0, unit="messages", low=0, source="assumption", doc="Topic slots.")
    kind: str = quantity(
        "social", unit="graph", choices=("social", "complete"), source="assumption", doc="Who is read."
    )
    weights: tuple[float, ...] = quantity((1.0, 0.5), unit="1", low=0, high=9, source="assumption", doc="Weights.")

    def check(self) -> None:
        if self.slots > self.length:
            raise InputError(f"must be at most length ({self.length}), not {self.slots}", field="slots")


@dataclass(frozen=True)
class Takedown(Settings):
    day: float | str = quantity(unit="day or ISO date", source="Twitter 2019", doc="Day.")
    secret: bool = quantity(False, unit="yes or no", source="assumption", doc="Unannounced.")


@dataclass(frozen=True)
class World(Settings):
    people: int = quantity(100, unit="people", low=2, source="given", doc="People.")
    label: str | None = quantity(None, unit="text", source="given", doc="Label.")
    share: float | None = quantity(None, unit="1", high=1, source="assumption", doc="Share.")
    feed: Feed = quantity(default_factory=Feed, unit="feed", source="given", doc="Feed.")
    rule: Rule = quantity(Still(), unit="rule", source="given", doc="Rule.")
    other: Still | Pull | None = quantity(None, unit="rule", source="given", doc="Another rule.")
    policies: tuple[Takedown, ...] = quantity((), unit="policies", source="given", doc="Policies.")
    rules: tuple[Pull | Still, ...] = quantity((), unit="rules", source="given", doc="Rules.")
    window: tuple[int, float] = quantity((0, 1.5), unit="day", low=0, source="given", doc="From, to.")

    def check(self) -> None:
        if self.share is not None and self.share * self.people < 1:
            raise InputError("share must leave at least one person")


@dataclass(frozen=True)
class Unregistered(Rule):
    steps: int = quantity(3, unit="steps", low=0, source="assumption", doc="Steps.")


def sentence(make: Any) -> str:
    with pytest.raises(InputError) as caught:
        make()
    text = str(caught.value)
    assert "\n" not in text and text[-1] in ".?" and len(text) < 400
    return text


# Strategies

finite = st.floats(allow_nan=False, allow_infinity=False)
pulls = st.builds(
    Pull, strength=st.floats(0, 1, exclude_min=True), radius=st.floats(0, 2, exclude_max=True) | st.integers(0, 1)
)
stills = st.just(Still())
feeds = st.builds(
    Feed,
    length=st.integers(10, 1000),
    slots=st.integers(0, 10),
    kind=st.sampled_from(["social", "complete"]),
    weights=st.lists(st.floats(0, 9), max_size=5),
)
TEXT = st.text(max_size=5).filter(lambda text: not any(map(steers, text)))
takedowns = st.builds(Takedown, day=finite | TEXT, secret=st.booleans())
worlds = st.builds(
    World,
    people=st.integers(2, 10**9),
    label=st.none() | TEXT,
    share=st.none() | st.floats(0.5, 1),
    feed=feeds,
    rule=stills | pulls | st.builds(Unregistered, steps=st.integers(0, 9)),
    other=st.none() | stills | pulls,
    policies=st.lists(takedowns, max_size=3),
    rules=st.lists(stills | pulls, max_size=3),
    window=st.tuples(st.integers(0, 9), st.floats(0, 9)),
)
keys = st.text(max_size=5) | st.integers() | st.sampled_from(["name", "length", "day"])
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=6,
)
PATHS = [
    *(
        "people",
        "label",
        "share",
        "feed",
        "feed.length",
        "feed.kind",
        "feed.weights",
        "feed.weights[1]",
        "rule",
        "other",
    ),
    *("policies", "policies[0]", "policies[0].day", "rules", "window", "window[1]"),
    *("nonsense", "feed[0]", "[0]", "feed.", "feed..length", ""),
]


# Properties


@given(worlds)
def test_a_mapping_carries_everything(world: World) -> None:
    assert build(World, world.to_mapping()) == world
    assert build(World, json.loads(json.dumps(world.to_mapping()))) == world
    assert build(World, json.loads(canonical_json(world))) == world
    assert build(World, world) is world


@given(worlds)
def test_settings_hash_pickle_copy(world: World) -> None:
    for twin in (
        pickle.loads(pickle.dumps(world)),
        copy.deepcopy(world),
        world.replace(),
        build(World, world.to_mapping()),
    ):
        assert twin == world and hash(twin) == hash(world) and canonical_json(twin) == canonical_json(world)


@given(worlds)
def test_every_leaf_is_described_by_a_path_that_replace_takes(world: World) -> None:
    rows = describe_fields(world)
    values = {row.path.removeprefix("world."): row.value for row in rows}
    assert len(values) == len(rows) and all(row.unit and row.source and row.doc for row in rows)
    for path, value in values.items():
        chosen = isinstance(value, str) and re.fullmatch(r"rule|other|rules\[\d\]", path)
        assert world.replace({f"{path}.name" if chosen else path: value}) == world
    assert world.replace({path: value for path, value in values.items() if "." in path}) == world


@given(worlds, st.dictionaries(st.sampled_from(PATHS) | st.text(max_size=6), anything, max_size=3))
def test_any_change_gives_a_valid_world_or_one_sentence(world: World, changes: dict[str, Any]) -> None:
    try:
        changed = world.replace(changes)
    except InputError as error:
        text = str(error)
        assert "\n" not in text and text[-1] in ".?" and len(text) < 400
        assert error.field is None or text.startswith(f"{error.field} ")
    else:
        assert build(World, changed.to_mapping()) == changed


@given(
    st.dictionaries(st.sampled_from(World.__match_args__) | st.text(max_size=6) | st.integers(), anything, max_size=3)
)
def test_any_mapping_gives_a_valid_world_or_one_sentence(mapping: dict[Any, Any]) -> None:
    try:
        world = build(World, mapping, path="here")
    except InputError as error:
        text = str(error)
        assert "\n" not in text and text[-1] in ".?" and len(text) < 400
        assert text.startswith("here")
    else:
        assert build(World, world.to_mapping()) == world


@given(st.integers() | st.floats())
def test_a_range_holds_exactly_the_numbers_inside(number: float) -> None:
    valid = math.isfinite(number) and 0 < number <= 1
    if valid:
        assert type(Pull(strength=number).strength) is float
    else:
        assert "must be a number above 0 and at most 1, not " in sentence(lambda: Pull(strength=number))


# Types


@pytest.mark.parametrize("given_, kept", [(3, 3), (3.0, 3), (np.int64(3), 3), (np.float32(3), 3), (Fraction(3), 3)])
def test_whole_numbers_are_accepted_for_int(given_: Any, kept: int) -> None:
    length = Feed(length=given_).length
    assert length == kept and type(length) is int


@pytest.mark.parametrize(
    "bad", [True, False, 3.5, "3", "12", None, [3], math.nan, math.inf, 1j, 10**400, b"3", object()]
)
def test_nothing_else_is_an_int(bad: Any) -> None:
    assert "Feed.length must be a whole number from 1 to 1000, not " in sentence(lambda: Feed(length=bad))


@pytest.mark.parametrize(
    "bad", [True, "0.5", "nan", None, math.nan, math.inf, -math.inf, 10**400, np.array([0.1, 0.2])]
)
def test_nothing_else_is_a_float(bad: Any) -> None:
    assert "Pull.strength must be a number above 0 and at most 1, not " in sentence(lambda: Pull(strength=bad))


@pytest.mark.parametrize("bad", [0, 1, "true", None, np.array(1), np.array([True])])
def test_only_a_bool_is_a_bool(bad: Any) -> None:
    assert "Takedown.secret must be true or false, not " in sentence(lambda: Takedown(day=1, secret=bad))


def test_containers_and_scalars_are_normalised() -> None:
    world = World(policies=[{"day": 3}], rules=["still", Pull()], window=[np.int64(2), 3], share=1)  # type: ignore[arg-type]
    assert world.policies == (Takedown(day=3),) and type(world.policies) is tuple
    assert world.rules == (Still(), Pull()) and world.window == (2, 3.0)
    assert [type(edge) for edge in world.window] == [int, float]
    assert type(Takedown(day=3).day) is float and Takedown(day="2019-08-19").day == "2019-08-19"


def test_settings_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Feed().length = 3  # type: ignore[misc]


# Sentences

STRENGTH = "world.rule.strength must be a number above 0 and at most 1, "
RADIUS = "world.other.radius must be a number of at least 0 and below 2, "
KIND = "world.feed.kind must be one of social, complete, not "


@pytest.mark.parametrize(
    "mapping, expected",
    [
        ({"feed": {"lenght": 3}}, "world.feed.lenght is not a field; did you mean length?"),
        ({"feed": {"zzz": 3}}, "world.feed.zzz is not a field; allowed are length, slots, kind, weights."),
        ({"feed": {"a\nb": 3}}, r"world.feed.'a\nb' is not a field; allowed are length, slots, kind, weights."),
        ({"rule": {"name": "still", "x": 1}}, "world.rule.x is not a field; Still has no fields."),
        ({"feed": {"length": 0}}, "world.feed.length must be a whole number from 1 to 1000, not 0."),
        ({"feed": {"slots": -1}}, "world.feed.slots must be a whole number of at least 0, not -1."),
        ({"share": 2}, "world.share must be a number of at most 1 or none, not 2."),
        ({"feed": {"length": "12"}}, "world.feed.length must be a whole number from 1 to 1000, not the text '12'."),
        ({"feed": {"length": 5, "slots": 6}}, "world.feed.slots must be at most length (5), not 6."),
        ({"share": 0.001}, "world.share must leave at least one person."),
        ({"feed": {"kind": "socal"}}, KIND + "'socal'; did you mean 'social'?"),
        ({"feed": {"kind": "xx"}}, KIND + "'xx'."),
        ({"feed": {"weights": [1, 2, -1]}}, "world.feed.weights[2] must be a number from 0 to 9, not -1."),
        ({"feed": {"weights": 3}}, "world.feed.weights must be a list, each a number from 0 to 9, not 3."),
        ({"feed": 3}, "world.feed must be a mapping of the fields of Feed, not 3."),
        ({"feed": None}, "world.feed must be a mapping of the fields of Feed, not none."),
        ({"feed": Still()}, "world.feed must be a mapping of the fields of Feed, not an object of type Still."),
        ({"people": list(range(99))}, "world.people must be a whole number of at least 2, not [0, 1, 2, … 99 values]."),
        ({"rule": {"name": "pull", "strength": math.nan}}, STRENGTH + "not nan."),
        ({"other": {"name": "pull", "radius": 2}}, RADIUS + "not 2."),
        ({"rule": "pul"}, "world.rule must be one of still, pull, not 'pul'; did you mean 'pull'?"),
        ({"rule": {"name": []}}, "world.rule must be one of still, pull, not []."),
        ({"feed": {"name": []}}, "world.feed.name is not a field; allowed are length, slots, kind, weights."),
        ({"rule": {"name": 7}}, "world.rule must be one of still, pull, not 7."),
        ({"rule": {"strength": 0.1}}, "world.rule needs a name: one of still, pull."),
        ({"rule": 7}, "world.rule must be one of still, pull, not 7."),
        ({"other": {"name": "stil"}}, "world.other must be one of still, pull, not 'stil'; did you mean 'still'?"),
        ({"other": Feed()}, "world.other must be one of still, pull or none, not an object of type Feed."),
        ({"rules": ["pull", {"name": "pull", "strength": 0}]}, STRENGTH.replace("rule", "rules[1]") + "not 0."),
        ({"policies": [{"secret": True}]}, "world.policies[0].day is missing and has no default."),
        ({"policies": [{"day": math.nan}]}, "world.policies[0].day must be a finite number or an ISO date, not nan."),
        ({"window": [1]}, "world.window must be a list of 2 values, not of 1."),
        (3, "world must be a mapping of the fields of World, not 3."),
    ],
)  # fmt: skip
def test_build_says_what_is_wrong(mapping: Any, expected: str) -> None:
    assert sentence(lambda: build(World, mapping)) == expected


def test_an_error_names_the_class_until_the_path_is_known() -> None:
    assert sentence(lambda: Feed(length=0)).startswith("Feed.length must be")
    assert sentence(lambda: Feed(length=5, slots=6)) == "Feed.slots must be at most length (5), not 6."
    assert sentence(lambda: World(share=0.001)) == "World.share must leave at least one person."
    assert sentence(lambda: World(feed={"length": 0})).startswith("World.feed.length must be")  # type: ignore[arg-type]
    assert sentence(lambda: build(Feed, {"length": 0}, path="study.feed")).startswith("study.feed.length must be")


def test_an_error_survives_pickling() -> None:
    with pytest.raises(InputError) as caught:
        build(World, {"feed": {"length": 0}})
    twin = pickle.loads(pickle.dumps(caught.value))
    assert str(twin) == str(caught.value) and twin.field == caught.value.field == "world.feed.length"


# Choosing a class by name


def test_a_name_chooses_the_class() -> None:
    assert build(World, {"rule": "pull"}).rule == Pull()
    assert build(World, {"rule": {"name": "pull", "strength": 0.2}}).rule == Pull(strength=0.2)
    assert build(World, {"other": "still"}).other == Still()
    assert build(World, {"other": None}).other is None
    assert build(Rule, "pull") == Pull() and build(Rule, {"name": "pull", "radius": 1}) == Pull(radius=1)
    assert (Pull.name, Still().name) == ("pull", "still")


def test_an_unregistered_subclass_is_accepted_as_it_is() -> None:
    rule = Unregistered(steps=5)
    world = World(rule=rule)
    assert world.rule is rule and world.replace({"rule.steps": 6}).rule == Unregistered(steps=6)
    assert world.to_mapping()["rule"] == {"name": f"{__name__}.Unregistered", "steps": 5}


def test_a_class_with_a_field_called_name_cannot_be_registered() -> None:
    @dataclass(frozen=True)
    class Named(Settings):
        name: str = quantity("x", unit="text", source="given", doc="Name.")

    with pytest.raises(TypeError, match="field called name"):
        register("named")(Named)


@dataclass(frozen=True)
class Base(Settings):
    size: int = quantity(1, unit="1", source="given", doc="Size.")


@register("twin")
@dataclass(frozen=True)
class First(Base):
    pass


@register("twin")
@dataclass(frozen=True)
class Second(Base):
    pass


@dataclass(frozen=True)
class Holder(Settings):
    base: Base = quantity(Base(), unit="base", source="given", doc="Base.")


def test_two_classes_cannot_share_a_name() -> None:
    with pytest.raises(InputError, match="are both registered as twin: one of them needs another name"):
        build(Holder, {"base": "twin"})


class Forgotten(Base):
    length: int = 3


@dataclass(frozen=True)
class Unsupported(Settings):
    table: dict[str, int] = quantity(unit="1", source="given", doc="Table.")


def test_mistakes_in_a_class_are_type_errors() -> None:
    with pytest.raises(TypeError, match=r"Forgotten.length is no field: Forgotten lacks @dataclass"):
        Forgotten()
    with pytest.raises(TypeError, match="cannot have the type"):
        Unsupported({})
    with pytest.raises(TypeError, match="must not exceed"):
        quantity(unit="1", low=2, high=1, source="given", doc="Empty.")


@pytest.mark.parametrize(
    ("likely", "sentence"),
    [
        (Plausible(0.5, 1.5, "no idea"), "must be a range from 0 to 1, not 0.5 to 1.5"),
        (Plausible(-0.5, 0.5, "no idea"), "must be a range from 0 to 1, not -0.5 to 0.5"),
        (Plausible(0.5, 0.5, "no idea"), "must be a range"),
        (Plausible(math.nan, 0.5, "no idea"), "must be a range"),
        (Plausible(0.0, 0.5, "no idea", log=True), "must begin above 0"),
        (Plausible(0.1, 0.5, ""), "must say why"),
    ],
)
def test_a_plausible_range_lies_within_what_can_be_and_says_why(likely: Plausible, sentence: str) -> None:
    with pytest.raises(TypeError, match=sentence):
        quantity(0.5, unit="share", low=0, high=1, source="assumption", doc="A share.", plausible=likely)


def test_assumptions_of_hong_kong_have_plausible_ranges_about_their_values_and_facts_have_none() -> None:
    found = {row.path: row for row in describe_fields(sim.World.hk2019(people=1000)) if row.plausible is not None}
    assert len(found) > 30 and "world.opinion.rule.strength" in found
    for path, row in found.items():
        likely = row.plausible
        assert likely is not None and likely.low <= row.value <= likely.high, path
        assert row.assumption or path == "world.organisers.followers", path  # which the case says is chosen
        assert str(likely).endswith(f": {likely.why}") and ("by factors" in str(likely)) == likely.log


# Replacing


def test_replace_takes_paths_and_mappings() -> None:
    world = World(policies=(Takedown(day=1), Takedown(day=2)), rule=Pull(radius=1))
    assert world.replace(people=5).people == 5
    assert world.replace({"feed.length": 5, "feed.slots": 5}, people=7) == world.replace(
        feed={"length": 5, "slots": 5}, people=7
    )
    assert world.replace({"policies[1].day": 9}).policies == (Takedown(day=1), Takedown(day=9))
    assert world.replace({"feed.weights[0]": 3}).feed.weights == (3.0, 0.5)
    assert world.replace(rule={"strength": 0.3}).rule == Pull(strength=0.3, radius=1)
    assert world.replace(rule={"name": "pull", "strength": 0.3}).rule == Pull(strength=0.3, radius=1)
    assert world.replace(rule={"name": "still"}).rule == world.replace(rule="still").rule == Still()
    assert world.replace(other={"name": "pull", "radius": 1}).other == Pull(radius=1)
    assert world.replace({"other.name": "pull", "other.radius": 1}).other == Pull(radius=1)
    assert world == World(policies=(Takedown(day=1), Takedown(day=2)), rule=Pull(radius=1))


def test_checks_across_fields_see_only_the_result_of_a_replace() -> None:
    feed = Feed(length=5, slots=5)
    assert feed.replace(slots=9, length=9) == Feed(length=9, slots=9)
    assert (
        sentence(lambda: World(feed=feed).replace({"feed.slots": 9}))
        == "World.feed.slots must be at most length (5), not 9."
    )


@pytest.mark.parametrize(
    "changes, expected",
    [
        ({"feed.lenght": 3}, "World.feed.lenght is not a field; did you mean length?"),
        ({"fed.length": 3}, "World.fed is not a field; did you mean feed?"),
        ({"feed.length.x": 3}, "World.feed.length must be a whole number from 1 to 1000, not a mapping."),
        ({"feed.weights[2]": 3}, "World.feed.weights[2] is not an element; there are 2."),
        ({"feed.weights[1]": -3}, "World.feed.weights[1] must be a number from 0 to 9, not -3."),
        ({"feed": {"length": 0}}, "World.feed.length must be a whole number from 1 to 1000, not 0."),
        ({"feed": {"length": 3}, "feed.length": 4}, "World.feed.length is changed twice."),
        ({"rule.name": "pul"}, "World.rule must be one of still, pull, not 'pul'; did you mean 'pull'?"),
    ],
)
def test_replace_says_what_is_wrong(changes: dict[str, Any], expected: str) -> None:
    assert sentence(lambda: World().replace(changes)) == expected


# Describing and content keys


def test_described_fields_carry_unit_range_source_and_choice() -> None:
    rows = {row.path: row for row in describe_fields(World(rule=Pull(), policies=(Takedown(day=3),)))}
    assert list(rows)[:4] == ["world.people", "world.label", "world.share", "world.feed.length"]
    length = rows["world.feed.length"]
    assert (length.value, length.unit, length.low, length.high) == (15, "messages", 1, 1000)
    assert (length.source, length.doc, length.assumption) == ("Truong 2024", "Messages read.", False)
    assert rows["world.rule"].value == "pull" and rows["world.rule"].allowed == "one of still, pull"
    strength = rows["world.rule.strength"]
    assert strength.assumption and strength.allowed == "a number above 0 and at most 1"
    assert rows["world.policies[0].day"].value == 3.0 and rows["world.rules"].value == ()
    assert "world.policies" not in rows


def test_canonical_json_is_one_text_per_value() -> None:
    assert canonical_json({"b": -0.0, "a": (1, 0.1, None, True, "é")}) == '{"a":[1,0.1,null,true,"\\u00e9"],"b":0.0}'
    assert canonical_json([np.float64(0.5), np.int64(2)]) == "[0.5,2]"
    assert canonical_json(Takedown(day=-0.0)) == canonical_json(Takedown(day=0))
    assert canonical_json(Feed(weights=(1,))) == '{"kind":"social","length":15,"slots":0,"weights":[1.0]}'
    assert canonical_json((Still(),)) == '[{"name":"still"}]'
    assert canonical_json(World(rule=Pull())) != canonical_json(World(rule=Still()))
    with pytest.raises(ValueError):
        canonical_json(math.nan)
    for unfit in ({1: 2}, {1, 2}, b"x", object()):
        with pytest.raises(TypeError):
            canonical_json(unfit)


def test_no_sentence_quotes_thousands_of_characters() -> None:
    for wrong in ("x" * 10_000, "a b " * 5_000, "it's " * 2_000):
        sentence = str(InputError(f"must be one of two, not {wrong!r}", field="feed.kind"))
        assert sentence.startswith("feed.kind must be one of two, not ")
        assert len(sentence) <= 1_500
        assert sentence.endswith(("'.", '".'))
    name = "n" * 5_000
    with pytest.raises(InputError) as error:
        Feed(**{"length": 20}).replace({name: 1})
    assert len(str(error.value)) < 1_000
    short = f"must be below 5, not {'7' * 100}."
    assert str(InputError(short)) == short


def test_what_all_settings_have_is_no_field() -> None:
    for cls in (Feed, Pull, Takedown, World):
        assert set(cls.__dataclass_fields__) - {field.name for field in fields(cls)} <= {"name"}


# Families that are chosen by another word


@dataclass(frozen=True)
class Shape(Settings, ABC):
    chosen_by = "form"
    usual = "dot"
    form: ClassVar[str]


@register("dot")
@dataclass(frozen=True)
class Dot(Shape):
    size: float = quantity(1.0, unit="1", low=0, source="assumption", doc="Size.")


@register("line")
@dataclass(frozen=True)
class Line(Shape):
    length: float = quantity(unit="1", low=0, source="assumption", doc="Length.")


@dataclass(frozen=True)
class Drawing(Settings):
    shape: Shape = quantity(Dot(), unit="shape", source="assumption", doc="Shape.")


def test_a_family_may_be_chosen_by_another_word_and_have_a_usual_class() -> None:
    assert (Dot.form, Line.form) == ("dot", "line")
    assert build(Drawing, {"shape": {"size": 2}}).shape == Dot(2.0)
    assert build(Drawing, {"shape": {"form": "line", "length": 2}}).shape == Line(2.0)
    assert build(Drawing, {"shape": "dot"}) == Drawing()
    assert Drawing(Line(3.0)).to_mapping() == {"shape": {"form": "line", "length": 3.0}}
    assert canonical_json(Line(3.0)) == '{"form":"line","length":3.0}'
    assert Drawing().replace({"shape.form": "line", "shape.length": 1}).shape == Line(1.0)
    assert Drawing().replace({"shape.size": 3}).shape == Dot(3.0)
    assert Line(3.0).replace(form="dot") == Dot()


@pytest.mark.parametrize(
    ("shape", "sentence"),
    [
        ({"form": "lin"}, "world.shape must be one of dot, line, not 'lin'; did you mean 'line'?"),
        ({"form": "line"}, "world.shape.length is missing and has no default."),
        ({"length": 2}, "world.shape.length is not a field of dot, but of line."),
        ({"from": "line"}, "world.shape.from is not a field; did you mean form?"),
        ({"name": "line"}, "world.shape.name is not a field; allowed are size."),
        (3, "world.shape must be one of dot, line, not 3."),
    ],
)
def test_what_is_no_member_of_such_a_family(shape: Any, sentence: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(sentence)}$"):
        build(Drawing, {"shape": shape})


def test_a_field_cannot_have_the_name_of_the_word() -> None:
    @dataclass(frozen=True)
    class Blot(Shape):
        form: str = quantity("", unit="name", source="assumption", doc="Form.")  # type: ignore[misc]

    with pytest.raises(TypeError, match="Blot has a field called form and so cannot be registered"):
        register("blot")(Blot)
