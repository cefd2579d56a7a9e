"""How roads lie to areas is worked out once and kept beside the maps; a copy that cannot be used is made again."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from castello.cases.maps import FOLDER, Maps
from castello.picture.ground import Ground
from castello.places.areas import Areas, read_area
from castello.places.network import RoadNetwork


def square(west, east):
    ring = [[west, 35.9], [east, 35.9], [east, 36.1], [west, 36.1], [west, 35.9]]
    area, issues = read_area([[ring]], file="map")
    assert not issues
    return area


def roads(*east):
    """A road from each point to the next, along one parallel."""
    ends = np.arange(len(east))
    return RoadNetwork.from_parts(
        node_ids=[f"n{n}" for n in ends],
        lat=np.full(len(east), 36.0),
        lon=np.array(east),
        edge_ids=[f"e{n}" for n in ends[:-1]],
        start=ends[:-1],
        end=ends[1:],
    )


NETWORK = roads(37.0, 37.1, 37.2, 37.3)
WEST, EAST = square(36.9, 37.15), square(37.15, 37.4)


@dataclass
class Counting(Maps):
    """Maps that count how often something had to be worked out."""

    folder: Path
    made: list[object] = field(default_factory=list)

    def __post_init__(self):
        super().__init__(self.folder)

    def arrays(self, name, *, key, make):
        def counted():
            self.made.append(key)
            return make()

        return super().arrays(name, key=key, make=counted)


@pytest.fixture
def case(tmp_path):
    (tmp_path / FOLDER).mkdir(parents=True)
    return tmp_path


def lies(ground, areas):
    return {id_: (ground._inside[id_].tolist(), ground._crossing[id_].tolist()) for id_ in areas.ids}


def test_the_second_look_reads_what_the_first_worked_out(case):
    areas, maps = Areas([WEST, EAST]), Counting(case)
    first = lies(Ground(NETWORK, areas, maps=maps), areas)

    assert first == {WEST.id: ([0], [1]), EAST.id: ([2], [1])}
    assert lies(Ground(NETWORK, areas, maps=maps), areas) == first
    assert lies(Ground(NETWORK, areas), areas) == first
    assert len(maps.made) == 1


def test_other_roads_and_other_areas_are_worked_out_again(case):
    maps = Counting(case)
    for network, areas in ((NETWORK, [WEST]), (NETWORK, [WEST, EAST]), (roads(37.0, 37.1, 37.2, 37.31), [WEST, EAST])):
        held = Areas(areas)
        kept = lies(Ground(network, held, maps=maps), held)
        assert kept == lies(Ground(network, held), held)
    assert len(set(maps.made)) == len(maps.made) == 3


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 no archive", b"words"])
def test_a_damaged_copy_is_made_again(case, damage):
    areas, maps = Areas([WEST, EAST]), Counting(case)
    first = lies(Ground(NETWORK, areas, maps=maps), areas)
    (case / FOLDER / "derived" / "ground.npz").write_bytes(damage)

    assert lies(Ground(NETWORK, areas, maps=maps), areas) == first
    assert len(maps.made) == 2
    Ground(NETWORK, areas, maps=maps)
    assert len(maps.made) == 2


def test_where_nothing_can_be_kept_the_answer_is_the_same(case):
    areas = Areas([WEST, EAST])
    (case / FOLDER / "derived").write_text("in the way", encoding="utf-8")

    assert lies(Ground(NETWORK, areas, maps=Maps(case)), areas) == lies(Ground(NETWORK, areas), areas)
    assert [path.name for path in (case / FOLDER).iterdir()] == ["derived"]
