"""How the Hydra program's mistakes are told: which flags and keys there are, and what was meant."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import yaml
from hydra.errors import HydraException, MissingConfigException, OverrideParseException
from omegaconf.errors import OmegaConfBaseException

from experiments.command import configuration_files
from experiments.command.arguments import cut, unknown_flag
from sim.fields import InputError, did_you_mean, nearest

_FLAGS = (
    "--help", "-h", "--hydra-help", "--version", "--cfg", "-c", "--resolve", "--package", "-p", "--run", "-r", "--multirun",
    "-m", "--shell-completion", "-sc", "--config-path", "-cp", "--config-name", "-cn", "--config-dir", "-cd", "--info", "-i",
)  # fmt: skip


def check_flags(arguments: Sequence[str], flags: tuple[str, ...] = ()) -> None:
    """Raise InputError for a flag that neither Hydra nor the program (``flags``) knows."""
    for argument in arguments:
        flag = argument.partition("=")[0]
        if flag.startswith("-") and flag not in (*_FLAGS, *flags):
            raise unknown_flag(flag, (*_FLAGS, *flags))


@contextmanager
def plain_errors(keys: Iterable[str]) -> Iterator[None]:
    """Hydra's errors become InputError; ``keys`` are all keys there are, for near matches."""
    former = os.environ.get("HYDRA_FULL_ERROR")
    os.environ["HYDRA_FULL_ERROR"] = "1"  # so that Hydra raises instead of printing and exiting
    try:
        yield
    except yaml.YAMLError as error:
        raise InputError(configuration_files.sentence(error)) from None
    except (HydraException, OmegaConfBaseException) as error:
        raise InputError(_sentence(error, list(keys))) from None
    finally:
        os.environ.pop("HYDRA_FULL_ERROR")
        if former is not None:
            os.environ["HYDRA_FULL_ERROR"] = former


def _sentence(error: BaseException, keys: list[str]) -> str:
    if isinstance(error, MissingConfigException) and error.options is not None and error.missing_cfg_file:
        group, _, option = str(error.missing_cfg_file).rpartition("/")
        hint = did_you_mean(option, error.options, quote="")
        return f"{group or 'the configuration'} must be one of {', '.join(error.options)}, not {cut(option)!r}{hint}"
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    if isinstance(error, OverrideParseException):
        return _not_understood(error.override, lines)
    ambiguous = re.match(r"Ambiguous value for argument '(.*)'", lines[0])
    if ambiguous:
        key, _, value = ambiguous[1].partition("=")
        return (
            f"{cut(key)} has several values: {cut(key)}=[{cut(value)}] is a list, -m simulates one after the other, and "
            f"quotes make one text of them, as in {_quoting(key, value)}"
        )
    unknown = re.match(r"Could not override '([^']*)'|Key '([^']*)' is not in struct", lines[0])
    if unknown:
        key = unknown.group(1) or unknown.group(2) or ""
        if key in keys:
            return f"{key} cannot be set: what it belongs to has been left out, or has another form"
        return f"{cut(key) or repr(key)} is not a key{near_key(key, keys)}"
    cause = error.__cause__
    if cause is not None and lines == [type(error).__name__]:
        return _sentence(cause, keys)
    why = str(cause).strip().partition("\n")[0] if lines[0].startswith("Error merging override") else ""
    if lines[0].endswith(":") and len(lines) > 1:
        return cut(f"{lines[0]} {lines[1]}", 300)
    return _where(error) + cut(lines[0], 300) + (f": {cut(why, 300)}" if why else "")


def _where(error: BaseException) -> str:
    """The field that an error of OmegaConf's is about, where its first line does not say so."""
    key = getattr(error, "full_key", None)
    return f"{cut(str(key))}: " if key and str(key) not in str(error).partition("\n")[0] else ""


def _not_understood(override: str, lines: list[str]) -> str:
    """What cannot be parsed as KEY=VALUE, and how to quote it."""
    key, equals, value = override.partition("=")
    if not equals or not re.fullmatch(r"[+~]{0,2}[\w@:/-]+(\.[\w@:/-]+)*", key):
        return f"Error parsing override {cut(override)!r}: it must be of the form KEY=VALUE, with names and dots in its KEY"
    return (
        f"Error parsing override {cut(override)!r}: values with other than letters, digits and any of - _ . / : % + @ ? | need "
        f"quotes, for Hydra and around them for the shell, as in {_quoting(key, value)}"
    )


def _quoting(key: str, value: str) -> str:
    mark = "'" if '"' not in value else '"'
    inner = '"' if mark == "'" else "'"
    bare = value.strip("'\"").replace(mark, "")
    return f"{mark}{cut(key)}={inner}{cut(bare)}{inner}{mark}"


def near_key(key: str, keys: list[str]) -> str:
    """A hint at what a key may have meant: one that ends in the same name, or is spelt like it."""
    tail = key.rpartition(".")[2]
    same = [k for k in keys if k.rpartition(".")[2] == tail]
    by_tail = {k.rpartition(".")[2]: k for k in reversed(keys)}
    near = same[0] if same else nearest(key, keys) or by_tail.get(nearest(tail, by_tail) or "")
    return f"; did you mean {near}?" if near else "; --help lists the keys and --fields every field"
