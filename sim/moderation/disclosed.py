"""How many accounts Twitter disclosed on 19 August 2019: what removals ask for unless they are told."""

from __future__ import annotations

ACTIVE, UNUSED = 936, 200_000
