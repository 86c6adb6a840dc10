"""What the Hydra programs have in common: bad input is one sentence and exit code 2, Ctrl-C one sentence and 130."""

from __future__ import annotations

import difflib
import json
import os
import re
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException, MissingConfigException
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from experiments.progress import STOP
from sim.fields import InputError

BAD_INPUT, INTERRUPTED = 2, 130
_FLAGS = (
    "--help", "-h", "--hydra-help", "--version", "--cfg", "-c", "--resolve", "--package", "-p", "--run", "-r", "--multirun",
    "-m", "--shell-completion", "-sc", "--config-path", "-cp", "--config-name", "-cn", "--config-dir", "-cd", "--info", "-i",
)  # fmt: skip


def check_flags(arguments: Sequence[str], flags: tuple[str, ...] = ()) -> None:
    """Raise InputError for a flag that neither Hydra nor the program (``flags``) knows."""
    for argument in arguments:
        flag = argument.partition("=")[0]
        if flag.startswith("-") and flag not in (*_FLAGS, *flags):
            near = difflib.get_close_matches(flag, [f for f in (*_FLAGS, *flags) if f.startswith("--")], 1)
            raise InputError(
                f"{flag} is not a flag" + (f"; did you mean {near[0]}?" if near else "; --help lists them")
            )


@contextmanager
def plain_errors(keys: Iterable[str]) -> Iterator[None]:
    """Hydra's errors become InputError; ``keys`` are all keys there are, for near matches."""
    former = os.environ.get("HYDRA_FULL_ERROR")
    os.environ["HYDRA_FULL_ERROR"] = "1"  # so that Hydra raises instead of printing and exiting
    try:
        yield
    except (HydraException, OmegaConfBaseException) as error:
        raise InputError(_sentence(error, list(keys))) from None
    finally:
        os.environ.pop("HYDRA_FULL_ERROR")
        if former is not None:
            os.environ["HYDRA_FULL_ERROR"] = former
        GlobalHydra.instance().clear()


def call_hydra(program: Callable[[], None], arguments: Sequence[str]) -> list[dict[str, Any]]:
    """Call a function decorated with ``hydra.main`` with these arguments.

    Hydra's scratch folder vanishes afterwards; the JSON records that jobs left there (``leave_record``) are returned.
    """
    before = sys.argv
    with tempfile.TemporaryDirectory(prefix="groundswell-") as scratch:
        sys.argv = [before[0], *arguments, f"hydra.sweep.dir={scratch}"]
        try:
            program()
        finally:
            sys.argv = before
        return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(Path(scratch).glob("job-*.json"))]


def leave_record(record: dict[str, Any]) -> None:
    """Leave what a job has to tell at the end; ``call_hydra`` returns it."""
    about = HydraConfig.get()
    number = 0 if OmegaConf.is_missing(about.job, "num") else about.job.num
    (Path(about.sweep.dir) / f"job-{number:06d}.json").write_text(json.dumps(record), encoding="utf-8")


def _sentence(error: BaseException, keys: list[str]) -> str:
    if isinstance(error, MissingConfigException) and error.options is not None and error.missing_cfg_file:
        group, _, option = str(error.missing_cfg_file).rpartition("/")
        near = difflib.get_close_matches(option, error.options, 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        return f"{group or 'the configuration'} must be one of {', '.join(error.options)}, not {option!r}{hint}"
    text = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    unknown = re.match(r"Could not override '([^']*)'|Key '([^']*)' is not in struct", text)
    if unknown:
        key = unknown.group(1) or unknown.group(2)
        return f"{key} is not a key{near_key(key, keys)}"
    return text


def near_key(key: str, keys: list[str]) -> str:
    """A hint at what a key may have meant: one that ends in the same name, or is spelt like it."""
    tail = key.rpartition(".")[2]
    same = [k for k in keys if k.rpartition(".")[2] == tail]
    by_tail = {k.rpartition(".")[2]: k for k in reversed(keys)}
    near = (
        same
        or difflib.get_close_matches(key, keys, 1)
        or [by_tail[t] for t in difflib.get_close_matches(tail, by_tail, 1)]
    )
    return f"; did you mean {near[0]}?" if near else "; --help lists the keys and --fields every field"


@contextmanager
def interruptible() -> Iterator[None]:
    """Ctrl-C sets ``STOP``, so that simulating threads end, and raises KeyboardInterrupt; a second one ends at once."""

    def interrupt(*_: object) -> None:
        if STOP.is_set():
            os._exit(INTERRUPTED)
        STOP.set()
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    STOP.clear()
    former = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)


def complain(error: InputError) -> int:
    """Print bad input's one sentence and return its exit code."""
    print(" ".join(str(error).split()), file=sys.stderr)
    return BAD_INPUT
