"""One door through which any file of rows becomes text cells, each row accounted for."""

from castello.sources.cells._keep import Cells
from castello.sources.cells.door import Heads, header_of, open_cells

__all__ = ["Cells", "Heads", "header_of", "open_cells"]
