"""What Hydra composes, checked before any of it is used: it calls no code and writes nothing that its user did not ask for.

Hydra imports and calls whatever its configuration names (callbacks, launchers, sweepers, handlers of logs, packages to search)
and writes where it says. All composing goes through ``_Loader``, also that of a sweep's jobs.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, NoReturn

from hydra import version
from hydra._internal.callbacks import Callbacks
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.config_repository import ConfigRepository
from hydra._internal.hydra import Hydra
from hydra._internal.utils import compute_search_path_dir, create_config_search_path, get_args_parser
from hydra.core.config_search_path import ConfigSearchPath, SearchPathQuery
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.object_type import ObjectType
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import ChoiceSweep, Override, RangeSweep
from hydra.core.plugins import Plugins
from hydra.core.utils import JobStatus, run_job
from hydra.errors import HydraException
from hydra.plugins.config_source import ConfigResult
from hydra.types import HydraContext, RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from experiments.command.configuration_files import check_file
from experiments.command.folder import scratch
from sim.fields import InputError, shown

CONFIGURATION, PRIMARY = "experiments.conf", "run"
MOST_JOBS = 10_000
_BASIC = "hydra._internal.core_plugins"
_PLUGINS = {
    "sweeper": (f"{_BASIC}.basic_sweeper.BasicSweeper",),
    "launcher": (
        f"{_BASIC}.basic_launcher.BasicLauncher",
        "hydra_plugins.hydra_joblib_launcher.joblib_launcher.JoblibLauncher",
        "hydra_plugins.hydra_ray_launcher.ray_launcher.RayLauncher",
        "hydra_plugins.hydra_rq_launcher.rq_launcher.RQLauncher",
        "hydra_plugins.hydra_submitit_launcher.submitit_launcher.LocalLauncher",
        "hydra_plugins.hydra_submitit_launcher.submitit_launcher.SlurmLauncher",
    ),
}
# Settings of launchers that are commands.
_COMMANDS = ("python", "runtime_env", "setup", "setup_commands", "srun_args")
_NO_LOG = {"version": 1, "root": None, "disable_existing_loggers": False}
# What decides where Hydra writes, what it logs with and what it puts into the environment stays as conf/run.yaml has it.
_FIXED: dict[str, Any] = {
    "run.dir": ".", "sweep.dir": ".", "sweep.subdir": "${hydra.job.num}", "output_subdir": None, "job.chdir": False,
    "job.env_set": {}, "job.env_copy": [], "job_logging": _NO_LOG, "hydra_logging": _NO_LOG,
}  # fmt: skip


class Arguments(argparse.Namespace):
    """Hydra's flags and the overrides."""

    overrides: list[str]
    help: bool
    hydra_help: bool
    cfg: str | None
    resolve: bool
    package: str | None
    run: bool
    multirun: bool
    shell_completion: bool
    config_path: str | None
    config_name: str | None
    config_dir: str | None
    info: str | None

    def where(self) -> list[str]:
        """The flags that say where configuration is found."""
        named = {"--config-path": self.config_path, "--config-dir": self.config_dir, "--config-name": self.config_name}
        return [f"{flag}={value}" for flag, value in named.items() if value is not None]


def parsed(arguments: Sequence[str]) -> Arguments:
    """Hydra's flags. Raises InputError for what contradicts itself or lacks its value."""
    parser = get_args_parser()
    parser.allow_abbrev = False
    parser.error = _refuse  # type: ignore[method-assign]
    given = parser.parse_intermixed_args(list(arguments), Arguments())
    if given.resolve and not given.cfg:
        raise InputError("--resolve goes with --cfg only")
    asked = [
        flag
        for flag, value in (
            ("--run", given.run), ("--multirun", given.multirun), ("--cfg", given.cfg), ("--info", given.info),
            ("--shell-completion", given.shell_completion),
        )
        if value
    ]  # fmt: skip
    if len(asked) > 1:
        raise InputError(f"{' and '.join(asked)} exclude one another")
    return given


def _refuse(message: str) -> NoReturn:
    raise InputError(message)


class _Repository(ConfigRepository):
    """Where configuration is found: folders, and those packages that have ours and Hydra's."""

    last_read: ClassVar[str] = ""

    def __init__(self, search_path: ConfigSearchPath, allow_code: bool) -> None:
        self.allow_code = allow_code
        super().__init__(search_path)

    def __deepcopy__(self, memo: dict[int, Any]) -> _Repository:
        """A repository whose list of sources is its own. Hydra copies one for each composition so as to change that list; a
        source's contents, all that plugins have registered, it never changes, and to copy them took most of the time."""
        copied = copy.copy(self)
        copied.sources = list(self.sources)
        return copied

    def initialize_sources(self, config_search_path: ConfigSearchPath) -> None:
        for element in config_search_path.get_path():
            scheme, _, place = str(element.path).rpartition("://")
            package = place.replace("/", ".").partition(".")[0]
            if scheme == "pkg" and package not in ("hydra", "experiments") and not self.allow_code:
                raise InputError(
                    f"must have folders only, not the package {place}, which would be imported; --allow-code allows it",
                    field="hydra.searchpath",
                )
        super().initialize_sources(config_search_path)

    def load_config(self, config_path: str) -> ConfigResult | None:
        source = self._find_object_source(config_path, ObjectType.CONFIG)
        if source is not None and source.scheme() == "file":
            name = config_path if config_path.endswith((".yaml", ".yml")) else f"{config_path}.yaml"
            check_file(Path(os.path.realpath(os.path.join(source.path, name))))
        _Repository.last_read = config_path  # not of this one, of which Hydra makes copies
        return super().load_config(config_path)


class _Loader(ConfigLoaderImpl):
    """Composes, and checks what was composed. ``sweep_dir`` is where a sweep's jobs leave what they have to tell."""

    def __init__(self, search_path: ConfigSearchPath, allow_code: bool) -> None:
        self.allow_code = allow_code
        self.sweep_dir: Path | None = None
        self.config_search_path = search_path
        self.repository: _Repository = _Repository(search_path, allow_code)

    def load_configuration(
        self, config_name: str | None, overrides: list[str], run_mode: RunMode, *arguments: Any, **named: Any
    ) -> DictConfig:
        self._check_choices(overrides)
        try:
            config = super().load_configuration(config_name, overrides, run_mode, *arguments, **named)
        except (HydraException, OmegaConfBaseException, InputError):
            raise
        except RecursionError:
            raise InputError(
                f"the configuration is nested too deeply, or the defaults of {self.repository.last_read} include themselves"
            ) from None
        except (ValueError, TypeError, AttributeError, KeyError, IndexError, AssertionError, OSError) as error:
            words = str(error).partition("\n")[0] or type(error).__name__
            raise InputError(f"the configuration cannot be composed: {words}") from None
        check_hydra(config, self.allow_code, self.sweep_dir)
        return config

    def _check_choices(self, overrides: Sequence[str]) -> None:
        """Raise InputError where no option of a group is chosen: Hydra would not say of which."""
        for override in overrides:
            group, _, option = override.partition("=")
            if option == "null" and self.repository.group_exists(group):
                options = ", ".join(self.repository.get_group_options(group))
                raise InputError(f"must be one of {options}, not null", group)


def check_hydra(config: DictConfig, allow_code: bool, sweep_dir: Path | None = None) -> None:
    """Raise InputError if Hydra's own settings would call code of the user's without ``allow_code``, or write outside results."""
    hydra = OmegaConf.to_container(config.hydra, resolve=False)
    for key, value in (_FIXED if sweep_dir is None else _FIXED | {"sweep.dir": str(sweep_dir)}).items():
        if _at(hydra, key) != value:
            raise InputError(
                "must stay as it is: nothing but results is written, and results=DIR says where", f"hydra.{key}"
            )
    if allow_code:
        return
    if _at(hydra, "callbacks"):
        raise InputError("must stay empty: it names code to be called; --allow-code allows it", "hydra.callbacks")
    for key, known in _PLUGINS.items():
        chosen: Any = OmegaConf.select(config, f"hydra.{key}")
        chosen = OmegaConf.to_container(chosen, resolve=True) if OmegaConf.is_config(chosen) else {}
        target = chosen.pop("_target_", None) if isinstance(chosen, dict) else None
        if target not in known:
            names = ", ".join(name.rpartition(".")[2] for name in known)
            raise InputError(
                f"must be one of {names}, not {str(target)[:100]}; --allow-code allows others", f"hydra.{key}"
            )
        if command := next(_commands(chosen), None):
            raise InputError(f"must not set {command}, which is code to be run; --allow-code allows it", f"hydra.{key}")


def _at(mapping: Any, key: str) -> Any:
    for step in key.split("."):
        mapping = mapping.get(step) if isinstance(mapping, dict) else None
    return mapping


def _commands(settings: Any) -> Iterator[str]:
    """Keys anywhere in a plugin's settings under which code is named."""
    if isinstance(settings, dict):
        for key, value in settings.items():
            if key == "_target_" or (key in _COMMANDS and value):
                yield str(key)
            yield from _commands(value)
    elif isinstance(settings, list):
        for value in settings:
            yield from _commands(value)


@contextmanager
def composer(given: Arguments, allow_code: bool) -> Iterator[Composer]:
    """What composes the configuration that arguments ask for, while the ``with`` block lasts. Raises InputError."""
    version.setbase("1.3")
    with _installed_only(allow_code):
        Plugins.instance()
    place = compute_search_path_dir(None, "experiments.run", given.config_path or f"pkg://{CONFIGURATION}")
    search_path = create_config_search_path(place)
    if given.config_dir is not None:
        folder = os.path.abspath(given.config_dir)
        if not os.path.isdir(folder):
            raise InputError(f"--config-dir must name a folder, which {folder[:200]} is not")
        search_path.prepend("command-line", f"file://{folder}", SearchPathQuery(provider="schema"))
    GlobalHydra.instance().clear()
    loader = _Loader(search_path, allow_code)
    hydra = Hydra("experiments.run", loader)
    GlobalHydra.instance().initialize(hydra)
    try:
        yield Composer(hydra, loader, given)
    finally:
        GlobalHydra.instance().clear()


@contextmanager
def _installed_only(allow_code: bool) -> Iterator[None]:
    """Hydra imports every plugin that it finds: not those that lie about in the current folder, unless they are wanted."""
    former = sys.path[:]
    if not allow_code:
        sys.path[:] = [place for place in former if place and os.path.abspath(place) != os.getcwd()]
    try:
        yield
    finally:
        sys.path[:] = former


class Composer:
    """Composes for one command line, and calls its jobs."""

    def __init__(self, hydra: Hydra, loader: _Loader, given: Arguments) -> None:
        self._hydra = hydra
        self._loader = loader
        self._given = given
        self._name = given.config_name or PRIMARY

    def config(self) -> DictConfig:
        """The configuration, with Hydra's own, of a single run. Raises InputError for values to be swept over."""
        return self._loader.load_configuration(self._name, self._given.overrides, RunMode.RUN)

    def groups(self) -> dict[str, list[str]]:
        """Options by group."""
        names = (name for name in self._loader.list_groups("") if name != "hydra")
        return {name: sorted(self._loader.get_group_options(name)) for name in sorted(names)}

    def tell(self) -> bool:
        """Print what flags of Hydra's ask for, if there are any."""
        given, hydra = self._given, self._hydra
        if given.hydra_help:
            config = self.config()
            print(
                hydra.get_help(config.hydra.hydra_help, hydra.get_sanitized_hydra_cfg(config), get_args_parser(), False)
            )
        elif given.cfg:
            self._show(given.cfg)
        elif given.shell_completion:
            try:
                hydra.shell_completion(self._name, given.overrides)
            except ValueError as error:
                raise InputError(f"--shell-completion: {error}") from None
        elif given.info:
            hydra.show_info(given.info, self._name, given.overrides)
        return bool(given.hydra_help or given.cfg or given.shell_completion or given.info)

    def _show(self, which: str) -> None:
        config = self.config()
        HydraConfig.instance().set_config(config)
        OmegaConf.set_readonly(config.hydra, None)
        found: Any = self._hydra.get_sanitized_cfg(config, which)
        package = self._given.package
        if package not in (None, "_global_"):
            found = OmegaConf.select(found, package)
            if found is None:
                raise InputError(f"--package must name a part of the configuration, which {package[:100]!r} is not")
            print(f"# @package {package}")
        if OmegaConf.is_config(found):
            if self._given.resolve:
                OmegaConf.resolve(found)
            print(OmegaConf.to_yaml(found), end="")
        else:
            print(found)

    def call(
        self, single: Callable[[DictConfig], None], one_of_many: Callable[[DictConfig], None]
    ) -> list[dict[str, Any]]:
        """Call a job with its configuration, or every job of a sweep; returns what a sweep's jobs left (``leave_record``)."""
        given = self._given
        config = self._loader.load_configuration(
            self._name,
            given.overrides,
            RunMode.MULTIRUN if given.multirun else RunMode.RUN,
            validate_sweep_overrides=False,
        )
        if not given.multirun and config.hydra.mode != RunMode.MULTIRUN:
            overrides = OverridesParser.create().parse_overrides(given.overrides)
            self._loader.validate_sweep_overrides_legal(overrides, RunMode.RUN, from_shell=True)
            self._call_once(config, single)
            return []
        _check_number_of_jobs(config, given.overrides)
        with scratch() as folder:
            self._loader.sweep_dir = folder
            more = ["hydra.mode=MULTIRUN", f"hydra.sweep.dir={quoted(str(folder))}"]
            self._hydra.multirun(self._name, one_of_many, [*given.overrides, *more])
            return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("job-*.json"))]

    def _call_once(self, config: DictConfig, job: Callable[[DictConfig], None]) -> None:
        callbacks = Callbacks(config)
        callbacks.on_run_start(config=config, config_name=self._name)
        context = HydraContext(config_loader=self._loader, callbacks=callbacks)
        done = run_job(job, config, "hydra.run.dir", None, context, configure_logging=False)
        callbacks.on_run_end(config=config, config_name=self._name, job_return=done)
        if done.status == JobStatus.FAILED:  # asked for its value, it would print a line of its own
            raise done._return_value


def leave_record(record: dict[str, Any]) -> None:
    """Leave what a sweep's job has to tell at the end; ``Composer.call`` returns it."""
    about = HydraConfig.get()
    (Path(about.sweep.dir) / f"job-{about.job.num:06d}.json").write_text(json.dumps(record), encoding="utf-8")


def _check_number_of_jobs(config: DictConfig, overrides: Sequence[str]) -> None:
    """Raise InputError for more jobs than anybody means, before Hydra makes a list of them."""
    params = OmegaConf.select(config, "hydra.sweeper.params") or {}
    jobs = 1
    typed = OverridesParser.create().parse_overrides(list(overrides))
    _check_given_once(typed)
    for override in (*OverridesParser.create().parse_overrides([f"{k}={v}" for k, v in params.items()]), *typed):
        value = override.value() if override.is_sweep_override() else None
        if isinstance(value, ChoiceSweep):
            jobs *= len(value.list)
        elif isinstance(value, RangeSweep) and value.start is not None and value.stop is not None and value.step:
            jobs *= max(1, math.ceil((value.stop - value.start) / value.step))
    if jobs > MOST_JOBS:
        raise InputError(f"a sweep must have at most {MOST_JOBS:,} jobs, not {jobs:,}")


def _check_given_once(overrides: Sequence[Override]) -> None:
    """Raise InputError for values to be swept of which Hydra would take none, since another value is given after them."""
    swept: set[str] = set()
    for override in overrides:
        key = "@".join(filter(None, (override.key_or_group, override.package)))
        if key in swept:
            raise InputError(
                f"must be given once where it is swept: Hydra takes the last, {shown(override.input_line)}, and no other",
                field=key,
            )
        if override.is_sweep_override():
            swept.add(key)


def quoted(value: str) -> str:
    """A value as Hydra's grammar takes it, whatever letters it has."""
    escaped = re.sub(r"(\\*)('|$)", lambda found: 2 * found[1] + ("\\'" if found[2] else ""), value)
    return f"'{escaped}'"
