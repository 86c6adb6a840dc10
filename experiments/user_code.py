"""Classes of the user's own that the command line names by their module, such as ``my_rules.Repulsion``.

Code is loaded only because its user typed its name; results and case files never load any.
"""

from __future__ import annotations

import importlib
import inspect
from typing import Any

from sim.fields import InputError
from sim.opinion import OpinionRule


def load_opinion_rule(world: Any, field: str = "world.opinion.rule") -> None:
    """Import the opinion rule that a world's mapping names by module and class, and put its registered name there.

    Raises InputError when there is no such module or class, or the class is no opinion rule.
    """
    opinion = world.get("opinion") if isinstance(world, dict) else None
    rule = opinion.get("rule") if isinstance(opinion, dict) else None
    name = rule.get("name") if isinstance(rule, dict) else rule
    if not isinstance(opinion, dict) or not isinstance(name, str) or "." not in name:
        return  # what is wrong with it the typed builder will say
    module_name, _, class_name = name.rpartition(".")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not module_name.startswith(error.name):
            raise
        raise InputError(f"must name a module that can be imported from here, not {module_name}", field=field) from None
    found = getattr(module, class_name, None)
    if not inspect.isclass(found) or not issubclass(found, OpinionRule):
        rules = [
            n
            for n, c in vars(module).items()
            if inspect.isclass(c) and issubclass(c, OpinionRule) and c is not OpinionRule
        ]
        raise InputError(
            f"must name an opinion rule of {module_name} ({', '.join(rules) or 'it has none'}), not {class_name}",
            field=field,
        )
    chosen = getattr(found, "name", name)
    opinion["rule"] = {**rule, "name": chosen} if isinstance(rule, dict) else chosen
