"""The campaign against the movement, and the organisers it is aimed at."""
