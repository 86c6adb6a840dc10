"""The model in a page: a world exported for the browser, where the project's own kernels run as WebAssembly, bit for bit."""

from sim.page.export import ENGINE_JS, VARIANTS_JS, PageWorld, export
from sim.page.module import BuildError
from sim.page.policies import rows_of

__all__ = ["ENGINE_JS", "VARIANTS_JS", "BuildError", "PageWorld", "export", "rows_of"]
