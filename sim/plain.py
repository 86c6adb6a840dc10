"""Values as people have them in their hands (numpy, pandas, pathlib, datetime) as plain ones of Python."""

from __future__ import annotations

import datetime
import os
from typing import Any

DATES = "datetime64[ms]"  # of date columns: what a Parquet file gives back as it was


def unwrapped(value: Any) -> Any:
    """A scalar, array, Series or Index of numpy or pandas as a plain number, text or (nested) list; all else as it is.

    A masked or missing value becomes whatever its library calls it, which no field takes.
    """
    if getattr(getattr(value, "dtype", None), "kind", "") == "M" and not isinstance(value, datetime.date):
        return _days(value)
    as_list = getattr(type(value), "tolist", None)
    return value if as_list is None else as_list(value)


def _days(value: Any) -> Any:
    """Dates of numpy or pandas, which numpy would give as nanoseconds, as those of Python."""
    import numpy as np

    days: Any = np.asarray(value, dtype="datetime64[us]").tolist()
    return days


def day_text(value: Any) -> str | None:
    """ISO date of a date, or of a time stamp at midnight without a time zone; None for anything else."""
    if not isinstance(value, datetime.date) or value != value:  # NaT is a date that differs from itself
        return None
    if isinstance(value, datetime.datetime):
        if value.tzinfo is not None or value != datetime.datetime.combine(value.date(), datetime.time()):
            return None
        value = value.date()
    return value.isoformat()


def path_text(value: Any) -> str | None:
    """A path as text; None for anything else, paths of bytes included."""
    text = os.fspath(value) if isinstance(value, os.PathLike) else None
    return text if isinstance(text, str) else None
