"""
Coordinate systems: whether a file's coordinates are WGS 84, and how they become so.

Everything inside is WGS 84, longitude before latitude as in GeoJSON. Other systems are brought there by PROJ (``pyproj``, extra
``gis``); without it a file in another system is refused, never read as if it were degrees.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Reprojection = Callable[[NDArray[np.float64]], NDArray[np.float64]]
    """From points (n, 2), x before y, in another system to degrees of longitude and latitude."""

_WGS_84 = re.compile(
    r"(?:urn:(?:x-)?ogc:def:crs:|https?://www\.opengis\.net/def/crs/)?"
    r"(?:ogc[:/](?:[\d.]*[:/])?crs84h?|epsg[:/](?:[\d.]*[:/])?(?:4326|4979))|wgs ?84",
    flags=re.IGNORECASE,
)
# Authority codes and well-known text only: other forms of PROJ can name files of the machine.
_NAMED = re.compile(
    r"(?:urn:(?:x-)?ogc:def:crs:|https?://www\.opengis\.net/def/crs/)?(epsg|esri)[:/](?:[\d.]*[:/])?(\d{4,6})",
    flags=re.IGNORECASE,
)
_WELL_KNOWN_TEXT = re.compile(r"(?:PROJ|GEOG|GEOD|BOUND|COMPOUND)_?(?:CS|CRS)\s*\[", flags=re.IGNORECASE)
_DECIMALS = 7  # about a centimetre: the same file gives the same area with any release of PROJ


class UnknownSystem(ValueError):
    """A coordinate system that cannot be used here; ``what`` is wrong, and a ``hint`` what to do."""

    def __init__(self, what: str, *, hint: str) -> None:
        self.what, self.hint = what, hint
        super().__init__(f"{what}. {hint}")


def is_wgs84(crs: str) -> bool:
    """
    Whether a name of a coordinate system means WGS 84 in degrees.

    Examples
    --------
    >>> is_wgs84("urn:ogc:def:crs:OGC:1.3:CRS84"), is_wgs84("EPSG:4326"), is_wgs84("EPSG:32637")
    (True, True, False)
    """
    return _WGS_84.fullmatch(crs.strip()) is not None


def to_wgs84(crs: str | None) -> Reprojection | None:
    """
    How points of a declared coordinate system become WGS 84; None where they are so already, or nothing is declared.

    Parameters
    ----------
    crs
        An authority code (``EPSG:32637``, ``urn:ogc:def:crs:EPSG::32637``) or well-known text.

    Raises
    ------
    UnknownSystem
        If the system is not known, or ``pyproj`` is not installed.
    """
    if crs is None or is_wgs84(crs):
        return None
    code = _NAMED.fullmatch(crs.strip())
    if code is None and _WELL_KNOWN_TEXT.match(crs.strip()) is None:
        raise UnknownSystem(
            f"{crs[:60]!r} is not a coordinate system that is known here", hint="Save the file in WGS 84 (EPSG:4326)."
        )
    try:
        import pyproj
    except ModuleNotFoundError as missing:
        raise UnknownSystem(
            f"coordinates are in {crs[:60]!r}, not in WGS 84",
            hint="Save the file in WGS 84 (EPSG:4326), or install the extra gis.",
        ) from missing
    try:
        transformer = pyproj.Transformer.from_crs(
            pyproj.CRS.from_user_input(f"{code[1]}:{code[2]}" if code else crs), "OGC:CRS84", always_xy=True
        )
    except pyproj.exceptions.ProjError as error:
        raise UnknownSystem(
            f"{crs[:60]!r} is not a coordinate system that is known here", hint="Save the file in WGS 84 (EPSG:4326)."
        ) from error

    def reproject(points: NDArray[np.float64]) -> NDArray[np.float64]:
        import numpy as np

        x, y = transformer.transform(points[:, 0], points[:, 1])
        return np.round(np.column_stack((x, y)), _DECIMALS)

    return reproject
