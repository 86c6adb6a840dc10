"""The words of a report: one file a language, beside this one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from markupsafe import Markup, escape

LANGUAGE = "en"
"""The file that is read: ``LANGUAGE.yaml``. Another language is another file with the same keys."""


class Strings:
    """Texts by dotted key, with places in braces for values.

    A text with the forms ``one`` and ``other`` is chosen by the value ``n``, or ``count`` where n is in words.
    """

    def __init__(self, texts: Mapping[str, Any]) -> None:
        self.texts = texts

    def find(self, key: str) -> Any:
        """What stands under a key: a text or a mapping of further keys. Raises KeyError."""
        found: Any = self.texts
        for step in key.split("."):
            if not isinstance(found, Mapping) or step not in found:
                raise KeyError(f"no text {key}")
            found = found[step]
        return found

    def __call__(self, key: str, **values: Any) -> str:
        """The text in plain words. Raises KeyError for a key or a value that there is not."""
        return self._form(key, values).format(**values)

    def html(self, key: str, **values: Any) -> Markup:
        """The text, whose marks are ours, for a page: every value in it is escaped."""
        return Markup(self._form(key, values)).format(**{name: escape(value) for name, value in values.items()})

    def _form(self, key: str, values: Mapping[str, Any]) -> str:
        found = self.find(key)
        if isinstance(found, Mapping):
            found = found["one" if values.get("count", values.get("n")) == 1 else "other"]
        return str(found)


@cache
def strings(language: str = LANGUAGE) -> Strings:
    """The words of a language."""
    return Strings(yaml.safe_load((files("experiments.report.strings") / f"{language}.yaml").read_text("utf-8")))


say = strings()
