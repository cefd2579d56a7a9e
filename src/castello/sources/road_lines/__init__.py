"""
Roads as lines in a GeoJSON file or a GeoPackage, as a geographic information system saves them.

Any publisher: the licence is that of the file. Needs the extra ``gis`` for GeoPackages, and for files that are not in WGS 84.
"""

from castello.sources.road_lines.reader import read_road_lines

__all__ = ["read_road_lines"]
