"""How programs talk: the command line and what Hydra makes of it, the terminal, folders, mistakes in a sentence."""
