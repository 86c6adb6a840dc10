"""All fields that can be set: path, value, unit, range, source."""

from __future__ import annotations

import json
import textwrap
from typing import Any

from experiments.command.terminal import shown
from experiments.studies.settings import Experiment, StudyPlan
from sim import cases
from sim.fields import FieldInfo, describe_fields


def all_keys() -> list[str]:
    """Every key that can be overridden on the command line."""
    root = [name for name in Experiment.__dataclass_fields__ if name not in ("world", "study")]
    case = cases.named(StudyPlan().case)
    fields = describe_fields(case.world(people=1000), path="world") + describe_fields(StudyPlan(), path="study")
    return [*root, *(field.path for field in fields)]


def print_fields(experiment: Experiment) -> None:
    """Print every field of the experiment on standard output, as text or as one JSON document."""
    fields = [*describe_fields(experiment.world, path="world"), *describe_fields(experiment.study, path="study")]
    if experiment.output == "json":
        print(json.dumps({"fields": [_plain(field) for field in fields]}, allow_nan=False))
        return
    print("\n".join(_lines(field) for field in fields))
    print(
        "\nSet any of them as PATH=VALUE; elements of lists are numbered with dots (study.branches.2.policies.0.accounts=500)"
        "\nand a choice is made by name (world.opinion.rule={name: voter}, world.graph.kind=complete). * marks assumptions;"
        "\nexperiments.sensitivity tells which of those with a plausible range the answer depends on."
    )


def _plain(field: FieldInfo) -> dict[str, Any]:
    return {**field.__dict__, "plausible": None if field.plausible is None else field.plausible._asdict()}


def _lines(field: FieldInfo) -> str:
    value = shown(
        list(field.value) if isinstance(field.value, tuple) else "null" if field.value is None else field.value
    )
    star = " *" if field.assumption else ""
    about = f"{field.doc} Unit: {field.unit}; {field.allowed}. Source: {field.source}."
    if field.plausible is not None:
        about += f" Plausible: {field.plausible}."
    path = field.path.replace("[", ".").replace("]", "")
    body = textwrap.fill(about, 110, initial_indent="    ", subsequent_indent="    ")
    return f"{path} = {textwrap.shorten(value, 70, placeholder=' …]')}{star}\n{body}"
