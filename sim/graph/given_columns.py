"""What a node table or a graph of networkx may say of people, and in which range."""

from __future__ import annotations

from sim.fields import Quantity, quantity_of
from sim.people.people import THRESHOLD, Population

GIVEN: dict[str, Quantity] = {
    "opinion": quantity_of(Population, "opinions"),
    "threshold": THRESHOLD,
    "confidence": quantity_of(Population, "confidence_high"),
}
"""The range of each column, which is that of the field that stands for it."""
