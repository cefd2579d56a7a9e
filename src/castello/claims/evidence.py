"""Evidence: the document, the place in it, the words, and who said that who said it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any, Literal, Self

from castello.claims.ids import SLUG, InvalidClaim, present


class Verification(StrEnum):
    """Whether the coder read the passage. It says nothing on whether the statement is true."""

    VERIFIED = "verified"
    ADDRESS_INCOMPLETE = "address_incomplete"
    UNVERIFIED = "unverified"
    DERIVED = "derived"


class Role(StrEnum):
    """What a link of the source chain did."""

    WITNESS = "witness"
    SPEAKER = "speaker"
    COMPILER = "compiler"
    TRANSLATOR = "translator"
    LEAKER = "leaker"
    REPORTER = "reporter"
    PUBLISHER = "publisher"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One link of the source chain: ``who`` (id of a source, or ``unknown``), in which role, named or not."""

    who: str
    role: Role
    named: bool = True
    protected: bool = False
    said: str | None = None

    def __post_init__(self) -> None:
        if not SLUG.fullmatch(self.who):
            raise InvalidClaim(
                "chain", f"{self.who!r} is not a source id", hint="Use an id of sources.yml, or unknown."
            )

    def to_json(self) -> dict[str, object]:
        """Plain values; the ordinary case (named, not protected) is left out."""
        return present(
            who=self.who,
            role=self.role.value,
            named=None if self.named else False,
            protected=True if self.protected else None,
            said=self.said,
        )

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`to_json`."""
        return cls(
            who=data["who"],
            role=Role(data["role"]),
            named=data.get("named", True),
            protected=data.get("protected", False),
            said=data.get("said"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Locator:
    """Where in the document: a character span, or page, sheet, row, cell, media time as the document has them."""

    start: int | None = None
    end: int | None = None
    page: int | None = None
    sheet: str | None = None
    row: int | None = None
    cell: str | None = None
    time: str | None = None
    paragraph: int | None = None

    def __post_init__(self) -> None:
        if (self.start is None) != (self.end is None) or (self.start is not None and self.start >= (self.end or 0)):
            raise InvalidClaim("locator", "start and end do not make a span", hint="Give both, start before end.")

    def to_json(self) -> dict[str, object]:
        """Plain values, absent ones left out."""
        return present(**{item.name: getattr(self, item.name) for item in fields(self)})

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`to_json`."""
        return cls(**data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """
    Where a source places something: a point in degrees (WGS 84), and how far off it may lie.

    ``radius_km`` is how far; ``area`` the id or the name of the area that the point only stands for, then the point says no more.
    ``precision`` is the source's own code, with its system, word for word.

    Examples
    --------
    >>> Where(lat=36.2, lon=37.16, radius_km=25, precision="ucdp.where_prec 2").to_json()
    {'lat': 36.2, 'lon': 37.16, 'radius_km': 25, 'precision': 'ucdp.where_prec 2'}
    """

    lat: float
    lon: float
    radius_km: float | None = None
    area: str | None = None
    precision: str | None = None

    def __post_init__(self) -> None:
        # not a number is not within either
        if not (-90 <= self.lat <= 90 and -180 <= self.lon <= 180):
            raise InvalidClaim("where", f"{self.lat}, {self.lon} is not on earth", hint="Latitude first; in degrees.")
        if self.radius_km is not None and not 0 <= self.radius_km < float("inf"):
            raise InvalidClaim("where", f"a radius of {self.radius_km} km", hint="Leave it out where it is not known.")

    def to_json(self) -> dict[str, object]:
        """Plain values, absent ones left out."""
        return present(**{item.name: getattr(self, item.name) for item in fields(self)})

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`to_json`."""
        return cls(**data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """A translation beside the original words; it never moves an offset or supplies a figure."""

    text: str
    into: str
    by: str
    how: Literal["person", "machine"] = "person"
    checked_by: str | None = None

    def to_json(self) -> dict[str, object]:
        """Plain values."""
        return present(text=self.text, into=self.into, by=self.by, how=self.how, checked_by=self.checked_by)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`to_json`."""
        return cls(**data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """
    Something received: bytes that are held (``sha256``), or metadata and addresses only (``text_held`` false).

    ``published`` is a day; ``published_basis`` says how it is known (``stated``, ``inferred``).
    """

    id: str
    title: str
    publisher: str
    published: date
    published_basis: Literal["stated", "inferred"] = "stated"
    urls: tuple[str, ...] = ()
    language: str = "en"
    sha256: str | None = None
    file: str | None = None
    archive_url: str | None = None
    note: str | None = None

    def __post_init__(self) -> None:
        if not SLUG.fullmatch(self.id):
            raise InvalidClaim("document", f"{self.id!r} is not an id", hint="Use lower-case letters, digits, hyphens.")

    @property
    def text_held(self) -> bool:
        """Whether the bytes lie in the case, so that quotes can be checked against them."""
        return self.sha256 is not None

    def to_json(self) -> dict[str, object]:
        """Plain values, absent ones left out."""
        return present(
            id=self.id,
            title=self.title,
            publisher=self.publisher,
            published=self.published.isoformat(),
            published_basis=None if self.published_basis == "stated" else self.published_basis,
            urls=list(self.urls) or None,
            language=self.language,
            sha256=self.sha256,
            file=self.file,
            archive_url=self.archive_url,
            note=self.note,
        )

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`to_json`."""
        values = dict(data)
        values["published"] = date.fromisoformat(values["published"])
        values["urls"] = tuple(values.get("urls", ()))
        return cls(**values)
