"""Speed and memory on this machine: ``python -m benchmarks`` (or ``make bench``). Nothing is asserted."""
