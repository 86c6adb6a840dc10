"""Packaged real cases: facts with their sources. A case is a folder here and its name in ``NAMES``."""

from __future__ import annotations

import importlib

from sim.cases.case import Case
from sim.fields import chosen

NAMES = ("hk2019",)


def named(name: str) -> Case:
    """A case by its name. Raises InputError where there is none."""
    case: Case = importlib.import_module(f"sim.cases.{chosen(name, NAMES, 'case')}.case").CASE
    return case
