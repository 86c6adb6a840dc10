"""What is compared: the plan of a study, its simulation, and its results as tables in a folder."""
