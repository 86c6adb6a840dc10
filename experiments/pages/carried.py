"""The model as a page carries it: engine and world as text, and what the page's policy has to allow for them."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from experiments.pages.assets import WORKER
from experiments.pages.modules import bundled
from sim.page import PageWorld

ALLOWED = {"scripts": "'wasm-unsafe-eval'", "more": "worker-src blob:"}
"""What ``assets`` has to allow beside, for a page that runs the model."""


def carried(exported: PageWorld) -> dict[str, Any]:
    """What ``open`` of model.mjs takes, and the script of the worker. Raises BuildError where the module cannot be built."""
    return {
        "script": bundled(WORKER),
        "module": _packed(exported.module),
        "image": _packed(exported.image),
        "layout": dict(exported.layout),
        "variants": {name: {"patch": _packed(variant.patch)} for name, variant in exported.variants.items()},
    }


def inlined(values: Mapping[str, Any]) -> Markup:
    """Values as JSON that ends no script, whatever is in it."""
    return Markup(json.dumps(values, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c"))


def _packed(content: bytes) -> str:
    return base64.b64encode(gzip.compress(content, 9, mtime=0)).decode()
