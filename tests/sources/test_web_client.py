"""The client keeps its manners: it waits, tries again, goes on where it broke off, and goes nowhere it was not sent."""

import gzip
import hashlib
import socket
import ssl

import httpx
import pytest

import castello
from castello.sources.web import Unanswered, _client
from castello.sources.web._answers import is_public
from tests.web_server import Asked, Clock, Reply, client, json_reply, serving, to

FILE = bytes(range(256)) * 64


@pytest.fixture
def server():
    with serving() as server:
        yield server


def failed(act, *arguments, **options) -> Unanswered:
    with pytest.raises(Unanswered) as caught:
        act(*arguments, **options)
    return caught.value


# ---------------------------------------------------------------------------------------------------------- manners


def test_it_says_what_it_is_and_nothing_else(server):
    server.say("/a", json_reply({"ok": 1}, Set_Cookie="session=1; Path=/"), json_reply({"ok": 2}))
    asks = client()

    assert asks.json(f"{server.url}/a", parameters={"q": "flour & bread"}) == {"ok": 1}
    assert asks.json(f"{server.url}/a") == {"ok": 2}

    first, second = server.asked
    assert first.query == {"q": ["flour & bread"]}
    assert first.headers["user-agent"] == f"Castello/{castello.__version__}"
    assert set(first.headers) == {"host", "user-agent", "accept", "accept-encoding", "connection"}
    assert "cookie" not in second.headers


def test_passwords_and_proxies_of_the_environment_are_not_used(server, monkeypatch, tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    server.say("/a", json_reply({}))

    client().json(f"{server.url}/a")

    assert "authorization" not in server.asked[0].headers


def test_too_many_questions_wait_as_long_as_the_server_says(server):
    clock = Clock()
    server.say("/a", Reply(status=429, headers={"Retry-After": "17"}), json_reply([1]))

    assert client(clock).json(f"{server.url}/a") == [1]
    assert clock.slept == [17.0]


def test_a_date_to_wait_for_counts_by_the_clock_of_the_server(server):
    clock = Clock()
    days = {"Retry-After": "Wed, 20 Jul 2016 10:00:30 GMT", "Date": "Wed, 20 Jul 2016 10:00:00 GMT"}
    server.say("/a", Reply(status=503, headers=days), json_reply([1]))

    client(clock).json(f"{server.url}/a")

    assert clock.slept == [30.0]


def test_a_wait_that_is_too_long_is_told_instead(server):
    clock = Clock()
    server.say("/a", Reply(status=429, headers={"Retry-After": "86400"}))

    error = failed(client(clock).json, f"{server.url}/a")

    assert "asks to wait 86,400 s" in error.what
    assert clock.slept == []


def test_waits_between_tries_grow_and_are_spread(server):
    clock = Clock()
    server.say("/a", Reply(status=500), Reply(status=502), Reply(status=504), json_reply("at last"))

    assert client(clock).json(f"{server.url}/a") == "at last"

    assert len(clock.slept) == 3
    for n, slept in enumerate(clock.slept):
        assert 2**n * 0.5 <= slept < 2**n * 1.5
    assert len({slept / 2**n for n, slept in enumerate(clock.slept)}) == 3


def test_it_gives_up_in_the_end(server):
    server.say("/a", Reply(status=500))

    error = failed(client(attempts=3).json, f"{server.url}/a")

    assert len(server.asked) == 3
    assert (error.what, error.offline) == ("127.0.0.1 answers 500, 3 times in a row", False)


def test_what_is_refused_is_not_asked_again(server):
    server.say("/a", json_reply({"error": {"message": "appname 'me-1x' is not approved\x1b[31m"}}, status=403))

    error = failed(client().json, f"{server.url}/a", parameters={"appname": "me-1x"}, hidden=("me-1x",))

    assert len(server.asked) == 1
    assert error.what == "127.0.0.1 answers 403: appname '...' is not approved [31m"


def test_one_host_is_asked_once_a_second(server):
    clock = Clock()
    server.say("/a", json_reply(1))
    asks = client(clock, between_s=1.0)

    for host in ("one.example", "one.example", "two.example", "one.example"):
        asks.json(f"{server.at(host)}/a")

    assert clock.slept == [1.0, 1.0]
    assert [asked.headers["host"].split(":")[0] for asked in server.asked].count("one.example") == 3


# --------------------------------------------------------------------------------------------------- broken answers


def test_slow_servers_are_not_waited_for(server):
    server.say("/a", Reply(stuck=True), json_reply("now"))

    assert client(read_s=0.2).json(f"{server.url}/a") == "now"


def test_a_cut_answer_is_asked_again(server):
    server.say("/a", Reply(body=b'{"data": [1, 2', length=4000), json_reply({"data": []}))

    assert client().json(f"{server.url}/a") == {"data": []}
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    "body", [b'{"data": [1, 2', b"", b"\xff\xfe{}", b"[" * 100_000, b'{"a": ' + b"1" * 5000 + b"}"]
)
def test_broken_json_is_told(server, body):
    server.say("/a", Reply(body=body))

    assert "broken JSON" in failed(client().json, f"{server.url}/a").what


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/octet-stream", None])
def test_a_page_in_place_of_json_is_told(server, kind):
    server.say("/a", Reply(body=b"<html>Log in</html>", kind=kind))

    error = failed(client().json, f"{server.url}/a")

    assert "not JSON" in error.what
    assert "login" in error.hint


def test_too_large_a_page_is_not_read(server):
    server.say("/declared", Reply(body=b"1" * 10, length=10**9))
    server.say("/real", Reply(body=b"[" + b" " * 5000 + b"]"))
    server.say("/bomb", Reply(body=gzip.compress(b" " * 10**7), headers={"Content-Encoding": "gzip"}))

    for path in ("/declared", "/real", "/bomb"):
        assert "sends more than 4,000 bytes" in failed(client(page_bytes=4000).json, f"{server.url}{path}").what
    assert len(server.asked) == 3


def test_a_network_that_is_down_is_said_so():
    def nobody(host, port):
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    clock = Clock()
    names = failed(client(clock, resolve=nobody).json, "https://api.example/v2")
    closed = failed(client().json, f"http://127.0.0.1:{port}/")

    assert (names.what, names.offline) == ("api.example cannot be found", True)
    assert (closed.what, closed.offline) == ("127.0.0.1 cannot be reached", True)
    assert len(clock.slept) == 3


def test_the_next_address_of_a_name_is_tried(server):
    server.say("/a", json_reply("here"))
    asks = client(resolve=to("127.0.0.2", "127.0.0.1"))

    # on some systems all of 127/8 is this machine, and the server listens on one address of it only
    assert asks.json(f"{server.at('two.example')}/a") == "here"


def test_a_server_that_cannot_prove_who_it_is_is_not_asked_again(monkeypatch):
    asks = client()

    def refuse(request, **_):
        try:
            raise ssl.SSLCertVerificationError("self-signed")
        except ssl.SSLCertVerificationError as cause:
            raise httpx.ConnectError("failed") from cause

    monkeypatch.setattr(asks._http, "send", refuse)

    error = failed(asks.json, "https://api.example/")

    assert error.what == "api.example cannot prove who it is"
    assert not error.offline


# ------------------------------------------------------------------------------------------------- where it may go


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1",
                "fe80::1", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"],
)  # fmt: skip
def test_addresses_that_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "64:ff9b::808:808"])
def test_addresses_that_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "inside.example", "localhost", "[::1]"])
def test_private_addresses_are_not_asked_unless_told(server, host):
    server.say("/a", json_reply(1))
    one_inside = to("93.184.216.34", "127.0.0.1")

    error = failed(client(private=False, resolve=one_inside).json, f"{server.at(host)}/a")

    assert "private network" in error.what
    assert server.asked == []


def test_an_api_is_not_followed_to_another_host(server):
    server.say("/a", Reply(status=302, headers={"Location": f"{server.at('other.example')}/a"}))

    error = failed(client().json, f"{server.at('api.example')}/a", parameters={"q": "aleppo"})

    assert "points to another host, other.example" in error.what
    assert len(server.asked) == 1


def test_a_post_is_not_followed_to_another_host_either(server):
    server.say("/a", Reply(status=307, headers={"Location": f"{server.at('other.example')}/a"}))

    assert "another host" in failed(client().json, f"{server.at('api.example')}/a", body={"query": 1}).what
    assert len(server.asked) == 1


def test_a_file_may_lie_elsewhere(server, tmp_path):
    server.say("/file", Reply(status=302, headers={"Location": f"{server.at('store.example')}/there"}))
    server.say("/there", Reply(body=FILE, kind="text/csv"))

    client().download(f"{server.at('hdx.example')}/file", tmp_path / "part")

    assert (tmp_path / "part").read_bytes() == FILE
    assert server.asked[1].headers["host"].startswith("store.example")


@pytest.mark.parametrize(
    ("location", "says"),
    [
        ("https://127.0.0.1/a", "from http to https"),
        ("file:///etc/passwd", "from http to file"),
        ("http://me:secret@store.example/a", "with a password"),
    ],
)
def test_it_is_not_sent_just_anywhere(server, tmp_path, location, says):
    server.say("/a", Reply(status=301, headers={"Location": location}))

    error = failed(client().download, f"{server.url}/a", tmp_path / "part")

    assert says in error.what
    assert "secret" not in str(error)


def test_it_is_not_sent_inside_from_outside(server, tmp_path, monkeypatch):
    """The server of the test plays a public one: only the second address is taken for one inside."""
    server.say("/a", Reply(status=302, headers={"Location": f"{server.at('inside.example')}/secret"}))
    server.say("/secret", Reply(body=FILE, kind="text/csv"))
    monkeypatch.setattr(_client, "is_public", lambda address: address == "127.0.0.1")
    asks = client(private=False, resolve=lambda host, _: ("127.0.0.2" if "inside" in host else "127.0.0.1",))

    error = failed(asks.download, f"{server.at('outside.example')}/a", tmp_path / "part")

    assert error.what == "inside.example lies on this machine or in a private network"
    assert server.paths() == ["/a"]


def test_circles_end(server, tmp_path):
    server.say("/a", Reply(status=302, headers={"Location": "/a"}))

    assert "from one address to the next" in failed(client().download, f"{server.url}/a", tmp_path / "part").what
    assert len(server.asked) == 6


@pytest.mark.parametrize(
    "url", ["ftp://example.org/a", "example.org", "http://", "http://[", "https://me:secret@a.example/"]
)
def test_what_is_no_address_is_refused(url):
    error = failed(client().json, url)

    assert "secret" not in str(error)


def test_no_message_has_the_query(server):
    server.say("/a/key-1", Reply(status=418))

    error = failed(client().json, f"{server.url}/a/key-1?token=hush", parameters={"q": "east"})

    assert "hush" not in str(error)
    assert "key-1" not in str(error)
    assert "east" not in str(error)


# -------------------------------------------------------------------------------------------------------- downloads


def ranged(asked: Asked) -> Reply:
    """The file, or the rest of it where the mark still fits."""
    head = {"ETag": '"one"', "Accept-Ranges": "bytes"}
    if asked.headers.get("if-range") == '"one"':
        begin = int(asked.headers["range"].removeprefix("bytes=").removesuffix("-"))
        more = head | {"Content-Range": f"bytes {begin}-{len(FILE) - 1}/{len(FILE)}"}
        return Reply(status=206, headers=more, body=FILE[begin:], kind="text/csv")
    return Reply(headers=head, body=FILE, kind="text/csv")


def cut(size: int, **headers: str) -> Reply:
    return Reply(body=FILE, cut=size, headers=headers, kind="text/csv")


def test_a_cut_file_goes_on_where_it_broke_off(server, tmp_path):
    server.say("/file", cut(5000, ETag='"one"'), ranged)
    part = tmp_path / "part"

    client().download(f"{server.url}/file", part)

    assert hashlib.sha256(part.read_bytes()).digest() == hashlib.sha256(FILE).digest()
    assert server.asked[1].headers["range"] == "bytes=5000-"
    assert server.asked[0].headers["accept-encoding"] == "identity"


def test_another_run_goes_on_where_the_last_gave_up(server, tmp_path):
    server.say("/file", cut(5000, ETag='"one"'), Reply(status=500))
    part = tmp_path / "part"

    failed(client().download, f"{server.url}/file", part)
    assert part.stat().st_size == 5000

    server.say("/file", ranged)
    client().download(f"{server.url}/file", part)

    assert part.read_bytes() == FILE
    assert server.asked[-1].headers["range"] == "bytes=5000-"


def test_a_file_that_has_changed_meanwhile_is_begun_anew(server, tmp_path):
    newer = FILE[::-1]
    server.say("/file", cut(5000, ETag='"one"'), Reply(body=newer, headers={"ETag": '"two"'}, kind="text/csv"))
    part = tmp_path / "part"

    client().download(f"{server.url}/file", part)

    assert part.read_bytes() == newer


@pytest.mark.parametrize(
    "wrong",
    [
        Reply(
            status=206, headers={"Content-Range": "bytes 4-9/16384", "ETag": '"one"'}, body=b"x" * 6, kind="text/csv"
        ),
        Reply(
            status=206,
            headers={"Content-Range": "bytes 5000-5005/16384", "ETag": '"two"'},
            body=b"x" * 6,
            kind="text/csv",
        ),
        Reply(status=416, kind="text/csv"),
    ],
)
def test_a_rest_that_does_not_fit_is_not_appended(server, tmp_path, wrong):
    server.say("/file", cut(5000, ETag='"one"'), wrong, Reply(body=FILE, headers={"ETag": '"one"'}, kind="text/csv"))
    part = tmp_path / "part"

    client().download(f"{server.url}/file", part)

    assert part.read_bytes() == FILE
    assert "range" not in server.asked[2].headers


@pytest.mark.parametrize("headers", [{}, {"ETag": 'W/"weak"'}])
def test_without_a_mark_a_file_is_begun_anew(server, tmp_path, headers):
    server.say("/file", cut(5000, **headers), Reply(body=FILE, kind="text/csv"))
    part = tmp_path / "part"

    client().download(f"{server.url}/file", part)

    assert part.read_bytes() == FILE
    assert "range" not in server.asked[1].headers


def test_the_part_of_another_file_is_not_gone_on_with(server, tmp_path):
    server.say("/old", cut(5000, ETag='"one"'), Reply(status=404))
    server.say("/new", ranged)
    part = tmp_path / "part"

    failed(client().download, f"{server.url}/old", part)
    client().download(f"{server.url}/new", part)

    assert part.read_bytes() == FILE
    assert "range" not in server.asked[-1].headers


def test_a_bad_line_is_borne_as_long_as_something_comes(server, tmp_path):
    """A hundred tries are allowed where each brings a piece, and four where none does."""

    def a_piece(asked: Asked) -> Reply:
        whole = ranged(asked)
        return Reply(status=whole.status, headers=whole.headers, body=whole.body, cut=1000, kind="text/csv")

    server.say("/file", a_piece)
    part = tmp_path / "part"

    client().download(f"{server.url}/file", part)

    assert part.read_bytes() == FILE
    assert len(server.asked) == 17


def test_a_huge_file_is_not_taken(server, tmp_path):
    server.say("/declared", Reply(length=10**13, kind="text/csv"))
    server.say("/real", Reply(body=FILE, kind="text/csv"))

    for path in ("/declared", "/real"):
        error = failed(client(file_bytes=10_000).download, f"{server.url}{path}", tmp_path / "part")
        assert "sends more than 10,000 bytes" in error.what


def test_a_login_page_is_no_file(server, tmp_path):
    server.say("/file", Reply(body=b"<html>", kind="text/html"))

    assert "a page, not the file" in failed(client().download, f"{server.url}/file", tmp_path / "part").what
    assert not (tmp_path / "part").exists()


def test_a_file_that_drips_is_given_up(server, tmp_path):
    ticks = iter(range(0, 10**6, 10))
    asks = client(answer_s=5, attempts=2)
    asks._clock = lambda: float(next(ticks))
    server.say("/file", Reply(body=FILE, kind="text/csv"))

    assert "takes longer than 5 s" in failed(asks.download, f"{server.url}/file", tmp_path / "part").what
