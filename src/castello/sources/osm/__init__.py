"""
Roads from OpenStreetMap files: ``.osm.pbf``, ``.osm`` and ``.osm.bz2``, as extracts and editors write them.

The data is made by the contributors of OpenStreetMap and comes under the Open Database Licence: whatever shows it, names
them. Needs the extra ``osm``.
"""

from castello.sources.osm._apart import PAVED, TRACKS
from castello.sources.osm.reader import ENDINGS, read_osm

__all__ = ["ENDINGS", "PAVED", "TRACKS", "read_osm"]
