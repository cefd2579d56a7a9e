"""Control maps: polygons over time that say who held which ground. What is taken and how is in ``description.md``."""

from castello.sources.control.reader import PROPERTIES, read

__all__ = ["PROPERTIES", "read"]
