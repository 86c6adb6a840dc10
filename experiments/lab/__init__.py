"""The classroom page: the model runs in it, and lessons say what a class decides and guesses."""
