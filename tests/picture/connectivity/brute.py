"""The same questions answered in the most plain-minded way: take each edge out in turn, open each set of edges, count."""

from itertools import chain, combinations

import numpy as np

from castello.picture.connectivity import Passable, RoadGraph


def made(seed, *, nodes=7, edges=11, days=8):
    """A small multigraph with changes: parallel edges, self-loops, edges that never change, never open or flicker."""
    rng = np.random.default_rng(seed)
    nodes, edges, days = (int(rng.integers(1, most + 1)) for most in (nodes, edges, days))
    table = rng.random((edges, days)) < rng.choice([0.3, 0.6, 0.9])
    still = rng.random(edges) < rng.choice([0.2, 0.5, 0.8])
    table[still] = rng.random((int(still.sum()), 1)) < 0.75
    graph = RoadGraph(
        nodes=nodes,
        start=rng.integers(0, nodes, edges),
        end=rng.integers(0, nodes, edges),
        source=int(rng.integers(0, nodes)),
        people=rng.choice([0, 1, 10, 250], nodes),
    )
    return graph, Passable.from_days(table), table, rng


def reached(graph, usable, without=()):
    """The nodes that can be reached from the source."""
    ways = [(one, other) for edge, (one, other) in enumerate(ends(graph)) if usable[edge] and edge not in without]
    found, grown = {graph.source}, True
    while grown:
        new = {b if a in found else a for a, b in ways if (a in found) != (b in found)}
        found |= new
        grown = bool(new)
    return found


def ends(graph):
    return list(zip(graph.start.tolist(), graph.end.tolist(), strict=True))


def last_roads(graph, usable):
    """For each edge whose loss cuts nodes off, those nodes."""
    whole = reached(graph, usable)
    lost = {edge: whole - reached(graph, usable, {edge}) for edge in range(graph.edges) if usable[edge]}
    return {edge: nodes for edge, nodes in lost.items() if nodes}


def people(graph, nodes):
    return float(sum(graph.people[node] for node in nodes))


def routes(graph, usable, nodes, cap=3):
    """The fewest edges whose loss leaves none of the nodes, by Menger the number of routes that share no edge."""
    edges = [edge for edge in range(graph.edges) if usable[edge]]
    for many in range(cap):
        if any(reached(graph, usable, set(lost)).isdisjoint(nodes) for lost in combinations(edges, many)):
            return many
    return cap


def openings(graph, usable, nodes, closed):
    """Every set of closed edges that connects one of the nodes and needs all of its edges for that."""
    shut = sorted({edge for edge in closed if not usable[edge]})
    found: list[tuple[int, ...]] = []
    for opened in chain.from_iterable(combinations(shut, many) for many in range(len(shut) + 1)):
        if any(set(other) <= set(opened) for other in found):
            continue
        trial = usable.copy()
        trial[list(opened)] = True
        if not reached(graph, trial).isdisjoint(nodes):
            found.append(opened)
    return found


def rows_on(found, day):
    """Edge and people of the rows of all last roads that hold on a day."""
    held = (found.first <= day) & (day < found.until)
    return dict(zip(found.edge[held].tolist(), found.people_behind[held].tolist(), strict=True))
