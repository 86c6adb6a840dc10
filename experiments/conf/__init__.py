"""Hydra's configuration. The defaults are in the dataclasses; files here only compose them."""
