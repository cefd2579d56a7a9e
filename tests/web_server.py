"""A real HTTP server on loopback that answers as it is told, and a client whose waiting takes no time."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from castello.sources.web import Client, Manners


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One answer; ``length`` is what its head says, ``cut`` how much of the body really comes, ``stuck`` waits until the server is done."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    kind: str | None = "application/json"
    length: int | None = None
    cut: int | None = None
    stuck: bool = False


Answer = Reply | Callable[[Asked], Reply]


def json_reply(value: object, *, status: int = 200, **headers: str) -> Reply:
    return Reply(
        status=status, body=json.dumps(value).encode(), headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


class Server:
    """Answers for each path one after the other; the last of a path is given again and again."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: dict[str, list[Answer]] = {}
        self.done = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server._answer(self)

            do_POST = do_GET  # noqa: N815  # the base class calls it so

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.port = int(self._http.server_address[1])

    @property
    def url(self) -> str:
        return self.at("127.0.0.1")

    def at(self, host: str) -> str:
        return f"http://{host}:{self.port}"

    def say(self, path: str, *answers: Answer) -> None:
        self.answers[path] = list(answers)

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        asked = Asked(
            method=handler.command,
            path=parts.path,
            query=parse_qs(parts.query),
            headers={name.lower(): value for name, value in handler.headers.items()},
            body=handler.rfile.read(int(handler.headers.get("content-length", 0))),
        )
        self.asked.append(asked)
        waiting = self.answers.get(parts.path, [Reply(status=404, body=b"{}")])
        answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        reply = answer(asked) if callable(answer) else answer
        if reply.stuck:
            self.done.wait(30)
        handler.close_connection = True
        handler.send_response_only(reply.status)
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        if reply.kind is not None:
            handler.send_header("Content-Type", reply.kind)
        handler.send_header("Content-Length", str(len(reply.body) if reply.length is None else reply.length))
        handler.end_headers()
        with suppress(OSError):  # the client has had enough
            handler.wfile.write(reply.body[: reply.cut])

    def __enter__(self) -> Self:
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()
        self._http.shutdown()
        self._http.server_close()


@contextmanager
def serving() -> Iterator[Server]:
    with Server() as server:
        yield server


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def __call__(self) -> float:
        return self.now


def to(*addresses: str) -> Callable[[str, int], tuple[str, ...]]:
    """Every name has these addresses."""
    return lambda *_: addresses


def client(
    clock: Clock | None = None,
    *,
    private: bool = True,
    resolve: Callable[[str, int], tuple[str, ...]] | None = None,
    **manners: Any,
) -> Client:
    clock = clock or Clock()
    return Client(
        rng=random.Random(1),
        sleep=clock.sleep,
        clock=clock,
        resolve=resolve or to("127.0.0.1"),
        private=private,
        manners=Manners(**({"between_s": 0.0} | manners)),
    )
