"""The engine as WebAssembly, built when it is first asked for and kept beside the compiled engine.

One module serves every world: what differs between worlds are numbers and arrays.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import subprocess
import sys
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from sim.code_cache import cache_directories, write_whole
from sim.frozen import function_fingerprint, types_fingerprint
from sim.page import build, object_file
from sim.page.kernels.showing import show_feed
from sim.page.kernels.stretch import stretch
from sim.page.rules import weight_by_number
from sim.version import MODEL_VERSION

_MACHINE = ("wasm32", build.STACK_END)
_ENVIRONMENT = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "", "NUMBA_DISABLE_INTEL_SVML": "1"}


class BuildError(RuntimeError):
    """The module could not be built; what the compiler said is in the message."""


def code_of(kind: Any) -> str:
    """A name for what the kernel does and how its memory is laid out: that of a module and an image that belong together."""
    made = [
        str(MODEL_VERSION),
        function_fingerprint(stretch.py_func, {}),
        function_fingerprint(show_feed.py_func, {}),
        function_fingerprint(weight_by_number.py_func, {}),
        types_fingerprint([kind], _MACHINE),
        *_sources(),
    ]
    return hashlib.sha256("\n".join(made).encode()).hexdigest()


@cache
def _sources() -> tuple[str, ...]:
    """Of what makes a module out of the kernel."""
    return tuple(hashlib.sha256(Path(str(part.__file__)).read_bytes()).hexdigest() for part in (build, object_file))


def module_of(kind: Any) -> bytes:
    """The module for images of a kind. Building takes about half a minute of one core; raises BuildError."""
    code = code_of(kind)
    name = f"sim.page-{code[:16]}.wasm"
    for directory in cache_directories():
        with suppress(OSError, object_file.ObjectError):
            found = (directory / name).read_bytes()
            if object_file.custom(found) == code:
                return found
    made = _built(kind, code)
    for directory in cache_directories()[-1:]:
        with suppress(OSError):
            write_whole(directory / name, made)
    return made


def _built(kind: Any, code: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="groundswell-page-") as folder:
        request, place = Path(folder, "request"), Path(folder, "module")
        request.write_bytes(pickle.dumps((kind, code)))
        environment = {**os.environ, **_ENVIRONMENT, "GROUNDSWELL_CACHE": folder}
        done = subprocess.run(
            [sys.executable, build.__file__, str(request), str(place)], env=environment, capture_output=True, text=True
        )
        if done.returncode != 0 or not place.exists():
            said = done.stderr.strip()[-2000:] or f"its compiler ended with status {done.returncode}"
            raise BuildError(f"The engine could not be built for a page: {said}")
        return place.read_bytes()
