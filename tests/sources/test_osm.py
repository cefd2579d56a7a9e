"""Maps of OpenStreetMap become networks; what is not a map, or half of one, is an issue and never a traceback."""

import bz2
import random
import sys
import zlib
from datetime import date
from pathlib import Path

import numpy as np
import osmium
import pytest
from osmium.osm.mutable import Node, Way

import castello.sources.osm as room
from castello.errors import WrongUse
from castello.places import ROAD_CLASSES
from castello.sources.osm import _apart, read_osm, reader

SAMPLE = Path(room.__file__).with_name("sample.osm")
NODES = {number: (36 + number / 100, 37 + number / 50) for number in range(1, 10)}


def node(number, **tags):
    lat, lon = NODES[number]
    said = "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
    return f'<node id="{number}" lat="{lat:.7f}" lon="{lon:.7f}">{said}</node>'


def way(id, *refs, highway="residential", **tags):
    said = "".join(f'<tag k="{key}" v="{value}"/>' for key, value in ({"highway": highway} | tags).items() if value)
    return f'<way id="{id}">{"".join(f"""<nd ref="{ref}"/>""" for ref in refs)}{said}</way>'


def xml(folder, *items, nodes=NODES):
    path = folder / "map.osm"
    body = "".join([*(node(number) for number in nodes), *items])
    path.write_text(f'<osm version="0.6">{body}</osm>', encoding="utf-8")
    return path


def pbf(folder, ways, *, name="map.osm.pbf", header=None):
    path = folder / name
    with osmium.SimpleWriter(str(path), header=header or osmium.io.Header()) as writer:
        for number, (lat, lon) in NODES.items():
            writer.add_node(Node(id=number, location=(lon, lat)))
        for id, (refs, tags) in ways.items():
            writer.add_way(Way(id=id, nodes=refs, tags=tags))
    return path


def here(path):
    """As ``read_osm``, without the other process: for maps that are known not to break the library."""

    def in_this_process(path, folder):
        _apart.main(path, folder)
        return 0

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "_read_apart", in_this_process)
        return read_osm(path)


def pieces(network):
    nodes = network.node_ids.to_pylist()
    return {
        id: f"{nodes[start][5:]}-{nodes[end][5:]}"
        for id, start, end in zip(network.edge_ids.to_pylist(), network.start, network.end, strict=True)
    }


def one(issues):
    assert len(issues) == 1, issues
    return issues[0]


def refused(path, read=read_osm):
    """The one issue of a file of which nothing is taken in."""
    network, issues = read(path)
    assert len(network) == len(network.node_ids) == 0
    assert network.sources == ()
    assert one(issues).severity == "error"
    assert issues[0].file == path.name
    return issues[0]


def test_the_sample_is_read_whole():
    network, issues = read_osm(SAMPLE)

    assert issues == ()
    assert pieces(network) == {"way/10/0": "1-3", "way/11/0": "1-3", "way/12/0": "6-5", "way/12/1": "5-3"}
    assert network.names.to_pylist() == ["Harbour Road", "Old Track", None, None]
    assert network.refs.to_pylist() == ["S1", None, None, None]
    assert [ROAD_CLASSES[code] for code in network.cls] == ["road", "track", "road", "road"]
    assert network.oneway.tolist() == [False, False, True, True]
    assert network.lat[0], network.lon[0] == (10.0, 20.0)
    assert network.sources[0].file == "sample.osm"


def test_all_three_formats_give_the_same_network(tmp_path):
    ways = {
        5: ([1, 2, 3], {"highway": "primary", "name": "شارع النيل", "ref": "M5"}),
        6: ([2, 4], {"highway": "track"}),
    }
    packed = pbf(tmp_path, ways)
    plain = pbf(tmp_path, ways, name="map.osm")
    zipped = tmp_path / "map.osm.bz2"
    zipped.write_bytes(bz2.compress(plain.read_bytes()))
    first, *others = (here(path)[0] for path in (packed, plain, zipped))

    assert pieces(first) == {"way/5/0": "1-2", "way/5/1": "2-3", "way/6/0": "2-4"}
    assert first.names.to_pylist() == ["شارع النيل", "شارع النيل", None]
    for other in others:
        assert other.node_ids == first.node_ids
        assert other.edge_ids == first.edge_ids
        np.testing.assert_array_equal(other.length_km, first.length_km)


def test_the_day_of_the_map_is_kept(tmp_path):
    header = osmium.io.Header()
    header.set("osmosis_replication_timestamp", "2016-07-01T20:59:00Z")
    network, _ = here(pbf(tmp_path, {1: ([1, 2], {"highway": "road"})}, header=header))
    assert network.sources[0].map_date == date(2016, 7, 1)


@pytest.mark.parametrize(
    ("tags", "cls"),
    [
        ({"highway": "motorway_link"}, "road"),
        ({"highway": "service"}, "road"),
        ({"highway": "track"}, "track"),
        ({"highway": "track", "tracktype": "grade1"}, "road"),
        ({"highway": "track", "tracktype": "grade2"}, "track"),
        ({"highway": "footway"}, None),
        ({"highway": "construction"}, None),
        ({"highway": None, "route": "ferry"}, None),
        ({"highway": "residential", "access": "no"}, "road"),
    ],
)
def test_what_counts_as_road_and_as_track(tmp_path, tags, cls):
    network, issues = here(xml(tmp_path, way(1, 1, 2, **tags)))

    assert [ROAD_CLASSES[code] for code in network.cls] == ([cls] if cls else [])
    assert [issue.code for issue in issues] == ([] if cls else ["empty"])


@pytest.mark.parametrize(
    ("tags", "oneway", "ends"),
    [
        ({}, False, "1-2"),
        ({"oneway": "yes"}, True, "1-2"),
        ({"oneway": "-1"}, True, "2-1"),
        ({"oneway": "no", "highway": "motorway"}, False, "1-2"),
        ({"highway": "motorway"}, True, "1-2"),
        ({"highway": "motorway", "oneway": "-1"}, True, "2-1"),
        ({"junction": "roundabout"}, True, "1-2"),
        ({"oneway": "sometimes"}, False, "1-2"),
    ],
)
def test_direction(tmp_path, tags, oneway, ends):
    network, _ = here(xml(tmp_path, way(1, 1, 2, **tags)))

    assert network.oneway.tolist() == [oneway]
    assert list(pieces(network).values()) == [ends]


def test_parallel_roads_loops_and_islands_are_kept(tmp_path):
    ways = [way(1, 1, 2), way(2, 1, 3, 2), way(3, 2, 4, 5, 2), way(4, 7, 8)]
    network, issues = here(xml(tmp_path, *ways))

    assert pieces(network) == {"way/1/0": "1-2", "way/2/0": "1-2", "way/3/0": "2-2", "way/4/0": "7-8"}
    assert one(issues).code == "islands"
    assert "2 parts" in issues[0].what


def test_barriers_and_checkpoints_are_nodes_and_other_points_are_not(tmp_path):
    said = [node(1), node(2, barrier="gate"), node(3, military="checkpoint"), node(4, highway="stop"), node(5)]
    path = tmp_path / "map.osm"
    path.write_text(f'<osm version="0.6">{"".join(said)}{way(1, 1, 2, 3, 4, 5)}</osm>', encoding="utf-8")

    assert pieces(here(path)[0]) == {"way/1/0": "1-2", "way/1/1": "2-3", "way/1/2": "3-5"}


def test_edges_to_nowhere_are_cut_where_the_map_ends(tmp_path):
    ways = [way(1, 77, 1, 2, 78, 3, 4), way(2, 78, 79), way(3, 1, 4), way(4, 5, 79)]
    network, issues = here(xml(tmp_path, *ways))

    assert pieces(network) == {"way/1/0": "1-2", "way/1.2/0": "3-4", "way/3/0": "1-4"}
    assert one(issues).code == "unknown_node"
    assert "3 ways" in issues[0].what
    assert "way/1, way/2, way/4" in issues[0].what


def test_coordinates_that_are_not_on_earth_are_nodes_that_are_not_there(tmp_path):
    path = tmp_path / "map.osm"
    ways = f"{way(1, 1, 2, 9)}{way(2, 2, 9, 1)}"
    far = '<node id="9" lat="99" lon="37"/>'
    path.write_text(f'<osm version="0.6">{node(1)}{node(2)}{far}{ways}</osm>', encoding="utf-8")
    network, issues = here(path)

    assert pieces(network) == {"way/1/0": "1-2"}
    assert one(issues).code == "unknown_node"


def test_ways_twice_and_ways_without_length_are_left_out(tmp_path):
    network, issues = here(xml(tmp_path, way(1, 1, 2), way(1, 2, 3), way(2, 4), way(3, 5, 5)))

    assert pieces(network) == {"way/1/0": "1-2"}
    assert [(issue.code, issue.severity) for issue in issues] == [("duplicate_id", "error"), ("no_length", "error")]
    assert "2 ways" in issues[1].what


def test_many_defects_are_counted_and_three_are_named(tmp_path):
    _, issues = here(xml(tmp_path, *(way(id, 1, 99) for id in range(1, 20)), way(50, 1, 2)))
    assert one(issues).what.startswith("19 ways ")
    assert "(way/1, way/2, way/3, ...)" in issues[0].what


def test_ways_before_their_nodes_say_so(tmp_path):
    path = tmp_path / "map.osm"
    path.write_text(f'<osm version="0.6">{way(1, 1, 2)}{node(1)}{node(2)}</osm>', encoding="utf-8")
    network, issues = here(path)

    assert len(network) == 0
    assert [issue.code for issue in issues] == ["empty", "unknown_node"]


def test_nodes_that_an_editor_has_not_uploaded_say_so(tmp_path):
    path = tmp_path / "map.osm"
    new = '<node id="-1" lat="36" lon="37"/><node id="-2" lat="36" lon="38"/>'
    path.write_text(f'<osm version="0.6">{new}{way(-3, -1, -2)}</osm>', encoding="utf-8")
    assert [issue.code for issue in here(path)[1]] == ["empty", "unknown_node"]


def test_a_name_that_is_no_text_is_left_out_and_the_road_kept(tmp_path):
    path = tmp_path / "map.osm.pbf"
    file = osmium.io.File(str(path), "pbf,pbf_compression=none")
    with osmium.SimpleWriter(file) as writer:
        for number, (lat, lon) in NODES.items():
            writer.add_node(Node(id=number, location=(lon, lat)))
        writer.add_way(Way(id=1, nodes=[1, 2], tags={"highway": "primary", "name": "ROADNAME", "ref": "M5"}))
    path.write_bytes(path.read_bytes().replace(b"ROADNAME", b"ROAD\xff\xfe\xc3\x28"))
    network, issues = here(path)

    assert network.names.to_pylist() == [None]
    assert network.refs.to_pylist() == ["M5"]
    assert one(issues).code == "encoding"
    assert issues[0].severity == "warning"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.osm", b""),
        ("empty.osm.bz2", b""),
        ("page.osm", b"<html><body>404</body></html>"),
        ("broken.osm", b'<osm version="0.6"><node id="1" lat="1"'),
        ("latin.osm", b'<osm version="0.6"><node id="1" lat="1" lon="2"><tag k="name" v="\xe9\xff"/></node></osm>'),
        ("huge.osm", b'<osm version="0.6"><node id="1" lat="36" lon="100000000000"/></osm>'),
        ("letters.osm", b'<osm version="0.6"><node id="1x" lat="abc" lon="2"/></osm>'),
        ("entities.osm", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><osm version="0.6"><node id="1" lat="1" lon="2">&a;</node></osm>'),
        ("text.osm.pbf", b"hello, this is no map at all" * 20),
        ("zip.osm.pbf", b"PK\x03\x04" + bytes(400)),
        ("zeros.osm.pbf", bytes(1000)),
        ("short.osm.pbf", b"\x00\x00"),
        ("garbage.osm.bz2", b"BZh9 garbage"),
        ("cut.osm.bz2", bz2.compress(b'<osm version="0.6"></osm>' * 1000)[:-20]),
    ],
)  # fmt: skip
def test_what_is_no_map_is_one_issue(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    # what the library finds is found in this process too; what is found before it starts is not the library's affair
    issue = refused(tmp_path / name, here if name.endswith(".osm") else read_osm)

    assert issue.code == "unreadable"
    assert str(tmp_path) not in str(issue)


def test_an_empty_pbf_holds_no_road(tmp_path):
    (tmp_path / "empty.osm.pbf").write_bytes(b"")
    refused(tmp_path / "empty.osm.pbf")


def test_a_truncated_pbf_gives_nothing_rather_than_half_a_map(tmp_path):
    chance = random.Random(5)
    whole = pbf(tmp_path, {id: ([1, 2, 3], {"highway": "road", "name": str(chance.random())}) for id in range(1, 500)})
    data = whole.read_bytes()
    for share in (0.1, 0.5, 0.9, 0.999):
        cut = tmp_path / "cut.osm.pbf"
        cut.write_bytes(data[: int(len(data) * share)])
        assert refused(cut).code == "unreadable"


@pytest.mark.parametrize("rounds", [5, pytest.param(150, marks=pytest.mark.endure)])
def test_damaged_bytes_never_raise(tmp_path, rounds):
    chance = random.Random(rounds)
    path = tmp_path / "map.osm.pbf"
    with osmium.SimpleWriter(osmium.io.File(str(path), "pbf,pbf_compression=none")) as writer:
        for number, (lat, lon) in NODES.items():
            writer.add_node(Node(id=number, location=(lon, lat)))
        for id in range(1, 50):
            writer.add_way(Way(id=id, nodes=[1, 2, 3], tags={"highway": "road", "name": "Castello", "oneway": "-1"}))
    data = path.read_bytes()
    for _ in range(rounds):
        damaged = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        path.write_bytes(damaged)
        network, issues = read_osm(path)
        assert len(network) or issues


def blob(raw_size, data):
    """One block of a .osm.pbf that says it unpacks to some size."""

    def varint(value):
        out = b""
        while value > 127:
            out, value = out + bytes([value & 127 | 128]), value >> 7
        return out + bytes([value])

    body = b"\x10" + varint(raw_size) + b"\x1a" + varint(len(data)) + data
    header = b"\x0a\x07OSMData\x18" + varint(len(body))
    return len(header).to_bytes(4, "big") + header + body


def test_bombs_are_refused_before_they_are_unpacked(tmp_path):
    bomb = tmp_path / "bomb.osm.bz2"
    bomb.write_bytes(bz2.compress(bytes(100 * 2**20)))
    assert refused(bomb).code == "too-large"

    packed = blob(30 * 2**20, zlib.compress(bytes(30 * 2**20), 9))
    many = tmp_path / "bomb.osm.pbf"
    many.write_bytes(packed * 5)
    assert refused(many).code == "too-large"


@pytest.mark.parametrize("word", [b"Castello", b"name", b"highway"])
def test_a_map_that_breaks_the_library_does_not_break_castello(tmp_path, word):
    # texts with a zero byte inside make the library read beyond the end of its memory
    path = tmp_path / "map.osm.pbf"
    with osmium.SimpleWriter(osmium.io.File(str(path), "pbf,pbf_compression=none")) as writer:
        for number, (lat, lon) in NODES.items():
            writer.add_node(Node(id=number, location=(lon, lat)))
        for id in range(1, 20):
            writer.add_way(Way(id=id, nodes=[1, 2], tags={"highway": "road", "name": "Castello"}))
    path.write_bytes(path.read_bytes().replace(word, b"\0" + word[1:]))
    network, issues = read_osm(path)

    assert len(network) or issues[0].code in {"unreadable", "empty"}


def test_what_lies_in_the_working_folder_is_not_imported(tmp_path, monkeypatch):
    (tmp_path / "osmium.py").write_text("raise SystemExit(3)", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert len(read_osm(SAMPLE)[0]) == 4


def test_histories_are_refused(tmp_path):
    path = tmp_path / "history.osh.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        writer.add_node(Node(id=1, location=(37, 36), version=1, visible=True))
    path = path.rename(tmp_path / "history.osm.pbf")
    assert refused(path, here).code == "history"


def test_other_endings_are_refused(tmp_path):
    (tmp_path / "roads.zip").write_bytes(b"PK")
    assert refused(tmp_path / "roads.zip").code == "format"


def test_a_file_that_is_not_there_is_misuse(tmp_path):
    with pytest.raises(WrongUse, match="no file"):
        read_osm(tmp_path / "none.osm.pbf")


def test_what_the_library_says_comes_back_from_its_process(tmp_path):
    (tmp_path / "page.osm").write_bytes(b"<html><body>404</body></html>")
    issue = refused(tmp_path / "page.osm")

    assert issue.code == "unreadable"
    assert "html" in issue.what


def test_without_the_library_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "osmium", None)
    with pytest.raises(WrongUse, match=r"castello\[osm\]"):
        read_osm(SAMPLE)
