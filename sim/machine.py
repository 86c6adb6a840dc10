"""What the machine has left."""

from __future__ import annotations

from pathlib import Path

import psutil

_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def available() -> int:
    """Bytes of memory that this process may still take, by the machine and by its control group."""
    free = int(psutil.virtual_memory().available)
    for path in _LIMITS:
        text = path.read_text().strip() if path.exists() else "max"
        if text.isdigit():
            free = min(free, int(text) - psutil.Process().memory_info().rss)
    return free
