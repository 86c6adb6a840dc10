"""Programs of the command line. They use ``sim`` and are used by nobody."""
