"""Calibration: assumptions of a world that are fitted to what has been measured elsewhere, and what these do not tell."""
