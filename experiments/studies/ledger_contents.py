"""What a ledger holds: runs by world, branch and what made them; which are whole; which are old; all of them in one table."""

from __future__ import annotations

import datetime
import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from experiments.studies.leaves import leaves
from sim.fields import canonical_json
from sim.study.files import content_of
from sim.study.ledger import Ledger
from sim.study.long_tables import WORK_COLUMNS
from sim.study.packs import Pack
from sim.study.records import About, BrokenRecordError, about, key_of, outcomes
from sim.temporaries import temporary_for
from sim.version import MODEL_VERSION

_ROWS = 5_000
_TEXTS = ("key", "branch", "digest", "made", "commit", "code", "model_version")


@dataclass
class Group:
    """Runs of one world in one branch, made by one commit. ``fields`` are those in which the ledger's worlds differ."""

    people: int | None
    fields: dict[str, Any]
    branch: str
    commit: str | None
    model_version: str
    runs: int = 0
    bytes: int = 0
    first: str = ""
    last: str = ""

    def add(self, run: About) -> None:
        """One more of them."""
        made = str(run.values.get("made", {}).get("when", ""))
        self.runs, self.bytes = self.runs + 1, self.bytes + run.size
        self.first = min(self.first or made, made)
        self.last = max(self.last, made)


class Damage(NamedTuple):
    """A file of a ledger that is not what was written."""

    path: str
    what: str


@dataclass
class Checked:
    """What the checksums say: records that are whole, and files that are not."""

    whole: int = 0
    damaged: list[Damage] = field(default_factory=list)


def runs(ledger: Ledger) -> Iterator[tuple[About, bytes]]:
    """Each run once, with its record; what is damaged is left out."""
    seen: set[bytes] = set()
    for stored in ledger.contents():
        key = bytes.fromhex(stored.key) if len(stored.key) == 64 else b""
        if key in seen:
            continue
        try:
            said = about(stored.content)
        except BrokenRecordError:
            continue
        if said.key == stored.key:
            seen.add(key)
            yield said, stored.content


def groups(ledger: Ledger) -> list[Group]:
    """The runs of a ledger by world, branch and commit, the latest first."""
    varying = _varying(ledger)
    found: dict[tuple[str, str, str], Group] = {}
    for run, _ in runs(ledger):
        made = run.values.get("made", {})
        commit, branch = made.get("commit"), canonical_json(run.branch)
        key = (_fingerprint(run.world), branch, f"{commit} {made.get('model_version')}")
        if key not in found:
            flat = _flat(run.world)
            fields = {name: flat.get(name) for name in varying if name in flat}
            found[key] = Group(
                run.world.get("people"), fields, branch_in_words(run.branch), commit, str(made.get("model_version", ""))
            )
        found[key].add(run)
    return sorted(found.values(), key=lambda group: group.last, reverse=True)


def verify(ledger: Ledger) -> Checked:
    """Check every checksum there is."""
    checked = Checked()
    for path in ledger.packs.paths():
        with suppress(FileNotFoundError):  # another has just taken its place
            _verify_pack(path, checked)
    for path in ledger.singles():
        content = content_of(path)
        if content is None:
            continue
        try:
            key = key_of(content)
        except BrokenRecordError as error:
            checked.damaged.append(Damage(str(path), str(error)))
        else:
            if key == path.stem:
                checked.whole += 1
            else:
                checked.damaged.append(Damage(str(path), "is the record of another run"))
    return checked


def _verify_pack(path: Path, checked: Checked) -> None:
    try:
        pack = Pack(path)
    except BrokenRecordError as error:
        checked.damaged.append(Damage(str(path), str(error)))
        return
    broken = 0
    for key, content in pack.records():
        broken += not _is_whole(key, content, checked)
    if broken or not pack.whole:
        index = "" if pack.whole else "its index is damaged, "
        checked.damaged.append(Damage(str(path), f"{index}{len(pack.index) - broken:,} runs in it are whole"))


def _is_whole(key: str, content: bytes, checked: Checked) -> bool:
    try:
        whole = key_of(content) == key
    except BrokenRecordError:
        whole = False
    checked.whole += whole
    return whole


def doomed(
    ledger: Ledger,
    older: float | None,
    version: int | None,
    former: bool = False,
    now: datetime.datetime | None = None,
) -> tuple[set[str], int]:
    """Keys of the runs that are older than so many days and of a version of the model (None: of any age, of any version), or of
    any but the present one (``former``); and their bytes."""
    keys: set[str] = set()
    size = 0
    latest = (now or datetime.datetime.now(datetime.UTC)) - datetime.timedelta(days=older or 0)
    for run, _ in runs(ledger):
        made = run.values.get("made", {})
        of = made.get("model_version")
        young = older is not None and _when(made) > latest
        if not young and (version is None or of == version) and not (former and of == MODEL_VERSION):
            keys.add(run.key)
            size += run.size
    return keys, size


def _when(made: Mapping[str, Any]) -> datetime.datetime:
    try:
        return datetime.datetime.strptime(str(made.get("when")), "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return datetime.datetime.min.replace(tzinfo=datetime.UTC)


def export(ledger: Ledger, file: Path) -> int:
    """Write all runs into one Parquet file, in which a column is a field in which worlds differ, an outcome, or says what made
    the run; the number of runs. Raises OSError."""
    kinds, columns = _varying(ledger), dict[str, None]()
    for _, content in runs(ledger):
        columns.update(dict.fromkeys(outcomes(content)))
    schema = pa.schema([
        ("key", pa.string()), *((name, _TYPES[kind]) for name, kind in kinds.items()), ("branch", pa.string()),
        ("seed", pa.int64()), ("population_seed", pa.int64()), *((name, pa.float64()) for name in columns),
        *((name, pa.float64()) for name in WORK_COLUMNS), *((name, pa.string()) for name in _TEXTS[2:]),
    ])  # fmt: skip
    number, rows = 0, list[dict[str, Any]]()
    temporary = temporary_for(file)
    try:
        with pq.ParquetWriter(temporary, schema, compression="zstd") as writer:
            for run, content in runs(ledger):
                rows.append(_row(run, content, kinds))
                number += 1
                if len(rows) >= _ROWS:
                    writer.write_table(pa.Table.from_pylist(rows, schema))
                    rows.clear()
            writer.write_table(pa.Table.from_pylist(rows, schema))
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
    return number


def _row(run: About, content: bytes, kinds: Mapping[str, str]) -> dict[str, Any]:
    flat, values, made = _flat(run.world), run.values, run.values.get("made", {})
    swept = {name: _AS[kind](flat[name]) for name, kind in kinds.items() if flat.get(name) is not None}
    seed, people = (value if abs(value) < 2**63 else None for value in (values["seed"], values["population_seed"]))
    return {
        "key": run.key, **swept, "branch": branch_in_words(run.branch), "seed": seed, "population_seed": people,
        **outcomes(content), **{name: values["work"].get(name) for name in WORK_COLUMNS}, "digest": values["digest"],
        "made": made.get("when"), "commit": made.get("commit"), "code": made.get("code"),
        "model_version": str(made.get("model_version", "")),
    }  # fmt: skip


# In what worlds differ

_TYPES = {"bool": pa.bool_(), "int": pa.int64(), "float": pa.float64(), "str": pa.string()}
_AS: dict[str, Any] = {"bool": bool, "int": int, "float": float, "str": str}


def _varying(ledger: Ledger) -> dict[str, str]:
    """The fields in which the ledger's worlds differ, and what kind of values they have."""
    first: dict[str, Any] | None = None
    seen: set[str] = set()
    kinds: dict[str, set[str]] = {}
    differing: set[str] = set()
    for run, _ in runs(ledger):
        fingerprint = _fingerprint(run.world)
        if fingerprint in seen or not run.world:
            continue
        seen.add(fingerprint)
        flat = _flat(run.world)
        first = flat if first is None else first
        for name, value in flat.items():
            kinds.setdefault(name, set()).update(() if value is None else (type(value).__name__,))
        differing |= {name for name in flat.keys() | first.keys() if flat.get(name) != first.get(name)}
    return {name: _kind(kinds.get(name, set())) for name in sorted(differing)}


def _kind(kinds: set[str]) -> str:
    if len(kinds) == 1 and kinds <= _TYPES.keys():
        return next(iter(kinds))
    return "float" if kinds == {"int", "float"} else "str"


def _fingerprint(world: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical_json(dict(world)).encode()).hexdigest()[:16] if world else ""


def _flat(value: Mapping[str, Any]) -> dict[str, Any]:
    return dict(leaves(value, open_lists=False))


def branch_in_words(branch: Mapping[str, Any]) -> str:
    """A branch on one line: ``takedown day=18 accounts=936``."""
    parts = [] if branch.get("campaign", True) else ["no campaign"]
    for policy in branch.get("policies", ()):
        told = {name: value for name, value in _flat(policy).items() if name != "name"}
        parts.append(" ".join([str(policy.get("name")), *(f"{name}={_short(value)}" for name, value in told.items())]))
    if branch.get("spares_innocents"):
        parts.append("spares innocents")
    return "; ".join(parts) if parts else "no policies" if branch else "not said"


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
