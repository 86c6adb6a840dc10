"""What ``python -m experiments.run --help`` prints."""

from __future__ import annotations

import string

from experiments.command.composition import Composer


def usage(composer: Composer) -> str:
    """The template of conf/hydra/help with the groups there are; Hydra's own --help takes ten seconds to list them."""
    template = composer.config().hydra.help.template
    lines = [f"{name}: {', '.join(options)}\n" for name, options in composer.groups().items()]
    return string.Template(template).substitute(APP_CONFIG_GROUPS="".join(lines)).rstrip()
