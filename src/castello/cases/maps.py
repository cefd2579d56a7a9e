"""The maps of a case, as a build leaves them: roads cut into a network, and the areas of control maps."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from zipfile import BadZipFile

from castello.errors import CaseBroken

if TYPE_CHECKING:
    from numpy.typing import NDArray

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

    def arrays(
        self, name: str, *, key: str, make: Callable[[], Mapping[str, NDArray[Any]]]
    ) -> Mapping[str, NDArray[Any]]:
        """
        Arrays that follow from the maps alone, worked out once and then kept beside them.

        Parameters
        ----------
        name
            Under which they are kept; the last ones made under it are.
        key
            Says what they follow from: those of another key are made again.
        make
            Works them out.

        Notes
        -----
        What is kept is a copy of what can be made again: a file that cannot be read, or a folder that cannot be written, costs time only.
        """
        if self._folder is None or not self._folder.is_dir():
            return make()
        import numpy as np

        file = self._folder / _ARRAYS / f"{name}.npz"
        try:
            with file.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
                found = {item: stored[item] for item in stored.files}
            if str(found.pop(_KEY)) == key:
                return found
        except (OSError, ValueError, TypeError, KeyError, EOFError, BadZipFile):
            pass
        made = make()
        part = file.with_name(f"{file.name}.{os.getpid()}.part")
        with suppress(OSError):
            file.parent.mkdir(exist_ok=True)
            with part.open("wb") as out:
                np.savez(out, allow_pickle=False, **{_KEY: np.array(key)}, **made)
            part.replace(file)
        return made

    def drop_arrays(self) -> None:
        """Remove what is kept of :meth:`arrays`: it must not outlast the maps that it follows from."""
        if self._folder is not None:
            shutil.rmtree(self._folder / _ARRAYS, ignore_errors=True)


_KEY = "made_from"
_ARRAYS = "derived"


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Says of a stored map that cannot be read where it lies and how it is made again."""
    try:
        yield
    except CaseBroken as broken:
        where = "/".join(path.parts[-4:])
        raise CaseBroken(broken.what, hint="Delete this folder; then run castello build.", where=where) from broken
