"""
Reading an OpenStreetMap file into a road network, against a bare loop over every object of the same file.

The file is made up: streets on a crooked grid with points between the junctions, parallel roads, loops, islands, barriers,
and some buildings. "FileProcessor" and "SimpleHandler" are the two loops that users of pyosmium write; they do nothing but
count. Times include opening the file, and for ours everything up to the finished network: the process in which maps are
read, and handing the network over. The target is three times the loop.
"""

import json
import random
import resource
import shutil
import sys
import tempfile
from pathlib import Path

from _measure import RUNS, arguments, child, machine, report, row, timed_twice

MOST_RATIO = 3
KINDS = ("residential", "residential", "unclassified", "tertiary", "secondary", "track", "service")
STEP = 0.004


def main() -> None:
    options = arguments(__doc__, nodes={"type": int, "help": "how many nodes on roads (1000000)"})
    if options.child:
        task = json.loads(options.child)
        path = Path(task["path"])
        if task["who"] == "write":
            report(**write(path, nodes=task["nodes"], seed=7))
            return
        work = {"ours": ours, "FileProcessor": loop, "SimpleHandler": handler}[task["who"]]
        seconds, cpu, answer = timed_twice(lambda: work(path))
        # ours reads in a process of its own, whose time and memory count
        apart = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu += (apart.ru_utime + apart.ru_stime) / (RUNS + 1)
        report(seconds=seconds, cpu=cpu, answer=answer, apart_mb=round(apart.ru_maxrss / 1024))
        return
    nodes = options.nodes or (300_000 if options.quick else 1_000_000)
    folder = Path(tempfile.mkdtemp())
    try:
        path = folder / "made-up.osm.pbf"
        expected = child(who="write", path=path, nodes=nodes)
        if not options.json:
            size = path.stat().st_size / 2**20
            print(
                f"{expected['road_nodes']:,} nodes on {expected['roads']:,} roads, {expected['objects']:,} objects, "
                f"{size:.1f} MB; {machine()}; median of 5 after one to warm up",
                flush=True,
            )
        mine = child(who="ours", path=path)
        right = mine["answer"] == [expected["pieces"], expected["junctions"], expected["parts"]]
        for who in ("FileProcessor", "SimpleHandler"):
            other = child(who=who, path=path)
            row(
                as_json=options.json,
                name=f"{expected['road_nodes']:,} road nodes into a network",
                work=nodes,
                ours_s=mine["seconds"],
                rival=who,
                rival_s=other["seconds"],
                same_answer=right and other["answer"] == expected["objects"],
                cpu_s=round(mine["cpu"], 2),
                rival_cpu_s=round(other["cpu"], 2),
                peak_mb=max(mine["peak_mb"], mine["apart_mb"]),
                rival_peak_mb=other["peak_mb"],
                target_s=round(MOST_RATIO * other["seconds"], 2),
            )
    finally:
        shutil.rmtree(folder)


def ours(path):
    from castello.sources.osm import read_osm

    network, issues = read_osm(path)
    wrong = [issue.code for issue in issues if issue.code != "islands"]
    if wrong:
        sys.exit(f"the made-up map has issues: {wrong}")
    return [len(network), len(network.node_ids), int(network.part.max()) + 1]


def loop(path):
    import osmium

    return sum(1 for _ in osmium.FileProcessor(str(path)))


def handler(path):
    import osmium

    class Counting(osmium.SimpleHandler):
        def __init__(self):
            super().__init__()
            self.seen = 0

        def node(self, _):
            self.seen += 1

        way = relation = node

    counting = Counting()
    counting.apply_file(str(path))
    return counting.seen


def write(path, *, nodes, seed):
    """Write the map; what a right reader finds in it."""
    import osmium
    from osmium.osm.mutable import Node, Way

    chance = random.Random(seed)
    stamp = {"version": 1, "timestamp": "2016-07-01T00:00:00Z"}
    header = osmium.io.Header()
    header.set("osmosis_replication_timestamp", "2016-07-01T00:00:00Z")
    writer = osmium.SimpleWriter(str(path), header=header)
    side = int((nodes / 5) ** 0.5) + 1  # one junction and two gaps with two points each
    islands = 3
    made = 0

    def node(lat, lon, **tags):
        nonlocal made
        made += 1
        writer.add_node(Node(id=made, location=(lon, lat), tags=tags, **stamp))
        return made

    def crooked():
        return chance.uniform(-STEP / 4, STEP / 4)

    at = {(r, c): node(33 + r * STEP + crooked(), 36 + c * STEP + crooked()) for r in range(side) for c in range(side)}
    roads, junctions, pieces = [], side * side, 0
    for across in (False, True):
        for line in range(side):
            refs, left = [], chance.randint(2, 6)
            for step in range(side):
                here = at[(step, line) if across else (line, step)]
                refs.append(here)
                left -= 1
                if len(refs) > 1 and (left <= 0 or step == side - 1):
                    roads.append(refs)
                    refs, left = [here], chance.randint(2, 6)
                if step == side - 1:
                    break
                pieces += 1
                between = chance.randint(0, 4)
                for number in range(between):
                    along, aside = step + (number + 1) / (between + 1), line + chance.uniform(-0.1, 0.1)
                    r, c = (along, aside) if across else (aside, along)
                    barrier = made % 5_000 == 0
                    refs.append(node(33 + r * STEP, 36 + c * STEP, **({"barrier": "gate"} if barrier else {})))
                    junctions, pieces = junctions + barrier, pieces + barrier
                if made % 400 == 0 and not across:  # a parallel road, and a loop that comes back to its junction
                    beside = at[line, step + 1]
                    roads.append([here, node(33 + (line + 0.3) * STEP, 36 + (step + 0.5) * STEP), beside])
                    ring = [node(33 + (line + 0.2) * STEP, 36 + (step + d) * STEP) for d in (0.1, 0.2)]
                    roads.append([here, *ring, here])
                    pieces += 2
    for number in range(islands):
        roads.append([node(31 + number * STEP, 35), node(31 + number * STEP, 35.01)])
        junctions, pieces = junctions + 2, pieces + 1
    road_nodes = made
    houses = []
    for _ in range(nodes // 100):
        lat, lon = 33 + chance.random(), 36 + chance.random()
        corners = [node(lat + y * 1e-4, lon + x * 1e-4) for y, x in ((0, 0), (0, 1), (1, 1), (1, 0))]
        houses.append([*corners, corners[0]])
    for number, refs in enumerate(roads, start=1):
        tags = {"highway": chance.choice(KINDS)}
        if number % 3 == 0:
            tags["name"] = f"Street {number // 9}"
        if number % 11 == 0:
            tags["ref"] = f"M{number % 70}"
        if number % 13 == 0:
            tags["oneway"] = chance.choice(("yes", "-1"))
        writer.add_way(Way(id=number, nodes=refs, tags=tags, **stamp))
    for number, refs in enumerate(houses, start=len(roads) + 1):
        writer.add_way(Way(id=number, nodes=refs, tags={"building": "yes"}, **stamp))
    writer.close()
    return {
        "road_nodes": road_nodes,
        "roads": len(roads),
        "objects": made + len(roads) + len(houses),
        "junctions": junctions,
        "pieces": pieces,
        "parts": 1 + islands,
    }


if __name__ == "__main__":
    main()
