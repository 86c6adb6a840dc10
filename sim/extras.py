"""Packages that an extra of this one brings: asked for where they are needed, and named where they are missing."""

from __future__ import annotations

import importlib
from typing import Any

from sim.fields import InputError


def imported(module: str, extra: str, subject: str) -> Any:
    """A module that an extra of the package brings. Raises InputError saying what to install, and that ``subject`` needs it."""
    try:
        return importlib.import_module(module)
    except ImportError:
        package = module.partition(".")[0]
        raise InputError(
            f"needs the package {package}, which is not installed: pip install 'groundswell[{extra}]'", field=subject
        ) from None
