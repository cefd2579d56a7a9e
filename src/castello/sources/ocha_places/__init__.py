"""Names, codes and points of places as OCHA keeps them: administrative boundaries, neighbourhoods, populated places, the global list of P-codes."""

from castello.sources.ocha_places.reader import SOURCE

__all__ = ["SOURCE"]
