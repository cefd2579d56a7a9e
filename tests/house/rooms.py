"""What the house tests look at: the rooms on disk, their modules, and the public things in them."""

from __future__ import annotations

import importlib
import inspect
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FunctionType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "castello"


def read(name: str) -> str:
    """The text of a file of the project."""
    return (ROOT / name).read_text(encoding="utf-8")


def own_home(folder: Path) -> dict[str, str]:
    """Environment under which the user's data folder, where the demo case is built, lies in a folder that goes away."""
    return dict.fromkeys(("HOME", "USERPROFILE", "XDG_DATA_HOME", "LOCALAPPDATA"), str(folder))


def settings() -> dict[str, Any]:
    """What pyproject.toml says."""
    return tomllib.loads(read("pyproject.toml"))


def modules() -> list[str]:
    """Names of the public modules of every room, read from the disk: nothing is imported while tests are collected."""
    paths = (path.relative_to(PACKAGE.parent).with_suffix("") for path in PACKAGE.rglob("*.py"))
    names = (".".join(path.parts).removesuffix(".__init__") for path in paths)
    return sorted(name for name in names if not any(part.startswith("_") for part in name.split(".")))


def classes(module: str) -> Iterator[tuple[str, type]]:
    """Public classes of a module that are defined there, by full name."""
    for name, thing in vars(importlib.import_module(module)).items():
        if inspect.isclass(thing) and thing.__module__ == module and not name.startswith("_"):
            yield f"{module}.{name}", thing


def functions(module: str) -> Iterator[tuple[str, Callable[..., object]]]:
    """Public functions and methods of a module that are defined there, by full name."""
    for name, thing in vars(importlib.import_module(module)).items():
        if isinstance(thing, FunctionType) and thing.__module__ == module and not name.startswith("_"):
            yield f"{module}.{name}", thing
    for path, cls in classes(module):
        for name, thing in vars(cls).items():
            method = thing.__func__ if isinstance(thing, classmethod | staticmethod) else thing
            # a generated method (a dataclass's) belongs to no file of ours
            if isinstance(method, FunctionType) and not name.startswith("_") and method.__module__ == module:
                yield f"{path}.{name}", method
