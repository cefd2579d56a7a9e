"""News feeds: entries of RSS 2.0 and Atom, and what a feed must not bring."""

from datetime import date

import pytest

from castello.sources.web import Unanswered
from castello.sources.web.rss import parse_feed, read_feed
from tests.web_server import Reply, client, serving

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>News</title><language>ar</language>
<item><title>قطع طريق الكاستيلو</title><link>https://news.example/1</link><guid isPermaLink="false">n-1</guid>
  <pubDate>Sun, 17 Jul 2016 21:30:00 +0300</pubDate><description><![CDATA[<p>The road</p>]]></description></item>
<item><title>Second</title><guid>https://news.example/2</guid><dc:date>2016-07-18</dc:date><dc:language>en</dc:language></item>
<item><title>Twice</title><guid>n-1</guid></item>
<item><description>Nothing to cite</description></item>
<item><link>https://news.example/5</link><pubDate>yesterday</pubDate></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>News</title>
<entry><id>urn:uuid:1</id><title type="html">Road &lt;b&gt;cut&lt;/b&gt;</title><published>2016-07-17T18:30:00Z</published>
  <updated>2016-07-19T18:30:00Z</updated><link rel="self" href="https://news.example/self"/>
  <link href="https://news.example/a1"/><summary>By fire</summary></entry>
<entry><id>urn:uuid:2</id><title>Later</title><updated>2016-07-20T00:00:00Z</updated></entry>
</feed>"""
LAUGHS = "".join(f'<!ENTITY l{n + 1} "{10 * f"&l{n};"}">' for n in range(9))
BOMB = (
    f'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY l0 "ha">{LAUGHS}]>'
    "<rss><channel><item><title>&l9;</title><guid>1</guid></item></channel></rss>"
)
OUTSIDE = '<!DOCTYPE rss SYSTEM "http://127.0.0.1/x.dtd"><rss><channel><item><guid>1</guid></item></channel></rss>'
FILE = (
    '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><item><guid>&x;</guid></item></channel></rss>'
)


def test_rss():
    found = parse_feed(RSS.encode())

    assert [entry.id for entry in found.items] == ["n-1", "https://news.example/2", "https://news.example/5"]
    first, second, last = found.items
    assert (first.title, first.published, first.language) == ("قطع طريق الكاستيلو", date(2016, 7, 17), "ar")
    assert (first.url, first.summary) == ("https://news.example/1", "<p>The road</p>")
    assert (second.url, second.published, second.language) == ("https://news.example/2", date(2016, 7, 18), "en")
    assert (last.title, last.published) == ("https://news.example/5", None)
    assert [(issue.row, issue.code) for issue in found.issues] == [(4, "entry")]


def test_atom():
    found = parse_feed(ATOM.encode("utf-16"))

    first, second = found.items
    assert (first.id, first.title, first.published) == ("urn:uuid:1", "Road <b>cut</b>", date(2016, 7, 17))
    assert (first.url, first.language, first.summary) == ("https://news.example/a1", "en", "By fire")
    assert second.published == date(2016, 7, 20)


@pytest.mark.parametrize("text", [BOMB, OUTSIDE, FILE, BOMB.replace("<?xml", "\ufeff<?xml")])
def test_definitions_are_refused(text):
    with pytest.raises(Unanswered, match="DTD"):
        parse_feed(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "", "no xml", "<rss>", "<html><body/></html>", "<rss/>", "<rss><channel><item>&nbsp;</item></channel></rss>",
        "<a>" * 1000 + "</a>" * 1000, f"<rss><channel>{'<item/>' * 200_001}</channel></rss>",
    ],
)  # fmt: skip
def test_what_is_no_feed_is_refused(text):
    with pytest.raises(Unanswered):
        parse_feed(text.encode())


@pytest.mark.parametrize("day", ["Thu, 99 Foo 2016", "17/07/2016", "Sun, 17 Jul 1816 21:30:00 GMT", "1" * 5000, ""])
def test_days_that_are_none(day):
    feed = f"<rss><channel><item><guid>1</guid><pubDate>{day}</pubDate></item></channel></rss>"

    assert parse_feed(feed.encode()).items[0].published is None


@pytest.mark.parametrize(
    "kind", ["application/rss+xml; charset=utf-8", "text/xml", "application/xml", "text/plain", None]
)
def test_a_feed_is_read_from_its_address(kind):
    with serving() as server:
        server.say("/old", Reply(status=301, headers={"Location": f"{server.at('www.news.example')}/feed"}))
        server.say("/feed", Reply(body=RSS.encode(), kind=kind))

        found = read_feed(client(), f"{server.at('news.example')}/old?token=hush")

    assert len(found.items) == 3
    assert found.cursor is None


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Reply(body=b"<html/>", kind="text/html"), "answered with text/html"),
        (Reply(body=BOMB.encode(), kind="text/xml"), "DTD"),
        (Reply(status=404, kind="text/html"), "answers 404"),
    ],
)
def test_a_feed_that_cannot_be_read_is_an_issue(reply, says):
    with serving() as server:
        server.say("/feed", reply)

        found = read_feed(client(), f"{server.url}/feed?token=hush")

    assert (found.items, found.cursor) == ((), 0)
    assert says in found.issues[0].what
    assert "hush" not in str(found.issues)
