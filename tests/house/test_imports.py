"""`import castello` is light, rooms use one another by name, and exporters never load the identities."""

import ast
import json
import subprocess
import sys

import pytest

from tests.house.rooms import PACKAGE

HEAVY = {
    "deltalake",
    "duckdb",
    "jinja2",
    "nacl",
    "numpy",
    "pandas",
    "polars",
    "pyarrow",
    "rapidfuzz",
    "rich",
    "yaml",
}
MODULES_ALLOWED = 140
"""What `import castello` may load beyond a bare interpreter; dataclasses, re, json and hashlib are most of it."""


def loaded_after(statement: str) -> set[str]:
    """Names of the modules that a statement loads, asked of a fresh interpreter."""
    program = f"import json, sys; before = set(sys.modules)\n{statement}\nprint(json.dumps(sorted(set(sys.modules) - before)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def test_importing_castello_is_light():
    loaded = loaded_after("import castello")

    assert not {name.partition(".")[0] for name in loaded} & HEAVY
    assert len(loaded) < MODULES_ALLOWED, sorted(loaded)


@pytest.mark.parametrize("room", ["analyses", "briefs", "picture"])
def test_exporters_never_load_the_identities(room):
    # the import contract sees what a module names; this sees what Python loads on the way, packages included
    assert "castello.ledger.identities" not in loaded_after(f"import castello.{room}")


def test_rooms_never_import_the_front_door():
    rooms = {path.stem for path in PACKAGE.iterdir()} - {"__init__"}
    wrong = []
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.parent.name == "cli" or (path.parent == PACKAGE and path.name in ("__init__.py", "__main__.py")):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = {alias.name for alias in node.names if alias.name == "castello"}
            elif isinstance(node, ast.ImportFrom) and node.module == "castello":
                names = {alias.name for alias in node.names} - rooms - {"__version__"}
            else:
                continue
            wrong += [f"{path.relative_to(PACKAGE)}:{node.lineno} imports {name}" for name in sorted(names)]

    assert not wrong, "rooms import rooms, not the package that loads them:\n" + "\n".join(wrong)
