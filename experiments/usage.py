"""What ``python -m experiments.run --help`` prints."""

from __future__ import annotations

import string

from hydra import compose, initialize_config_module
from hydra.core.global_hydra import GlobalHydra


def usage() -> str:
    """The template of conf/hydra/help with the groups there are; Hydra's own --help takes ten seconds to list them."""
    with initialize_config_module("experiments.conf", version_base="1.3"):
        template = compose("run", return_hydra_config=True).hydra.help.template
        loader = GlobalHydra.instance().config_loader()
        groups = {name: loader.get_group_options(name) for name in loader.list_groups("") if name != "hydra"}
    lines = [f"{name}: {', '.join(sorted(options))}\n" for name, options in sorted(groups.items())]
    return string.Template(template).substitute(APP_CONFIG_GROUPS="".join(lines)).rstrip()
