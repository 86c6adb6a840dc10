"""Two engines, one meaning: Mesa agents to read, arrays to run."""
