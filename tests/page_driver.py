"""A page's world run by wasmtime: what ``sim/page/engine.js`` does in a browser, in Python, for tests."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import pandas as pd
import wasmtime
from numpy.typing import NDArray

import sim
from sim.page import PageWorld, rows_of
from sim.page.kernels.showing import READS_NOTHING
from sim.page.object_file import custom
from sim.page.patch import TABLE
from sim.page.table import word_of

_PAGE = 65536


def patched(page: PageWorld, name: str | None) -> tuple[bytes, dict[str, Any]]:
    """Image and layout of a variant, made of its patch as ``sim/page/variants.js`` makes them."""
    if name is None:
        return page.image, dict(page.layout)
    patch = page.variants[name].patch
    (length,) = struct.unpack_from("<I", patch)
    head, at = json.loads(patch[4 : 4 + length]), 4 + length
    image, held = patched(page, head["of"])
    layout = {**held, **head["layout"]}
    layout |= {key: {**held[key], **head["layout"].get(key, {})} for key in ("arrays", "numbers")}
    parts = {path: about for path, *about in head["parts"]}
    made, base = bytearray(layout["memory"]["bytes"]), layout["memory"]["base"]
    first = min(about["address"] for about in layout["arrays"].values())
    places = {TABLE: (0, 0)} | {
        path: (held["arrays"][path]["address"] - base, about["address"] - base) for path, about in layout["arrays"].items()
    }  # fmt: skip
    kinds = {TABLE: ("<u8", (first - base) // 8, (first - base) // 8)}
    for path, about in layout["arrays"].items():
        kind = f"V{about['bytes']}" if about["dtype"] == "entry" else about["dtype"]
        kinds[path] = kind, int(np.prod(held["arrays"][path]["shape"])), int(np.prod(about["shape"]))
    for path, (kind, before, after) in kinds.items():
        old = np.frombuffer(image, dtype=kind, count=before, offset=places[path][0])
        new = old
        if path in parts:
            steps, runs, size = parts[path]
            table = np.frombuffer(patch, dtype="<i4", count=3 * runs, offset=at).reshape(-1, 3)
            own = np.frombuffer(patch, dtype=kind, count=size, offset=(at := at + table.nbytes))
            at += own.nbytes
            rows, from_, put = [], 0, 0
            source = np.diff(old, prepend=old.dtype.type(0)) if steps else old
            for same, leave, brings in table.tolist():
                rows += [source[from_ : from_ + same], own[put : put + brings]]
                from_, put = from_ + same + leave, put + brings
            new = np.concatenate(rows)
            new = np.cumsum(new, dtype=new.dtype) if steps else new
        assert new.size == after
        made[places[path][1] : places[path][1] + new.nbytes] = new.tobytes()
    return bytes(made), layout


class Wasm:
    """A world in a page's memory, at the start of its burn-in."""

    def __init__(self, page: PageWorld, memory: bytes | None = None) -> None:
        self.page, self.layout = page, page.layout
        assert custom(page.module) == self.layout["code"], "module and image do not belong together"
        self._module = _compiled(page.module)
        self._store = wasmtime.Store(self._module[0])
        about = self.layout["memory"]
        size = about["base"] + about["bytes"]
        self._memory = wasmtime.Memory(self._store, wasmtime.MemoryType(wasmtime.Limits(-(-size // _PAGE), None)))
        stack = wasmtime.Global(
            self._store,
            wasmtime.GlobalType(wasmtime.ValType.i32(), True),
            wasmtime.Val.i32(about["stack"]),
        )
        given = {"__linear_memory": self._memory, "__stack_pointer": stack}
        imports = [given[each.name] for each in self._module[1].imports]
        instance = wasmtime.Instance(self._store, self._module[1], imports)
        self._advance, self._show = (instance.exports(self._store)[name] for name in about["entries"])
        self._memory.write(self._store, page.image, about["base"])
        if memory is not None:
            self._memory.write(self._store, memory, about["base"])

    def fork(self) -> Self:
        """A world of its own that goes on from the present."""
        about = self.layout["memory"]
        return type(self)(
            self.page, bytes(self._memory.read(self._store, about["base"], about["base"] + about["bytes"]))
        )

    def array(self, path: str) -> NDArray[Any]:
        """A copy of an array, by its path."""
        about = self.layout["arrays"][path]
        size = about["bytes"] * int(np.prod(about["shape"]))
        data = bytes(self._memory.read(self._store, about["address"], about["address"] + size))
        if about["dtype"] != "entry":
            return np.frombuffer(data, dtype=about["dtype"]).reshape(about["shape"])
        fields = {name: (field["dtype"], field["offset"]) for name, field in about["fields"].items()}
        kind = np.dtype(
            {
                "names": list(fields),
                "formats": [dtype for dtype, _ in fields.values()],
                "offsets": [offset for _, offset in fields.values()],
                "itemsize": about["bytes"],
            }
        )
        return np.frombuffer(data, dtype=kind).reshape(about["shape"])

    def write(self, path: str, array: NDArray[Any]) -> None:
        """Put numbers into the place of an array."""
        about = self.layout["arrays"][path]
        data = np.ascontiguousarray(array, dtype=about["dtype"])
        assert data.shape == tuple(about["shape"])
        self._memory.write(self._store, data.tobytes(), about["address"])

    def set(self, path: str, number: float | int | bool) -> None:
        """Put another number into the place of one."""
        about = self.layout["numbers"][path]
        typed = float(number) if about["kind"] == "float" else int(number)
        self._memory.write(self._store, word_of(typed).to_bytes(8, "little"), about["address"])

    def pull(self, levers: Mapping[str, Any]) -> Self:
        """Set levers by their paths."""
        numbers = {lever["path"]: lever["number"] for lever in self.layout["levers"]}
        for path, value in levers.items():
            self.set(numbers[path], value)
        return self

    def take(self, branch: sim.Branch) -> Self:
        """Have a branch's policies."""
        self.write("work.policies", rows_of(self.page.world, branch))
        self.set("work.campaign", branch.campaign)
        self.set("work.spares_innocents", branch.spares_innocents)
        return self

    def advance(self, day: float | None = None) -> Self:
        """Go on to the start of a day, or to the end of the calendar."""
        calendar = self.layout["calendar"]
        day = calendar["days"] if day is None else day
        last = round((calendar["burn_in_days"] + day) * calendar["ticks_per_day"])
        status = self._advance(self._store, self.layout["memory"]["base"], last)
        if status != self.layout["status"]["done"]:
            raise RuntimeError(f"the engine has stopped with status {status}")
        return self

    def feed(self, account: int) -> pd.DataFrame:
        """The feed that an account would read now."""
        shown = self.look(account)
        assert shown >= 0, shown
        return pd.DataFrame(self.array("work.shown")[:shown], columns=self.layout["shown"])

    def look(self, account: int) -> int:
        """How many messages are in an account's feed now, or what is wrong."""
        return int(self._show(self._store, self.layout["memory"]["base"], account))

    def reads_nothing(self, account: int) -> bool:
        """Whether there is nobody to read the account's feed."""
        return self.look(account) == READS_NOTHING

    @property
    def step(self) -> int:
        return int(self.array("work.step")[0])

    @property
    def timeline(self) -> pd.DataFrame:
        """The daily outcomes of the days that have ended."""
        calendar = self.layout["calendar"]
        days = max(0, self.step // calendar["ticks_per_day"] - calendar["burn_in_days"])
        names = [outcome["name"] for outcome in self.layout["outcomes"]]
        return pd.DataFrame(self.array("work.outcomes")[:days], columns=names)

    @property
    def digest(self) -> str:
        """SHA-256 of the present state, as of ``Engine.digest``."""
        step, used = self.step, int(self.array("state.stream_size")[0])
        stream = self.array("state.stream")[:used]
        names = (self.array("state.stream_counterpart")[:used], stream["created"], stream["author"])
        order = np.lexsort((*names, self.array("state.stream_priority")[:used]))
        digest = hashlib.sha256(str(step).encode())
        for part in self.layout["digest"]:
            held = self.array(part["array"])
            if part["rows"] == "used":
                held = held[:used][order]
            elif part["rows"] == "past":
                held = held[:step]
            digest.update(part["name"].encode())
            digest.update(np.ascontiguousarray(held).tobytes())
        return digest.hexdigest()


_KNOWN: dict[bytes, tuple[wasmtime.Engine, wasmtime.Module]] = {}


def _compiled(module: bytes) -> tuple[wasmtime.Engine, wasmtime.Module]:
    if module not in _KNOWN:
        engine = wasmtime.Engine()
        _KNOWN[module] = (engine, wasmtime.Module(engine, module))
    return _KNOWN[module]
