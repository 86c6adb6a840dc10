"""What a page brings along: styles and scripts, kept as files, and the policy by which a browser runs nothing else."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from experiments.pages.modules import bundled

WORKER = Path(__file__).with_name("worker.mjs")
"""What runs the model beside a page, so that the page never stalls."""

PERSON = Markup(
    '<rect width="20" height="24" fill="none" pointer-events="all"/><circle cx="10" cy="6" r="4"/>'
    '<path d="M3 21v-5a7 6 0 0 1 14 0v5z"/>'
)
"""A person in a crowd, as parts of an SVG symbol of 20 by 24."""


class Assets(NamedTuple):
    """Styles and scripts in the order of their files' names, and the Content-Security-Policy that allows these alone."""

    styles: tuple[Markup, ...]
    scripts: tuple[Markup, ...]
    policy: str


def assets(folder: Path, scripts: str = "", more: str = "") -> Assets:
    """Those of a folder: every ``.css``, and the modules that ``main.mjs`` imports, put together to one.

    ``scripts`` is what else the policy allows scripts, ``more`` what else it says. Raises ValueError for what cannot be inlined.
    """
    paths = sorted(folder.glob("*.css"))
    styles = [checked(path.name, path.read_text(encoding="utf-8")) for path in paths]
    texts = [checked("main.mjs", bundled(folder / "main.mjs"))]
    allowed = f"style-src {_hashes(styles)}; script-src {' '.join(filter(None, (_hashes(texts), scripts)))}"
    policy = "; ".join(filter(None, ("default-src 'none'", allowed, more, "base-uri 'none'", "form-action 'none'")))
    return Assets(tuple(map(Markup, styles)), tuple(map(Markup, texts)), policy)


def checked(name: str, text: str) -> str:
    """A text that can be inlined. Raises ValueError."""
    if re.search(r"</(script|style)", text, re.IGNORECASE):
        raise ValueError(f"{name} must not have a tag that ends it where it is inlined")
    return text


def _hashes(texts: Sequence[str]) -> str:
    digests = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts)
    return " ".join(f"'sha256-{digest}'" for digest in digests) or "'none'"
