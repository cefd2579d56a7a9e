"""The tree in ARCHITECTURE.md is the tree on disk; the assertion prints the block to paste."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.rooms import PACKAGE, ROOT, read

HIDDEN = {"__pycache__", "py.typed"}
WIDE = 90


def summary(path: Path) -> str:
    """First sentence of the docstring of a module or of a room; nothing for a folder of data."""
    source = path / "__init__.py" if path.is_dir() else path
    if source.suffix != ".py" or not source.exists():
        return ""
    text = ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))) or ""
    first = " ".join(text.split("\n\n")[0].split()).replace("`", "")
    sentence = re.split(r"[.;](?:\s|$)", first)[0]
    # the tree is read at a glance: of a long sentence the clause before the colon is enough
    return sentence if len(sentence) <= WIDE else sentence.split(": ")[0]


def entries(folder: Path) -> list[Path]:
    """What stands in a folder: files first, then folders, each by name."""
    found = [path for path in folder.iterdir() if path.name not in HIDDEN and not path.name.startswith(".")]
    if folder != PACKAGE:
        # a room's plumbing is its own affair, and its data stands beside what reads it
        found = [
            path for path in found if not path.name.startswith("_") and path.suffix not in (".toml", ".j2", ".css")
        ]
    return sorted(found, key=lambda path: (path.is_dir(), path.name))


def branches(folder: Path, *, depth: int, indent: str = "") -> Iterator[tuple[str, str]]:
    """Lines of the tree with the words beside each."""
    inside = entries(folder)
    for path in inside:
        last = path == inside[-1]
        name = f"{path.name}/" if path.is_dir() else path.name
        yield f"{indent}{'└──' if last else '├──'} {name}", summary(path)
        if depth > 1 and (path / "__init__.py").exists():
            yield from branches(path, depth=depth - 1, indent=indent + ("    " if last else "│   "))


def tree() -> str:
    """The block that ARCHITECTURE.md should hold."""
    lines = list(branches(PACKAGE, depth=2))
    column = max(len(name) for name, _ in lines) + 2
    written = (f"{name:<{column}}{words}".rstrip() for name, words in lines)
    return "\n".join([f"{PACKAGE.relative_to(ROOT).as_posix()}/", *written])


def test_the_tree_in_architecture_is_the_tree_on_disk():
    fences = re.findall(r"```text\n(src/castello/\n.*?)\n```", read("ARCHITECTURE.md"), flags=re.DOTALL)

    assert len(fences) == 1, "ARCHITECTURE.md holds one ```text block that starts with src/castello/"
    assert fences[0] == tree(), f"ARCHITECTURE.md should hold:\n\n{tree()}"


def test_every_room_and_module_says_what_it_is():
    silent = [path.relative_to(ROOT).as_posix() for path in sorted(PACKAGE.rglob("*.py")) if not summary(path)]

    assert not silent, "modules without a docstring"
