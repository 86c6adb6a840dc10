"""Published results that the engine has to reproduce, one module each, through configuration alone."""
