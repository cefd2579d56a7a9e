"""What can come back from a server: an answer, something that may pass, or nothing of use; and how it is told."""

from __future__ import annotations

import hashlib
import ipaddress
import json
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Generic, TypeVar

import httpx

from castello.errors import Issue

T = TypeVar("T")

_SAID_BYTES = 64 * 1024
_SAID_LETTERS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """
    How a server is asked: seconds that are waited, how often is tried, how many bytes are taken.

    ``attempts`` counts tries in a row that brought nothing; ``between_s`` lies between two questions to one host.
    """

    connect_s: float = 15.0
    read_s: float = 60.0
    answer_s: float = 600.0
    attempts: int = 4
    backoff_s: float = 1.0
    longest_wait_s: float = 120.0
    between_s: float = 1.0
    page_bytes: int = 32 * 1024 * 1024
    file_bytes: int = 2 * 1024 * 1024 * 1024
    hops: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched(Generic[T]):
    """
    What a source gave to one question, in its order.

    ``cursor`` is the place from which the same question goes on where something failed, None where the answer is complete; ``total`` is
    how many the source says there are.
    """

    items: tuple[T, ...] = ()
    issues: tuple[Issue, ...] = ()
    cursor: int | None = None
    total: int | None = None
    offline: bool = False


class Unanswered(Exception):
    """A question that got no answer of use; ``offline`` if nothing was reached at all. No address in it has its query."""

    def __init__(self, what: str, *, hint: str, offline: bool = False) -> None:
        self.what, self.hint, self.offline = what, hint, offline
        super().__init__(f"{what}. {hint}")

    def issue(self, file: str, *, code: str = "not-fetched") -> Issue:
        """As what a page or a file that did not come costs."""
        return Issue(file=file, code=code, what=self.what, hint=self.hint)


class Again(Exception):
    """Something that may pass: the question is asked again, after ``wait`` seconds where the server said how many."""

    def __init__(self, what: str, *, wait: float | None = None, offline: bool = False) -> None:
        self.what, self.wait, self.offline = what, wait, offline
        super().__init__(what)


def addresses(host: str, port: int) -> tuple[str, ...]:
    """The network addresses of a name, as the machine's resolver has them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(one[4][0]) for one in found))


def is_public(address: str) -> bool:
    """
    Whether a network address is one of the public internet, also where it hides in a newer one.

    Examples
    --------
    >>> is_public("8.8.8.8"), is_public("127.0.0.1"), is_public("::ffff:10.0.0.1"), is_public("fe80::1%eth0")
    (True, False, False, False)
    """
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        inside = found.ipv4_mapped or found.sixtofour
        if inside is None and found in _NAT64:
            inside = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inside is not None:
            return is_public(str(inside))
    return found.is_global and not found.is_multicast


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def parsed(url: str) -> httpx.URL:
    """An address that can be asked; raises :class:`Unanswered`."""
    hint = "Addresses look like https://example.org/feed.xml."
    try:
        at = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise Unanswered("what was given is no address", hint=hint) from error
    if at.scheme not in ("http", "https") or not at.host:
        raise Unanswered("what was given is no address", hint=hint)
    if at.userinfo:
        raise Unanswered(f"the address of {at.host[:80]} has a name or a password in it", hint="Leave it out.")
    return at


def named(at: httpx.URL) -> str:
    """A server as a message names it: queries and paths may hold what was asked, or a key."""
    return at.host[:80]


def kind_of(response: httpx.Response) -> str:
    """The media type of an answer, without its parameters."""
    said: str = response.headers.get("content-type", "")
    return said.partition(";")[0].strip().lower()[:80]


def mark_of(response: httpx.Response) -> str:
    """What tells one state of a file from another; a weak ETag does not."""
    tag: str = response.headers.get("etag", "")
    if tag and not tag.startswith("W/"):
        return tag
    return str(response.headers.get("last-modified", ""))


def digest(text: str) -> str:
    """SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def retry_after(response: httpx.Response) -> float | None:
    """Seconds that the server asks to wait; a date counts from the server's own."""
    said = response.headers.get("retry-after", "").strip()
    if said.isdecimal() and len(said) < 10:
        return float(said)
    try:
        until, its_now = parsedate_to_datetime(said), parsedate_to_datetime(response.headers.get("date", ""))
        return max(0.0, (until - its_now).total_seconds())
    except (ValueError, TypeError):
        return None


def said_by(response: httpx.Response, hidden: Sequence[str]) -> str:
    """What the server itself says is wrong, where it says it as JSON."""
    data = b""
    for chunk in response.iter_bytes():
        data += chunk
        if len(data) > _SAID_BYTES:
            return ""
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        return ""
    error = said.get("error") if isinstance(said, dict) else None
    text = error.get("message") if isinstance(error, dict) else error
    if not isinstance(text, str):
        return ""
    for word in hidden:
        text = text.replace(word, "...") if word else text
    shown = "".join(one if one.isprintable() else " " for one in text)
    return " ".join(shown.split())[:_SAID_LETTERS]


def broken_off(error: httpx.TransportError) -> Again:
    """What a connection that failed is called."""
    late = isinstance(error, httpx.TimeoutException)
    return Again("does not answer in time" if late else "breaks off its answer")


def too_large(at: httpx.URL, most: int) -> Unanswered:
    """What more bytes than are taken cost."""
    size = f"{most / 2**20:,.0f} MB" if most >= 2**20 else f"{most:,} bytes"
    return Unanswered(f"{named(at)} sends more than {size}", hint="Ask for less, or download it in a browser.")


def is_untrusted(error: BaseException | None) -> bool:
    """Whether a certificate is at the bottom of an error."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
