"""The kernels of a page: what of a run is Python elsewhere, and the one that goes from day to day by itself."""
