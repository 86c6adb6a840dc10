"""A world for a page: the engine as WebAssembly, the world as the memory that it starts from, and what lies where in that."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sim.branch import Branch
from sim.code_cache import write_whole
from sim.engine.arrays import ArrayEngine
from sim.fields import instance
from sim.page.image import image_of, layout_of
from sim.page.module import code_of, module_of
from sim.page.policies import check_world
from sim.page.table import kind_of
from sim.page.variants import Variant, variants_of
from sim.page.whole import whole_of
from sim.world import World

ENGINE_JS = Path(__file__).with_name("engine.js")
"""What runs a world in a page (docs/page.md)."""
VARIANTS_JS = Path(__file__).with_name("variants.js")
"""What makes the image of a variant there."""


@dataclass(frozen=True, eq=False)
class PageWorld:
    """A world with a seed as a page takes it: ``image`` and ``layout`` (docs/page.md), its ``variants`` by name, and the
    ``module`` that runs them, which is built when it is first asked for (about half a minute of one core, then kept)."""

    world: World
    image: bytes
    layout: Mapping[str, Any]
    kind: Any
    variants: Mapping[str, Variant]

    @cached_property
    def module(self) -> bytes:
        return module_of(self.kind)

    def write(self, folder: str | Path) -> Path:
        """Write ``engine.wasm``, ``world.bin``, ``layout.json``, ``engine.js``, ``variants.js`` and each variant's ``NAME.patch``
        into a folder, which is made if need be."""
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        text = json.dumps(dict(self.layout), ensure_ascii=False, allow_nan=False)
        for name, content in (
            ("engine.wasm", self.module),
            ("world.bin", self.image),
            ("layout.json", text.encode()),
            ("engine.js", ENGINE_JS.read_bytes()),
            ("variants.js", VARIANTS_JS.read_bytes()),
            *((f"{name}.patch", variant.patch) for name, variant in self.variants.items()),
        ):
            write_whole(place / name, content)
        return place


def export(
    world: World,
    seed: int = 1,
    population_seed: int | None = None,
    variants: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
) -> PageWorld:
    """A world with a seed for a page, at the start of its burn-in; arguments as of ``sim.simulate``.

    ``variants`` are other worlds with the same people that the page can have as well: by name the fields that are otherwise, as
    ``World.replace`` takes them. A page that runs one has what ``simulate`` has of it, to the last bit.

    Raises InputError in one sentence that names it for what a page cannot do: a second platform, an operator that answers losses
    in any way but by rebuilding, legitimacy or trust that moves, opinion rules of one's own, variants with other people or
    another calendar, and what is said in docs/page.md.
    """
    instance(world, World, "world")

    def exported(world: World) -> tuple[bytes, Mapping[str, Any], Any]:
        check_world(world)
        engine = ArrayEngine(world, Branch(), seed, population_seed, threads=1)
        whole = whole_of(engine)
        image, addresses = image_of(whole)
        kind = kind_of(whole)
        return image, MappingProxyType(layout_of(engine, whole, image, addresses, code_of(kind))), kind

    image, layout, kind = exported(world)
    others = variants_of(world, image, layout, variants, lambda other: exported(other)[:2])
    return PageWorld(world, image, layout, kind, MappingProxyType(others))
