"""
The places and roads that everyone shares: a gazetteer with names in English and Arabic.

- A **place** is anything from a country to a street corner; its **parent** is the place it lies in. A P-code is an
  attribute of a place and not its id: one code can cover several places with different fates.
- A **road** joins two places; a crossing is a road too.
- A **public area** is what armed presence may be published on: the subdistrict, the city, or coarser.
- A **grid cell** is a square of at least five kilometres, for what may be published on a map.
"""

from castello.places.register import (
    PLACE_COLUMNS,
    PLACE_KINDS,
    PUBLIC_KINDS,
    ROAD_CLASSES,
    ROAD_COLUMNS,
    Place,
    PlaceRegister,
    Road,
)
from castello.places.tables import read_places, read_roads

__all__ = [
    "PLACE_COLUMNS",
    "PLACE_KINDS",
    "PUBLIC_KINDS",
    "ROAD_CLASSES",
    "ROAD_COLUMNS",
    "Place",
    "PlaceRegister",
    "Road",
    "read_places",
    "read_roads",
]
