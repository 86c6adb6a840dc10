"""The detectors, the signals that they judge by, how they are fitted, and how well they do."""
