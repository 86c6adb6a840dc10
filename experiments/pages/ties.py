"""A number and what it counts never part: the space between them is one at which no line breaks."""

from __future__ import annotations

import re

# What nobody reads as lines, or copies to a terminal, stays as it is. Between the number and the space emphasis may end.
_FOUND = re.compile(
    r"<(?P<kept>script|style|pre|code|svg|textarea)\b.*?</(?P=kept)>"
    r"|(?<=[0-9])(?P<ends>(?:</(?:b|i|strong|em|span)>)*) (?=[^\W_]|[%‰±])"
    r"|<[^>]*>",
    re.DOTALL,
)
_SPACE = "\u00a0"


def tied(page: str) -> str:
    """A page whose numbers keep the word after them: ``58 %``, ``1,000 people``, ``19 August``. What scripts write later they
    tie themselves (``tied`` of dom.mjs)."""
    return _FOUND.sub(lambda found: found[0] if found["ends"] is None else f"{found['ends']}{_SPACE}", page)
