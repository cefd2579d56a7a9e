"""
Sieges in a made-up national road network: who is connected, and behind which last roads, on every day of five years.

A rival does what a user of that library would do: the graph of one day, searched once, for each day. It is timed on a few
days and its time for all days is that of the median day times the days, except scipy without ``--quick``, which does them
all; rows say so (``extrapolated``). Ours is the whole period, from arrays in memory to all answers, in a process whose
compiled kernels were made before. The answers are compared on the days that the rival did.
"""

import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import _roads
import numpy as np
from _measure import RUNS, arguments, child, machine, report, row, timed_twice

FULL = {"nodes": 410_000, "days": 1826, "changes": 22_000, "enclaves": 200}
GROWTH = {
    "nodes": [{"nodes": nodes} for nodes in (25_000, 50_000, 100_000, 200_000, 400_000, 800_000)],
    "changes": [
        {"changes": round(22_000 * part), "enclaves": round(200 * part)} for part in (1 / 8, 1 / 4, 1 / 2, 1, 2)
    ],
    "days": [{"days": days} for days in (228, 456, 913, 1826, 3652)],
    "country": [
        {"nodes": round(410_000 * part), "changes": round(22_000 * part), "enclaves": round(200 * part)}
        for part in (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2)
    ],
}
"""What is varied, the rest staying as in FULL; changes come with the enclaves that they are of, a country with all three."""

TARGETS = {"scipy": 100, "rustworkx": 300, "igraph": 300, "igraph, bridges": 200}


def main() -> None:
    options = arguments(__doc__, plot={"help": "where to put the plot of growth (siege_growth.svg beside this file)"})
    if options.child:
        task = json.loads(options.child)
        WORK[task.pop("do")](**task)
        return
    folder = Path(tempfile.mkdtemp())
    try:
        quick = options.quick
        file = folder / "roads.npz"
        told = child(do="make", file=file, sizes=FULL)
        if not options.json:
            print(f"{machine()}; {told['about']}", flush=True)
        child(do="ours", file=file, out=folder / "ours.npz", runs=1)  # compiles
        mine = child(do="ours", file=file, out=folder / "ours.npz", runs=3 if quick else RUNS)
        against(folder, options, mine, quick=quick)
        slider(file, options)
        growth(folder, options, quick=quick)
    finally:
        shutil.rmtree(folder)


def against(folder: Path, options, mine: dict, *, quick: bool) -> None:
    """Connectivity and last roads against each library."""
    days = FULL["days"]
    contenders = [
        ("connectivity", "scipy", 5 if quick else days),
        ("connectivity", "rustworkx", 2 if quick else 7),
        ("connectivity", "igraph", 2 if quick else 7),
        ("last roads", "igraph, bridges", 1 if quick else 5),
    ]
    for work, rival, some in contenders:
        other = child(do="rival", who=rival, file=folder / "roads.npz", ours=folder / "ours.npz", some=some)
        part = "connectivity" if work == "connectivity" else "last_roads"
        seconds, cpu = mine[f"{part}_s"], mine[f"{part}_cpu_s"]
        all_days = other["day_s"] * days if some < days else other["all_s"]
        all_cpu = other["cpu_s"] * days if some < days else other["all_cpu_s"]
        row(
            as_json=options.json,
            name=f"siege, {work}",
            work=f"{work}, {days} days, {FULL['enclaves']} enclaves" + (" (quick)" if quick else ""),
            ours_s=round(seconds, 4),
            rival=rival,
            rival_s=round(all_days, 3),
            cpu_s=round(cpu, 4),
            rival_cpu_s=round(all_cpu, 1),
            cpu_ratio=round(all_cpu / cpu),
            rival_day_s=round(other["day_s"], 4),
            rival_without_building_s=round(other["answer_s"] * days, 3),
            rival_days_done=some,
            extrapolated=some < days,
            same_answer=other["same"],
            peak_mb=mine["peak_mb"],
            rival_peak_mb=other["peak_mb"],
            target_ratio=TARGETS[rival],
        )


def slider(file: Path, options) -> None:
    """One day of the built timeline for one enclave, and for all of them."""
    found = child(do="slider", file=file)
    for name, seconds in found["median"].items():
        row(
            as_json=options.json,
            name=f"siege, slider, {name}",
            work="status, last roads and routes of a day; median and slowest of 100 days",
            ours_s=round(seconds, 4),
            slowest_s=round(found["slowest"][name], 4),
            target_s=0.05,
            peak_mb=found["peak_mb"],
        )


def growth(folder: Path, options, *, quick: bool) -> None:
    """How the processor time grows with one size while the others stay, as the exponent of a power."""
    measured = {}
    for size, values in GROWTH.items():
        if quick and size != "country":
            continue  # it is only shown that it works
        shown = "nodes" if size == "country" else size
        points = []
        for value in values[:3] if quick else values:
            child(do="make", file=folder / "grown.npz", sizes=FULL | value)
            found = child(do="ours", file=folder / "grown.npz", out=folder / "grown-ours.npz", runs=1 if quick else 3)
            points.append((found[shown], found["connectivity_cpu_s"], found["last_roads_cpu_s"], found["peak_mb"]))
        measured[size] = points
        for column, what in ((1, "connectivity"), (2, "last roads")):
            exponent = np.polyfit(np.log([p[0] for p in points]), np.log([p[column] for p in points]), 1)[0]
            row(
                as_json=options.json,
                name=f"siege, growth with {size}, {what} ^{exponent:.2f}",
                work=f"{points[0][0]:,} to {points[-1][0]:,} {shown}" + (" (quick)" if quick else ""),
                ours_s=round(points[-1][column], 4),
                exponent=round(float(exponent), 2),
                points=[(p[0], round(p[column], 4)) for p in points],
                peak_mb=points[-1][3],
            )
    if not quick or options.plot:
        plot(measured, Path(options.plot) if options.plot else Path(__file__).with_name("siege_growth.svg"))


# ---------------------------------------------------------------------------------------------- in processes of their own


def make(file: str, sizes: dict) -> None:
    found = _roads.made(**sizes)
    np.savez(file, **found)
    ends = np.sort(np.stack([found["start"], found["end"]]), axis=0)
    report(
        about=f"a made-up network of {int(found['nodes']):,} nodes and {len(found['start']):,} edges (mean degree "
        f"{2 * len(found['start']) / int(found['nodes']):.2f}; {len(ends.T) - len(np.unique(ends, axis=1).T):,} parallel, "
        f"{int((ends[0] == ends[1]).sum())} self-loops), {int(found['days']):,} days, {int(found['changes']):,} changes of "
        f"{len(found['start']) - len(found['always']):,} edges, {len(np.unique(found['enclave']))} enclaves, "
        f"{int(found['people'].sum()):,} people"
    )


def timeline(roads):
    from castello.picture.connectivity import Passable, RoadGraph, RoadTimeline

    graph = RoadGraph(
        nodes=int(roads["nodes"]),
        start=roads["start"],
        end=roads["end"],
        source=int(roads["source"]),
        people=roads["people"],
    )
    usable = Passable.from_intervals(
        days=int(roads["days"]),
        edges=graph.edges,
        edge=roads["edge"],
        first=roads["first"],
        until=roads["until"],
        always=roads["always"],
    )
    return RoadTimeline(graph, usable, compiled=True)


def ours(file: str, out: str, runs: int = RUNS) -> None:
    """Each from the arrays, nothing kept from the other: connectivity of every enclave, and all last roads."""
    roads = dict(np.load(file))

    def connectivity():
        found = timeline(roads)
        return found.connected(roads["enclave_node"]), found.people_reached()

    connectivity_s, connectivity_cpu_s, (connected, reached) = timed_twice(connectivity, runs=runs)
    last_roads_s, last_roads_cpu_s, found = timed_twice(lambda: timeline(roads).last_roads(), runs=runs)
    np.savez(
        out,
        connected=connected,
        reached=reached,
        edge=found.edge,
        first=found.first,
        until=found.until,
        people_behind=found.people_behind,
    )
    report(
        connectivity_s=connectivity_s,
        last_roads_s=last_roads_s,
        connectivity_cpu_s=connectivity_cpu_s,
        last_roads_cpu_s=last_roads_cpu_s,
        nodes=int(roads["nodes"]),
        changes=int(roads["changes"]),
        days=int(roads["days"]),
        rows=len(found.edge),
    )


def slider_days(file: str) -> None:
    roads = dict(np.load(file))
    found = timeline(roads)
    places = [roads["enclave_node"][roads["enclave"] == number] for number in np.unique(roads["enclave"])]
    found.last_roads()
    found.connected_on(0, nodes=places[0])
    found.routes_on(0, nodes=places[0])
    one, every = [], []
    for day in np.random.default_rng(5).permutation(int(roads["days"]))[:100].tolist():
        start = time.perf_counter()
        answers(found, day, places[day % len(places)])
        one.append(time.perf_counter() - start)
        start = time.perf_counter()
        for place in places:
            found.routes_on(day, nodes=place)
        every.append(time.perf_counter() - start)
    report(
        median={"one enclave": median(one), "routes of 200 enclaves": median(every)},
        slowest={"one enclave": max(one), "routes of 200 enclaves": max(every)},
    )


def answers(found, day: int, place) -> tuple:
    return (
        found.connected_on(day, nodes=place),
        found.last_roads_on(day, nodes=place),
        found.routes_on(day, nodes=place),
    )


def rival(who: str, file: str, ours: str, some: int) -> None:
    """Do some days; the median seconds of a day, those of them that go to the answer, and whether the answers are ours."""
    roads, mine = dict(np.load(file)), dict(np.load(ours))
    edges, days = len(roads["start"]), int(roads["days"])
    always = np.zeros(edges, dtype=bool)
    always[roads["always"]] = True
    chosen = range(days) if some == days else np.linspace(1, days - 1, some + 2).astype(int)[1:-1].tolist()
    one_day = RIVALS[who](roads)
    seconds, processor, answering, same = [], [], [], []
    for day in chosen:
        usable = always.copy()
        usable[roads["edge"][(roads["first"] <= day) & (day < roads["until"])]] = True
        start, used = time.perf_counter(), time.process_time()
        answer, answer_s = one_day(usable)
        seconds.append(time.perf_counter() - start)
        processor.append(time.process_time() - used)
        answering.append(answer_s)
        if who == "igraph, bridges":
            held = (mine["first"] <= day) & (day < mine["until"])
            same.append(
                answer == dict(zip(mine["edge"][held].tolist(), mine["people_behind"][held].tolist(), strict=True))
            )
        else:
            connected, reached = answer
            same.append(bool((connected == mine["connected"][:, day]).all()) and reached == mine["reached"][day])
    report(
        day_s=median(seconds),
        cpu_s=median(processor),
        all_s=sum(seconds),
        all_cpu_s=sum(processor),
        answer_s=median(answering),
        same=all(same),
    )


def scipy_day(roads):
    """The matrix, each edge in it once, is sorted once; a day takes its usable entries out of it."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    nodes, edges = int(roads["nodes"]), len(roads["start"])
    order = np.argsort(roads["start"], kind="stable")
    there = roads["end"][order]
    offsets = np.zeros(nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(roads["start"], minlength=nodes), out=offsets[1:])
    ones = np.ones(edges)

    def day(usable):
        held = usable[order]
        many = np.zeros(len(held) + 1, dtype=np.int32)
        np.cumsum(held, out=many[1:])
        matrix = csr_matrix((ones[: many[-1]], there[held], many[offsets]), shape=(nodes, nodes))
        start = time.perf_counter()
        _, part = connected_components(matrix, directed=False)
        answer = reached_by(part, roads)
        return answer, time.perf_counter() - start

    return day


def rustworkx_day(roads):
    """The graph is built once; a day takes out and puts in the edges that changed since the day before it."""
    import rustworkx

    graph = rustworkx.PyGraph(multigraph=True)
    graph.add_nodes_from(range(int(roads["nodes"])))
    ends = list(zip(roads["start"].tolist(), roads["end"].tolist(), [None] * len(roads["start"]), strict=True))
    index = np.array(graph.add_edges_from(ends))
    held = np.ones(len(ends), dtype=bool)

    def day(usable):
        for edge in np.flatnonzero(held & ~usable).tolist():
            graph.remove_edge_from_index(int(index[edge]))
        for edge in np.flatnonzero(usable & ~held).tolist():
            index[edge] = graph.add_edge(*ends[edge])
        held[:] = usable
        start = time.perf_counter()
        found = rustworkx.node_connected_component(graph, int(roads["source"]))
        part = np.zeros(int(roads["nodes"]), dtype=bool)
        part[list(found)] = True
        answer = part[roads["enclave_node"]], roads["people"][part].sum()
        return answer, time.perf_counter() - start

    return day


def igraph_whole(roads):
    import igraph

    return igraph.Graph(
        n=int(roads["nodes"]), edges=list(zip(roads["start"].tolist(), roads["end"].tolist(), strict=True))
    )


def igraph_day(roads):
    """The whole graph is built once; a day takes the subgraph of its usable edges."""
    whole = igraph_whole(roads)

    def day(usable):
        graph = whole.subgraph_edges(np.flatnonzero(usable).tolist(), delete_vertices=False)
        start = time.perf_counter()
        answer = reached_by(np.array(graph.connected_components().membership), roads)
        return answer, time.perf_counter() - start

    return day


def igraph_bridges_day(roads):
    """Bridges of the day's subgraph; without them the parts that hang together are a tree, along which people add up."""
    import igraph

    whole = igraph_whole(roads)

    def day(usable):
        edge = np.flatnonzero(usable)
        graph = whole.subgraph_edges(edge.tolist(), delete_vertices=False)
        start = time.perf_counter()
        bridges = np.array(graph.bridges())
        one, other = roads["start"][edge[bridges]], roads["end"][edge[bridges]]
        graph.delete_edges(bridges.tolist())
        part = np.array(graph.connected_components().membership)
        people = np.bincount(part, weights=roads["people"])
        tree = igraph.Graph(n=len(people), edges=list(zip(part[one].tolist(), part[other].tolist(), strict=True)))
        order, _, parent = tree.bfs(int(part[int(roads["source"])]))
        sums = people.tolist()
        for at in reversed(order[1:]):
            sums[parent[at]] += sums[at]
        sums, parent = np.array(sums), np.array(parent)
        reached = np.zeros(len(people), dtype=bool)
        reached[order] = True
        far = np.where(parent[part[other]] == part[one], part[other], part[one])
        last = reached[far] & (sums[far] > 0)
        answer = dict(zip(edge[bridges[last]].tolist(), sums[far[last]].tolist(), strict=True))
        return answer, time.perf_counter() - start

    return day


def reached_by(part, roads) -> tuple:
    """Which nodes of enclaves are in the part of the source, and how many people are."""
    mine = part == part[int(roads["source"])]
    return mine[roads["enclave_node"]], roads["people"][mine].sum()


RIVALS = {
    "scipy": scipy_day,
    "rustworkx": rustworkx_day,
    "igraph": igraph_day,
    "igraph, bridges": igraph_bridges_day,
}
WORK = {"make": make, "ours": ours, "rival": rival, "slider": slider_days}


# --------------------------------------------------------------------------------------------------------------- the plot


def plot(measured: dict, file: Path) -> None:
    """Panels side by side, both axes in powers of ten, as SVG."""
    width, height, edge = 300, 240, 50
    colours = {1: ("#1b6ca8", "connectivity"), 2: ("#b5482a", "last roads")}
    parts = []
    for number, (size, points) in enumerate(measured.items()):
        x = np.log10([p[0] for p in points])
        times = np.log10([[p[column] for p in points] for column in colours])
        low, high = np.floor(times.min()), np.ceil(times.max())
        left = number * (width + edge) + edge

        def across(value, *, left=left, x=x):
            return left + (value - x.min()) / (x.max() - x.min()) * (width - edge)

        def up(value, *, low=low, high=high):
            return edge / 2 + (high - value) / (high - low) * height

        for power in np.arange(low, high + 1):
            y = up(power)
            parts += [f'<line x1="{left}" x2="{left + width - edge}" y1="{y:.0f}" y2="{y:.0f}" stroke="#ddd"/>']
            parts += [f'<text x="{left - 6}" y="{y + 4:.0f}" text-anchor="end">{10.0**power:g} s</text>']
        for column, (colour, what) in colours.items():
            line = times[column - 1]
            slope = np.polyfit(x, line, 1)[0]
            drawn = " ".join(f"{across(a):.1f},{up(b):.1f}" for a, b in zip(x, line, strict=True))
            parts.append(f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="2"/>')
            parts += [
                f'<circle cx="{across(a):.1f}" cy="{up(b):.1f}" r="3" fill="{colour}"/>'
                for a, b in zip(x, line, strict=True)
            ]
            below = edge / 2 + height + 40 + 18 * (column - 1)
            parts.append(f'<text x="{left}" y="{below:.0f}" fill="{colour}">{what} ~ {size}^{slope:.2f}</text>')
        for at, p in zip(x[[0, -1]], (points[0], points[-1]), strict=True):
            parts.append(
                f'<text x="{across(at):.0f}" y="{edge / 2 + height + 18:.0f}" text-anchor="middle">{p[0]:,}</text>'
            )
        parts.append(f'<text x="{left + (width - edge) / 2}" y="14" text-anchor="middle">{size}</text>')
    whole = len(measured) * (width + edge) + edge
    file.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {height + 120}" font-family="sans-serif" '
        f'font-size="12"><title>Time of Castello by size of the network</title>{"".join(parts)}</svg>\n',
        encoding="utf-8",
    )


if __name__ == "__main__":
    sys.exit(main())
