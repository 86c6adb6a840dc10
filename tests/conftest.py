"""Settings that all tests share: properties are checked on the same examples every time, without deadlines."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# The first example may compile kernels, so time says nothing about an example.
settings.register_profile(
    "groundswell",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("groundswell")
