"""The maps of a case, as a build leaves them: roads cut into a network, and the areas of control maps."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from castello.errors import CaseBroken

if TYPE_CHECKING:
    from castello.places.areas import Areas
    from castello.places.network import RoadNetwork

FOLDER = ".castello/maps"
"""Where they lie in a case folder; derived from the files of ``feeds``, one folder for each kind and file."""

Kind = Literal["roads", "areas"]


class Maps:
    """
    What is drawn on the maps of a case, read when it is first asked for.

    Parameters
    ----------
    folder
        The case folder; None for a case without one.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = None if folder is None else folder / FOLDER
        # what rooms above work out once for these maps
        self.kept: dict[Hashable, Any] = {}

    def of(self, file: str, *, kind: Kind) -> Path:
        """Where what was read from a file of ``feeds`` lies."""
        assert self._folder is not None, "a case without a folder has no maps"
        return self._folder / kind / file

    def files(self, kind: Kind) -> tuple[Path, ...]:
        """The folders of one kind, in order of the files they were read from."""
        return () if self._folder is None else tuple(sorted(path for path in (self._folder / kind).glob("[!.]*")))

    @cached_property
    def network(self) -> RoadNetwork | None:
        """The roads of all maps together; None if there are none."""
        found = None
        for path in self.files("roads"):
            from castello.places.network import RoadNetwork

            with _named(path):
                read = RoadNetwork.load(path)
            found = read if found is None else found.join(read)
        return found

    @cached_property
    def areas(self) -> Areas | None:
        """The areas of all control maps together; None if there are none."""
        found = None
        for path in self.files("areas"):
            from castello.places.areas import Areas

            with _named(path):
                read = Areas.load(path)
            found = read if found is None else found | read
        return found


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Says of a stored map that cannot be read where it lies and how it is made again."""
    try:
        yield
    except CaseBroken as broken:
        where = "/".join(path.parts[-4:])
        raise CaseBroken(broken.what, hint="Delete this folder; then run castello build.", where=where) from broken
