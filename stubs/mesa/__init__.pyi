"""What is used of Mesa, which publishes no types: with these, engines are held to the protocols that actors and policies know."""

from collections.abc import Callable, Mapping
from typing import Any

class Model:
    running: bool
    steps: int
    def __init__(self, *, seed: float | None = None) -> None: ...
    def step(self) -> None: ...

class Agent:
    unique_id: int
    model: Any  # subclasses say what they need of theirs
    def __init__(self, model: Any) -> None: ...

class DataCollector:
    def __init__(self, *, model_reporters: Mapping[str, Callable[..., Any]]) -> None: ...
    def collect(self, model: Model) -> None: ...
