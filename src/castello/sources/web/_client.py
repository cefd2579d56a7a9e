"""The one client for everything that is asked over HTTP: it waits its turn, tries again, resumes, and goes where it was sent."""

from __future__ import annotations

import ipaddress
import json
import math
import random
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeVar

import httpx

from castello.sources.web._answers import (
    Again,
    Manners,
    Unanswered,
    addresses,
    broken_off,
    digest,
    is_public,
    is_untrusted,
    kind_of,
    mark_of,
    named,
    parsed,
    retry_after,
    said_by,
    too_large,
)

T = TypeVar("T")

_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_MOST_TRIES = 100


class Client:
    """
    Asks over HTTP. Every question opens a connection of its own; cookies, proxies and passwords of the environment are not used.

    A name is resolved once for each question, its addresses are checked, and one of those that were checked is connected to.

    Parameters
    ----------
    rng
        Spreads the waits between tries.
    sleep, clock
        Wait so many seconds; seconds that only ever rise.
    resolve
        Addresses of a host and port.
    private
        Whether addresses of this machine and of private networks may be asked.
    manners
        Waits, tries and sizes.
    """

    def __init__(
        self,
        *,
        rng: random.Random,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        resolve: Callable[[str, int], Sequence[str]] = addresses,
        private: bool = False,
        manners: Manners | None = None,
    ) -> None:
        self.manners = manners or Manners()
        self._rng, self._sleep, self._clock, self._resolve, self._private = rng, sleep, clock, resolve, private
        self._asked: dict[str, float] = {}
        limits = self.manners
        self._http = httpx.Client(
            headers={"User-Agent": _name()},
            cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
            timeout=httpx.Timeout(limits.read_s, connect=limits.connect_s),
            # connections are not kept: they are named by address here, and two hosts can share one
            limits=httpx.Limits(max_keepalive_connections=0),
            verify=_certificates(),
            follow_redirects=False,
            trust_env=False,
        )

    def json(
        self,
        url: str,
        *,
        parameters: Mapping[str, str | int] | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        hidden: Sequence[str] = (),
    ) -> Any:
        """
        The JSON that answers a question; with a body it is a POST.

        Only the host that is asked may answer: it is not followed to another one.

        Parameters
        ----------
        url
            The address, without a query.
        parameters
            Of the query.
        body
            What is sent as JSON; None asks with GET.
        headers
            Beside our own.
        hidden
            Words that must not stand in a message, even if the server says them.

        Raises
        ------
        Unanswered
            If nothing of use came.
        """
        asked = parsed(url)
        if parameters:
            asked = asked.copy_merge_params(dict(parameters))
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        sent = {"Accept": "application/json"} | dict(headers or {})
        if content is not None:
            sent["Content-Type"] = "application/json"

        def take(response: httpx.Response) -> Any:
            kind = kind_of(response)
            if kind != "application/json" and not kind.endswith("+json"):
                hint = "It may be a page of your network that asks for a login; open the address in a browser."
                raise Unanswered(f"{named(asked)} answered with {kind or 'something'}, not JSON", hint=hint)
            data = self._body(response, asked)
            try:
                return json.loads(data)
            except (ValueError, RecursionError) as error:
                raise Unanswered(f"{named(asked)} answered with broken JSON", hint="Try again later.") from error

        return self._insist(asked, take=take, headers=lambda: sent, content=content, hidden=hidden)

    def text(self, url: str, *, accept: str, kinds: Sequence[str]) -> bytes:
        """
        The bytes of a page of one of several kinds; it may lie elsewhere.

        Parameters
        ----------
        url
            The address.
        accept
            What is asked for.
        kinds
            Media types that will do, by their ends.

        Raises
        ------
        Unanswered
            If nothing of use came.
        """
        asked = parsed(url)

        def take(response: httpx.Response) -> bytes:
            kind = kind_of(response)
            if kind and not kind.endswith(tuple(kinds)):
                hint = "Check the address: it is not that of a feed."
                raise Unanswered(f"{named(asked)} answered with {kind}", hint=hint)
            return self._body(response, asked)

        return self._insist(asked, take=take, headers=lambda: {"Accept": accept}, elsewhere=True)

    def download(self, url: str, part: Path) -> Path:
        """
        A file, into ``part``; it may lie elsewhere. What is there already of the same file is not asked for again.

        Beside ``part`` a note keeps the file's mark (ETag, else the time of its last change): a file that has changed since is
        begun anew.

        Parameters
        ----------
        url
            The address.
        part
            Where the bytes go; its folder is there.

        Raises
        ------
        Unanswered
            If the file did not come as a whole; ``part`` keeps what did.
        """
        asked = parsed(url)
        mark = part.with_name(f"{part.name}.json")

        def held() -> tuple[int, str]:
            try:
                said = json.loads(mark.read_text(encoding="utf-8"))
                if said["url"] == digest(url) and said["mark"]:
                    return part.stat().st_size, str(said["mark"])
            except (OSError, ValueError, KeyError, TypeError):
                pass  # nothing, or nothing that can be gone on with
            return 0, ""

        def headers() -> dict[str, str]:
            size, known = held()
            more = {"Range": f"bytes={size}-", "If-Range": known} if size else {}
            return {"Accept": "*/*", "Accept-Encoding": "identity"} | more

        def take(response: httpx.Response) -> Path:
            size, known = held()
            if response.headers.get("content-encoding", "identity").lower() != "identity":
                raise Unanswered(f"{named(asked)} sends the file packed, unasked", hint="Download it in a browser.")
            if kind_of(response) == "text/html":
                hint = "It may ask for a login; download it in a browser and `castello add` it."
                raise Unanswered(f"{named(asked)} answered with a page, not the file", hint=hint)
            if response.status_code == 206:
                begins = response.headers.get("content-range", "").lower().startswith(f"bytes {size}-")
                if not size or not begins or response.headers.get("etag", known) not in (known, ""):
                    mark.unlink(missing_ok=True)
                    raise Again("went on with something else than was asked for")
            elif response.status_code == 416:
                mark.unlink(missing_ok=True)
                raise Again("has changed meanwhile")
            else:
                size = 0
                mark.write_text(json.dumps({"url": digest(url), "mark": mark_of(response)}), encoding="utf-8")
            self._check_size(response, asked, most=self.manners.file_bytes - size)
            with part.open("ab" if size else "wb") as file:
                for chunk in self._chunks(response, asked, raw=True, most=self.manners.file_bytes - size):
                    file.write(chunk)
            return part

        return self._insist(asked, take=take, headers=headers, elsewhere=True, gained=lambda: held()[0])

    # ------------------------------------------------------------------------------------------------- one question

    def _insist(
        self,
        asked: httpx.URL,
        *,
        take: Callable[[httpx.Response], T],
        headers: Callable[[], Mapping[str, str]],
        content: bytes | None = None,
        elsewhere: bool = False,
        hidden: Sequence[str] = (),
        gained: Callable[[], int] = lambda: 0,
    ) -> T:
        """Ask until there is an answer, as often in a row as manners allow."""
        last = Again("was not asked")
        failures, before = 0, gained()
        for _ in range(_MOST_TRIES):
            try:
                return self._ask(
                    asked, take=take, headers=headers(), content=content, elsewhere=elsewhere, hidden=hidden
                )
            except Again as again:
                last = again
            failures, before = (1 if gained() > before else failures + 1), gained()
            if failures >= self.manners.attempts:
                break
            wait = last.wait
            if wait is None:
                wait = self.manners.backoff_s * 2 ** (failures - 1) * (0.5 + self._rng.random())
            elif wait > self.manners.longest_wait_s:
                hint = "Ask again then; what came is kept."
                raise Unanswered(f"{named(asked)} asks to wait {math.ceil(wait):,} s", hint=hint)
            self._sleep(wait)
        if last.offline:
            hint = "Is there a network? Nothing else is needed of it but this host."
            raise Unanswered(f"{named(asked)} {last.what}", hint=hint, offline=True)
        hint = "Ask again later; what came is kept."
        raise Unanswered(f"{named(asked)} {last.what}, {failures} times in a row", hint=hint)

    def _ask(
        self,
        asked: httpx.URL,
        *,
        take: Callable[[httpx.Response], T],
        headers: Mapping[str, str],
        content: bytes | None,
        elsewhere: bool,
        hidden: Sequence[str],
    ) -> T:
        """Ask once, and go where the server points if that is allowed."""
        at = asked
        for _ in range(self.manners.hops + 1):
            with self._open(at, headers=headers, content=content) as response:
                if response.status_code in (301, 302, 303, 307, 308) and "location" in response.headers:
                    at = self._pointed(at, response.headers["location"], elsewhere=elsewhere and content is None)
                    continue
                self._check_status(response, at, hidden=hidden)
                return take(response)
        raise Unanswered(f"{named(asked)} sends from one address to the next", hint="Check the address.")

    def _pointed(self, at: httpx.URL, location: str, *, elsewhere: bool) -> httpx.URL:
        hint = "If you trust it, give that address yourself."
        to = at.join(location)
        if to.scheme != at.scheme:
            raise Unanswered(f"{named(at)} points from {at.scheme} to {to.scheme[:12] or 'nothing'}", hint=hint)
        if to.userinfo:
            raise Unanswered(f"{named(at)} points to an address with a password in it", hint=hint)
        if not elsewhere and (to.host, to.port) != (at.host, at.port):
            raise Unanswered(f"{named(at)} points to another host, {to.host[:80]}: it was not told", hint=hint)
        return to

    @contextmanager
    def _open(self, at: httpx.URL, *, headers: Mapping[str, str], content: bytes | None) -> Iterator[httpx.Response]:
        """The response of one of a host's addresses; what goes wrong while it is read may pass."""
        found = self._addresses(at)
        self._wait_turn(at.host)
        method = "GET" if content is None else "POST"
        for n, address in enumerate(found):
            request = self._http.build_request(
                method,
                at.copy_with(host=address),
                headers=dict(headers) | {"Host": at.netloc.decode("ascii")},
                content=content,
                # certificates are checked for the name that was asked
                extensions={"sni_hostname": at.raw_host.decode("ascii")},
            )
            try:
                response = self._http.send(request, stream=True)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                if is_untrusted(error):
                    hint = "Check this machine's date; if it is right, somebody may stand between you and the server."
                    raise Unanswered(f"{named(at)} cannot prove who it is", hint=hint) from error
                if n + 1 < len(found):
                    continue
                raise Again("cannot be reached", offline=True) from error
            except httpx.TransportError as error:
                raise broken_off(error) from error
            try:
                yield response
            except httpx.TransportError as error:
                raise broken_off(error) from error
            except httpx.DecodingError as error:
                raise Again("answers with what cannot be unpacked") from error
            finally:
                response.close()
            return

    def _addresses(self, at: httpx.URL) -> Sequence[str]:
        port = at.port or (443 if at.scheme == "https" else 80)
        try:
            found: Sequence[str] = (str(ipaddress.ip_address(at.host)),)
        except ValueError:
            try:
                found = self._resolve(at.raw_host.decode("ascii"), port)
            except OSError as error:
                raise Again("cannot be found", offline=True) from error
        if not found:
            raise Again("cannot be found", offline=True)
        if not self._private and not all(map(is_public, found)):
            hint = "Say that it may be asked, if you know it: --private."
            raise Unanswered(f"{named(at)} lies on this machine or in a private network", hint=hint)
        return found

    def _wait_turn(self, host: str) -> None:
        wait = self._asked.get(host, -math.inf) + self.manners.between_s - self._clock()
        if wait > 0:
            self._sleep(wait)
        self._asked[host] = self._clock()

    def _check_status(self, response: httpx.Response, at: httpx.URL, *, hidden: Sequence[str]) -> None:
        status = response.status_code
        if status in (200, 206, 416):
            return
        if status in _AGAIN:
            raise Again(f"answers {status}", wait=retry_after(response))
        said = said_by(response, hidden)
        hint = "Check what was asked; the answer will not change by itself."
        raise Unanswered(f"{named(at)} answers {status}{f': {said}' if said else ''}", hint=hint)

    def _body(self, response: httpx.Response, at: httpx.URL) -> bytes:
        self._check_size(response, at, most=self.manners.page_bytes)
        return b"".join(self._chunks(response, at, raw=False, most=self.manners.page_bytes))

    def _check_size(self, response: httpx.Response, at: httpx.URL, *, most: int) -> None:
        declared = response.headers.get("content-length", "")
        if declared.isdecimal() and len(declared) < 20 and int(declared) > most:
            raise too_large(at, most)

    def _chunks(self, response: httpx.Response, at: httpx.URL, *, raw: bool, most: int) -> Iterator[bytes]:
        """The body piece by piece, as long as it is neither too large nor too slow."""
        begun, size = self._clock(), 0
        for chunk in response.iter_raw() if raw else response.iter_bytes():
            size += len(chunk)
            if size > most:
                raise too_large(at, most)
            yield chunk
            if self._clock() - begun > self.manners.answer_s:
                raise Again(f"takes longer than {self.manners.answer_s:,.0f} s")


def _name() -> str:
    """What a server is told of who asks."""
    try:
        return f"Castello/{version('castello')}"
    except PackageNotFoundError:  # run from its sources
        return "Castello"


@cache
def _certificates() -> ssl.SSLContext:
    """Whom to trust, read once."""
    return httpx.create_ssl_context(trust_env=False)
