"""
Connectivity: which nodes of a road graph reach the source on which days, behind which last roads, and what would reopen them.

It knows nodes, edges and days by number and nothing of places and claims.
"""

from castello.picture.connectivity.graph import Passable, RoadGraph
from castello.picture.connectivity.last_roads import LastRoad, LastRoads
from castello.picture.connectivity.parts import parts_of
from castello.picture.connectivity.reopening import Reopenings
from castello.picture.connectivity.timeline import RoadTimeline

__all__ = ["LastRoad", "LastRoads", "Passable", "Reopenings", "RoadGraph", "RoadTimeline", "parts_of"]
