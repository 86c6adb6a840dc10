"""The version of the model's meaning: raised whenever the same world, branch and seed give other numbers than before."""

MODEL_VERSION = 4
