"""
Small networks of named roads in tables: edges in one CSV file, or a folder of FLEE with locations, routes and closures.

What comes out are rows for ``places.csv`` and ``roads.csv`` of a case. FLEE is a model of flight whose input files describe
towns, camps, the roads between them and, by day numbers, when they were closed; each set has its own publisher and licence.
"""

from castello.sources.road_tables.edges import EDGE_COLUMNS, read_edges
from castello.sources.road_tables.flee import read_flee
from castello.sources.road_tables.named import Closure, NamedRoads

__all__ = ["EDGE_COLUMNS", "Closure", "NamedRoads", "read_edges", "read_flee"]
