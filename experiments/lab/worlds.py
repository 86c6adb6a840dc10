"""Which world the class looks at: fields of it that have several values in the page, of which each combination is a variant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

from sim.fields import InputError, Settings, chosen, did_you_mean, shown
from sim.world import World

RATE, LOCAL, RULE = "campaign.sleepers.waking_rate", "campaign.local_follower_share", "opinion.rule"
USUAL = (RATE, LOCAL, RULE)
"""Fields that a page has several values of where nothing else is said."""
_TIMES = {RATE: (0.5, 2.0), LOCAL: (0.1, 10.0)}
MOST_PEOPLE = 2000
"""With more, a page has no more local followers where nothing is said: those of the sleepers alone would be a megabyte."""
_RULES = ({"name": "hegselmann_krause", "bound": 0.4}, {"name": "degroot"})


class Option(NamedTuple):
    """A value of a field: its ``name`` in links, the ``value`` as ``World.replace`` takes it, and in ``words``."""

    name: str
    value: Any
    words: str


class Choice(NamedTuple):
    """A field of the world with its values, of which the one numbered ``usual`` is that of the page's own world."""

    field: str
    title: str
    usual: int
    options: tuple[Option, ...]


def choices_of(world: World, given: Mapping[str, Any], say: Mapping[str, Any]) -> list[Choice]:
    """The choices of a page: the usual ones that its world can have, and what is ``given``, lists of values by field (empty: no
    choice). Raises InputError."""
    wanted = {field: [value for value in values if _is_other(world, field, value)] for field, values in _usual(world)}
    for field, values in _leaves(given, ""):
        wanted[field] = values
    found = [_choice(world, field, values, say) for field, values in wanted.items()]
    return [choice for choice in found if len(choice.options) > 1]


def _usual(world: World) -> Iterator[tuple[str, list[Any]]]:
    few = world.people <= MOST_PEOPLE
    for field, times in _TIMES.items():
        yield field, [round(x * _value(world, field), 12) for x in times if few or field != LOCAL or x < 1.0]
    yield RULE, [rule for rule in _RULES if rule["name"] != world.opinion.rule.name]


def _is_other(world: World, field: str, value: Any) -> bool:
    """Whether a world may have this value, and has not."""
    try:
        return bool(_value(world.replace({field: value}), field) != _value(world, field))
    except InputError:
        return False


def _leaves(given: Mapping[str, Any], path: str) -> Iterator[tuple[str, list[Any]]]:
    for name, value in given.items():
        place = f"{path}.{name}" if path else name
        if isinstance(value, Mapping):
            yield from _leaves(value, place)
        elif isinstance(value, list):
            yield place, value
        else:
            raise InputError(f"must be a list of values, such as [1,2], not {shown(value)}", f"variants.{place}")


def _value(world: World, field: str) -> Any:
    found: Any = world
    for name in field.split("."):
        if not isinstance(found, Settings) or name not in found.__dataclass_fields__:
            names = list(found.__dataclass_fields__) if isinstance(found, Settings) else []
            raise InputError(f"is not a field of the world{did_you_mean(name, names, quote='')}", f"variants.{field}")
        found = getattr(found, name)
    return found


def _choice(world: World, field: str, values: Sequence[Any], say: Mapping[str, Any]) -> Choice:
    usual = _value(world, field)
    own = _option(field, usual, usual, say)
    others: dict[str, Option] = {}
    for value in values:
        try:
            given = _value(world.replace({field: value}), field)
        except InputError as error:
            raise InputError(error.problem, f"variants.{field}") from None
        option = _option(field, given, usual, say)._replace(value=value)
        if option.name in {own.name, *others}:
            raise InputError(
                f"must have each value once and not the world's own, not {option.name}", f"variants.{field}"
            )
        others[option.name] = option
    options = [own, *others.values()]
    if isinstance(usual, (int, float)):
        options.sort(key=lambda option: option.value)
    words = say["worlds"]["fields"].get(field)
    return Choice(field, words["title"] if words else field, options.index(own), tuple(options))


def _option(field: str, value: Any, usual: Any, say: Mapping[str, Any]) -> Option:
    words = say["worlds"]
    if isinstance(value, Settings):
        name = str(value.name)  # type: ignore[attr-defined]
        told = words["rules"].get(name, name) if field == RULE else name
        text = told.format(**{each: shown(getattr(value, each)) for each in value.__dataclass_fields__})
        return Option(
            name, {"name": name, **value.to_mapping()}, words["own"].format(words=text) if value is usual else text
        )
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        text = str(value)
        return Option(text, value, words["own"].format(words=text) if value == usual else text)
    times = f"{value / usual:.6g}" if usual else ""
    about = "" if not times else words["times"].get(times, words["times"]["other"].format(times=times))
    template = words["fields"].get(field, {}).get("option", words["option"] if about else "{value}")
    told = {"value": f"{value:g}", "percent": f"{100 * value:g}", "one_in": f"{1 / value:,.0f}" if value else "–"}
    return Option(f"{value:g}", value, template.format(times=about, **told))


def variants_of(choices: Sequence[Choice]) -> dict[str, dict[str, Any]]:
    """Every combination but that of the page's own world, by name: the numbers of its options. Those that differ in less come
    first, as others are made of them."""
    found = {}
    for numbers in product(*(range(len(choice.options)) for choice in choices)):
        changes = {
            choice.field: choice.options[number].value
            for choice, number in zip(choices, numbers, strict=True)
            if number != choice.usual
        }
        if changes:
            found[".".join(map(str, numbers))] = changes
    return dict(sorted(found.items(), key=lambda item: len(item[1])))


def check_lesson(wanted: Sequence[str], choices: Sequence[Choice], levers: Sequence[str]) -> list[str]:
    """The fields that a lesson lets a class choose, of those that the page has; ``levers`` are the names of its own. Raises
    InputError."""
    known = dict.fromkeys([*USUAL, *(choice.field for choice in choices)])
    for i, field in enumerate(wanted):
        chosen(field, known, f"worlds[{i}]")
        if field == RULE and RULE in levers:
            raise InputError("must not be the rule where the lesson sets or controls a number of it", f"worlds[{i}]")
    return [choice.field for choice in choices if choice.field in wanted]


def in_page(choices: Sequence[Choice]) -> list[dict[str, Any]]:
    """The choices as the page has them, with what Python takes for each value."""
    return [
        {
            "field": choice.field, "title": choice.title, "usual": choice.usual,
            "options": [{"name": each.name, "words": each.words, "python": repr(each.value)} for each in choice.options],
        }
        for choice in choices
    ]  # fmt: skip
