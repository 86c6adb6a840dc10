"""Classes of the user's own that the command line names by their module, such as ``my_rules.Repulsion``.

Code is loaded only because its user typed its name, or said of files with such names that they are trusted (``--allow-code``).
Results remember which classes they were made with, and whoever reads
them has to say so (``--allow-code``) before any is loaded again.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator, Sequence
from typing import Any

from sim.actors import Adaptation
from sim.fields import InputError, Settings, public_name
from sim.graph import Graph
from sim.moderation import Detector, Policy
from sim.opinion import OpinionRule
from sim.outcomes import OwnOutcome
from sim.sources import is_ours
from sim.study.keys import classes_of

_DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")
_KINDS: dict[type[Settings], str] = {
    Graph: "a kind of graph",
    OpinionRule: "an opinion rule",
    Adaptation: "an adaptation",
    Policy: "a policy",
    Detector: "a detector",
    OwnOutcome: "an outcome",
}


def load_user_classes(experiment: Any, typed: Sequence[str] | None = None) -> None:
    """Import the kind of graph, the opinion rule, the adaptation, the policies, the detectors and the outcomes that an
    experiment's mapping names by module and class, and put their registered names there.

    ``typed`` is what the user has typed; a class that is not named there is not imported (None: all are). Raises InputError
    for such a class, when there is no such module or class, or the class is of another kind.
    """
    if not isinstance(experiment, dict):
        return
    for place, key, base, field in _places(experiment):
        given = place[key]
        word = base.chosen_by
        name = given.get(word) if isinstance(given, dict) else given
        if isinstance(name, str) and _DOTTED.fullmatch(name):
            if typed is not None and not any(
                re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.])", text) for text in typed
            ):
                raise InputError(
                    f"names code, {name[:100]}, which the command line does not; give --allow-code if you trust it: it will be "
                    "imported from here",
                    field=field,
                )
            chosen = _registered_name(name, base, field)
            place[key] = {**given, word: chosen} if isinstance(given, dict) else chosen


def _places(experiment: dict[str, Any]) -> Iterator[tuple[Any, Any, type[Settings], str]]:
    """Where such a class may be named: container, key, what it has to be, and what errors call it. What has another form than
    expected is left to the typed builder."""
    world, study = _mapping(experiment.get("world")), _mapping(experiment.get("study"))
    opinion = _mapping(world.get("opinion"))
    if "graph" in world:
        yield world, "graph", Graph, "world.graph"
    if "rule" in opinion:
        yield opinion, "rule", OpinionRule, "world.opinion.rule"
    campaign = _mapping(world.get("campaign"))
    if "adaptation" in campaign:
        yield campaign, "adaptation", Adaptation, "world.campaign.adaptation"
    if "detector" in study:
        yield study, "detector", Detector, "study.detector"
    outcomes = _list(experiment.get("outcomes"))
    for i in range(len(outcomes)):
        yield outcomes, i, OwnOutcome, f"outcomes[{i}]"
    for i, branch in enumerate(_list(study.get("branches"))):
        policies = _list(_mapping(branch).get("policies"))
        for j in range(len(policies)):
            field = f"study.branches[{i}].policies[{j}]"
            yield policies, j, Policy, field
            policy = _mapping(policies[j])
            for key in policy.keys() - {"name"}:
                yield policy, key, Detector, f"{field}.{key}"


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _registered_name(name: str, base: type[Settings], field: str) -> str:
    """Import ``module.Class`` and return the name by which mappings choose the class."""
    module_name, _, class_name = name.rpartition(".")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not module_name.startswith(error.name):
            raise
        raise InputError(f"must name a module that can be imported from here, not {module_name}", field=field) from None
    found = getattr(module, class_name, None)
    if not inspect.isclass(found) or not issubclass(found, base):
        there = [
            n
            for n, c in vars(module).items()
            if inspect.isclass(c) and issubclass(c, base) and c.__module__ == module.__name__
        ]
        raise InputError(
            f"must name {_KINDS[base]} of {module_name} ({', '.join(there) or 'it has none'}), not {class_name}",
            field=field,
        )
    return public_name(found)


def user_classes(settings: Any) -> set[str]:
    """The classes of the user's own among those of some settings, each as ``module.Class``."""
    return {f"{cls.__module__}.{cls.__name__}" for cls in classes_of(settings) if not is_ours(cls.__module__)}


def load_classes(names: Sequence[str], allowed: bool, where: str) -> None:
    """Import the classes that results were made with; InputError unless that is ``allowed``."""
    if names and not allowed:
        raise InputError(
            f"{where} was made with code of its author's own ({', '.join(names)}). Give --allow-code if you trust it: it will be "
            "imported from here."
        )
    for name in names:
        if not _DOTTED.fullmatch(name):
            raise InputError(f"{where} names {name!r}, which is no class of a module.")
        module_name, _, class_name = name.rpartition(".")
        try:
            getattr(importlib.import_module(module_name), class_name)
        except (ImportError, AttributeError):
            raise InputError(f"{where} was made with {name}, which cannot be imported from here.") from None
