"""Programs in processes of their own."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any


@contextmanager
def begun(command: Sequence[str], **more: Any) -> Iterator[subprocess.Popen[Any]]:
    """A program that is killed where the ``with`` block fails: ``Popen`` by itself would wait for its end, and nobody would hear
    of the failure as long as it goes on."""
    with subprocess.Popen(command, **more) as program:
        try:
            yield program
        except BaseException:
            program.kill()
            raise
