"""Which code decides: fingerprints of the sources of the model, and of classes of the user's own.

A fingerprint is taken of what a source says, not of how it is laid out: comments and docstrings do not belong to it. It is of
the code *as it was loaded*; where a file has been changed since, what runs is written nowhere any more, and UnknownCodeError
says so. Imports are followed as they are written, also within functions; a module whose name is computed is not seen.
"""

from __future__ import annotations

import ast
import hashlib
import site
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from typing import Any, NamedTuple

Meanings = dict[str, str]
OURS = ("sim", "experiments")
_ROOT = Path(__file__).resolve().parent
_MODEL = ("sim.study.tree",)  # what simulates every run, and by its imports all that decides a number


class UnknownCodeError(ValueError):
    """What would run cannot be told from a source; one sentence says why."""


class _Module(NamedTuple):
    name: str
    path: Path
    package: str  # that relative imports start from


def _places() -> tuple[Path, ...]:
    """Where the standard library and installed packages lie."""
    paths = sysconfig.get_paths()
    found = [paths[key] for key in ("stdlib", "platstdlib", "purelib", "platlib")]
    return tuple(Path(place).resolve() for place in (*found, *site.getsitepackages(), site.getusersitepackages()))


_INSTALLED = _places()


def is_ours(name: str) -> bool:
    """Whether a module is one of Groundswell's."""
    return name.partition(".")[0] in OURS


# Finding modules


def _find(name: str) -> _Module | None:
    """A module by name, loaded or not (nothing is imported); None without a file."""
    loaded = sys.modules.get(name)
    if loaded is not None:
        file = getattr(loaded, "__file__", None)
        package = getattr(loaded, "__package__", None) or ("" if name == "__main__" else name.rpartition(".")[0])
        return _Module(name, Path(file).resolve(), package) if file else None
    parent, _, _ = name.rpartition(".")
    path = None
    if parent:
        path = _folders(parent)
        if path is None:
            return None
    spec = _spec(name, path)
    if spec is None or not spec.has_location or spec.origin is None:
        return None
    return _Module(name, Path(spec.origin).resolve(), name if spec.submodule_search_locations else parent)


def _folders(name: str) -> list[str] | None:
    """Where the modules of a package are sought; None for what is none."""
    loaded = sys.modules.get(name)
    if loaded is not None:
        return list(getattr(loaded, "__path__", ())) or None
    parent = name.rpartition(".")[0]
    path = _folders(parent) if parent else None
    if parent and path is None:
        return None
    spec = _spec(name, path)
    return list(spec.submodule_search_locations or ()) or None if spec is not None else None


def _spec(name: str, path: list[str] | None) -> ModuleSpec | None:
    try:
        return PathFinder.find_spec(name, path)
    except (ImportError, ValueError, OSError):
        return None


def _imported(tree: ast.AST, package: str) -> Iterator[str]:
    """Names of what a source imports; each may be a module or something in one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                steps = package.split(".")
                base = ".".join([*steps[: len(steps) - node.level + 1], *([base] if base else [])])
            if base:
                yield base
                yield from (f"{base}.{alias.name}" for alias in node.names if alias.name != "*")


def _with_parents(name: str) -> Iterator[str]:
    """A module and the packages around it, which are loaded first; of ours without the door, which loads everything."""
    while name:
        yield name
        name = name.rpartition(".")[0]
        if name in OURS:
            return


# What a source says


class _Source(NamedTuple):
    digest: str  # of the file
    meaning: str
    imports: frozenset[str]


_SOURCES: dict[tuple[str, str], _Source] = {}


class _Unsaid(ast.NodeTransformer):
    """Leaves out docstrings and other texts that stand by themselves."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        return None if isinstance(node.value, ast.Constant) else node


def _read(module: _Module) -> _Source:
    try:
        content = module.path.read_bytes()
    except OSError as error:
        raise UnknownCodeError(f"{module.path} cannot be read ({error.strerror})") from None
    digest = hashlib.sha256(content).hexdigest()
    known = _SOURCES.get((digest, module.package))
    if known is None:
        known = _SOURCES[digest, module.package] = _understood(content, digest, module)
    return known


def _understood(content: bytes, digest: str, module: _Module) -> _Source:
    if module.path.suffix != ".py":
        return _Source(digest, digest, frozenset())
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError, RecursionError):
        return _Source(digest, digest, frozenset())
    imports = frozenset(_imported(tree, module.package))
    meaning = hashlib.sha256(ast.dump(_Unsaid().visit(tree)).encode("utf-8", "surrogatepass")).hexdigest()
    return _Source(digest, meaning, imports)


# What has been loaded


class _Loaded(NamedTuple):
    by: Any  # the spec of the module that was loaded; reloading makes another
    digest: str


_UNSEEN = object()
_OF_OURS = sorted(path for kind in ("*.py", "*.npy") for path in _ROOT.rglob(kind))
_LOADED = {path: _Loaded(_UNSEEN, hashlib.sha256(path.read_bytes()).hexdigest()) for path in _OF_OURS}


def _loaded(module: _Module, anew: bool = False) -> _Source:
    """The source of a module as it was loaded, as far as that can be known: as it was when it was first asked for."""
    present = sys.modules.get(module.name)
    by, known = getattr(present, "__spec__", None) or present, _LOADED.get(module.path)
    if known is not None and known.by is _UNSEEN:
        known = _LOADED[module.path] = known._replace(by=by)
    if anew or known is None or known.by is not by:
        known = _LOADED[module.path] = _Loaded(by, _read(module).digest)
    source = _SOURCES.get((known.digest, module.package)) or _read(module)
    if source.digest != known.digest:
        raise UnknownCodeError(f"{module.path} has been changed since it was loaded: start again")
    return source


def note(name: str) -> None:
    """Note the sources of a module of the user's own, which is being loaded, and of those of theirs that it imports."""
    module = None if is_ours(name) else _find(name)
    if module is None:
        return
    try:
        _loaded(module, anew=True)
        _closure([name], ours=False)
    except UnknownCodeError:  # told when it matters
        return


def _closure(names: Iterable[str], ours: bool = True) -> dict[_Module, _Source]:
    """Modules by name, and all of the user's own and of ours (if ``ours``) that they import, with their sources as loaded."""
    fresh = set(names)
    tops = {name.partition(".")[0] for name in fresh}

    def followed(module: _Module) -> bool:
        if is_ours(module.name):
            return ours
        if module.name.partition(".")[0] in tops:
            return True
        return not any(module.path.is_relative_to(place) for place in _INSTALLED)

    seen: set[str] = set()
    found: dict[_Module, _Source] = {}
    while fresh:
        seen |= fresh
        modules = [module for name in fresh if (module := _find(name)) is not None and followed(module)]
        new = {module: _loaded(module) for module in modules}
        found |= new
        fresh = {inner for source in new.values() for name in source.imports for inner in _with_parents(name)} - seen
    return found


def _meanings(names: Iterable[str]) -> Meanings:
    return {module.name: source.meaning for module, source in _closure(names).items()}


# Fingerprints


def fingerprint(meanings: Meanings) -> str:
    """One SHA-256 of many."""
    text = "\n".join(f"{name} {meaning}" for name, meaning in sorted(meanings.items()))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def model_sources() -> Meanings:
    """Fingerprints, by module, of all that decides a run's numbers in Groundswell itself. Raises UnknownCodeError."""
    tables = [path for path in _LOADED if path.suffix == ".npy"]
    return _meanings(_MODEL) | {path.relative_to(_ROOT).as_posix(): _LOADED[path].digest for path in tables}


def sources_of(name: str) -> Meanings:
    """Fingerprints, by module, of a module and all that it imports of the user's own and of ours. Raises UnknownCodeError."""
    return _meanings([name])


def code_of(cls: type, model: Meanings) -> Meanings:
    """Fingerprints, by module, of a class that is not the model's (``model_sources``): its own module, those of the user's own
    that it imports, and what it takes from Groundswell beside the model; nothing for a class of the model.

    Raises UnknownCodeError for a class that has no source (typed at a prompt), and for one that its module does not have under
    its name (made within a function, or defined again since).
    """
    name = cls.__module__
    if name in model:
        return {}
    module = sys.modules.get(name)
    if module is None or _find(name) is None:
        raise UnknownCodeError(
            f"{cls.__qualname__} does not come from a file, so that nobody can tell whether it has been changed"
        )
    found: Any = module
    for step in cls.__qualname__.split("."):
        found = getattr(found, step, None)
    if found is not cls:
        raise UnknownCodeError(
            f"{cls.__qualname__} is not what {name} has under this name, so that its code cannot be told"
        )
    return {name: meaning for name, meaning in sources_of(name).items() if name not in model}


@cache
def commit() -> str | None:
    """The commit of these sources, with ``+`` if any has been changed since; None where they are in no repository."""

    def git(*arguments: str) -> str | None:
        try:
            done = subprocess.run(["git", "-C", str(_ROOT), *arguments], capture_output=True, text=True, check=False)
        except OSError:
            return None
        return done.stdout.strip() if done.returncode == 0 else None

    if not git("ls-files", "--error-unmatch", Path(__file__).name):  # a repository around where packages are installed
        return None
    found, beside = git("rev-parse", "HEAD"), _ROOT.parent / "experiments"
    changed = git("status", "--porcelain", "--", str(_ROOT), *([str(beside)] if beside.is_dir() else []))
    return found and found + ("+" if changed else "")
