"""A made-up national road network with years of changes; the same seed gives the same network."""

import numpy as np


def made(*, nodes: int, days: int, changes: int, enclaves: int, seed: int = 2016) -> dict[str, np.ndarray]:
    """
    A network as arrays: graph, spans of days on which edges that change can be used, and the nodes of enclaves.

    Crossings stand on a square grid. A random tree joins them all, and 35 of 100 of the other pairs of neighbours are joined too.
    Each road has 1 to 4 pieces; 2 of 100 pieces have a second one beside them, and 200 lead back to where they start. 30 supply sources
    stand on two sides. Every enclave is a square that is besieged once: all roads out of it are shut then but one to four, and
    these open and shut time and again. What is left of the changes goes to roads anywhere, shut for a while once.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import minimum_spanning_tree

    rng = np.random.default_rng(seed)
    side = max(10, round((nodes / 3.02) ** 0.5))
    crossings = side * side
    at = np.arange(crossings).reshape(side, side)
    one = np.concatenate([at[:, :-1].ravel(), at[:-1].ravel()])
    other = np.concatenate([at[:, 1:].ravel(), at[1:].ravel()])
    tree = minimum_spanning_tree(coo_matrix((rng.random(len(one)) + 1, (one, other)), shape=(crossings, crossings)))
    picked = rng.random(len(one)) < 0.35
    picked |= np.isin(one * crossings + other, tree.tocoo().row.astype(np.int64) * crossings + tree.tocoo().col)
    one, other = one[picked], other[picked]

    # the pieces of each road, through nodes of its own
    pieces = rng.integers(1, 5, len(one))
    first = np.cumsum(pieces) - pieces
    road = np.repeat(np.arange(len(one)), pieces)
    step = np.arange(len(road)) - first[road]
    middle = crossings + first - np.arange(len(one)) - 1  # node before the second piece, less one
    start = np.where(step == 0, one[road], middle[road] + step)
    end = np.where(step == pieces[road] - 1, other[road], middle[road] + step + 1)
    source = int(crossings + pieces.sum() - len(one))
    beside = rng.choice(len(road), len(road) // 50, replace=False)
    loops = rng.integers(0, source, 200)
    borders = rng.choice(np.concatenate([at[0], at[1:, 0]]), min(30, side), replace=False)
    start = np.concatenate([start, start[beside], loops, borders])
    end = np.concatenate([end, end[beside], loops, np.full(len(borders), source)])

    people = np.zeros(source + 1)
    towns = rng.choice(crossings, crossings // 5, replace=False)
    people[towns] = np.ceil(rng.lognormal(5.2, 1.2, len(towns)))

    enclave = squares(side, enclaves, rng)
    leaves = enclave[one] != enclave[other]
    spans, used = [], 0
    taken = np.zeros(len(start), dtype=bool)
    for number in range(enclaves):
        ways = first[leaves & ((enclave[one] == number) | (enclave[other] == number))]
        ways = rng.permutation(ways[~taken[ways]])
        taken[ways] = True
        begin = int(rng.integers(1, days * 3 // 4))
        over = int(rng.integers(begin + 1, days))
        gates = rng.integers(1, 5)
        for index, edge in enumerate(ways.tolist()):
            turns = 0 if index >= gates else min((over - begin - 1) // 2, int(rng.integers(1, 12)))
            inside = np.sort(rng.choice(np.arange(begin + 1, over), 2 * turns, replace=False)) if turns else []
            days_of_change = [0, begin, *inside, over, days]
            spans += [(edge, *pair) for pair in zip(days_of_change[::2], days_of_change[1::2], strict=True)]
            used += len(days_of_change) - 2
    anywhere = rng.permutation(np.flatnonzero(~taken))[: max(0, changes - used) // 2]
    begin = rng.integers(1, days - 1, len(anywhere))
    over = np.minimum(begin + rng.integers(1, 200, len(anywhere)), days - 1)
    taken[anywhere] = True
    edge, since, until = np.array(spans).reshape(-1, 3).T
    held = np.flatnonzero((enclave >= 0) & (people[:crossings] > 0))
    return {
        "nodes": np.array(source + 1),
        "start": start.astype(np.int32),
        "end": end.astype(np.int32),
        "source": np.array(source),
        "people": people,
        "days": np.array(days),
        "edge": np.concatenate([edge, anywhere, anywhere]).astype(np.int32),
        "first": np.concatenate([since, np.zeros(len(anywhere)), over]).astype(np.int32),
        "until": np.concatenate([until, begin, np.full(len(anywhere), days)]).astype(np.int32),
        "always": np.flatnonzero(~taken).astype(np.int32),
        "enclave": enclave[held].astype(np.int32),
        "enclave_node": held.astype(np.int32),
        "changes": np.array(used + 2 * len(anywhere)),
    }


def squares(side: int, many: int, rng: np.random.Generator) -> np.ndarray:
    """For each crossing of the grid the square in which it lies, or -1: squares of different sizes that keep apart."""
    across = int(np.ceil(many**0.5)) + 1
    cell = side // across
    found = np.full((side, side), -1)
    for number, spot in enumerate(rng.choice(across * across, many, replace=False).tolist()):
        size = int(rng.integers(max(2, cell // 3), max(3, cell - 1)))
        row, column = (spot // across) * cell, (spot % across) * cell
        found[row + 1 : row + 1 + size, column + 1 : column + 1 + size] = number
    return found.ravel()
