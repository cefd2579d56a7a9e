"""The import contracts of pyproject.toml are kept, and none was quietly taken out."""

import subprocess
import sys
from pathlib import Path

from tests.house.rooms import ROOT, settings

DOORS = {
    "deltalake": ["castello.ledger"],
    "duckdb": ["castello.engines"],
    "jinja2": ["castello.briefs"],
    "nacl": ["castello.ledger"],
    "yaml": ["castello.cases"],
}


def test_every_contract_is_kept():
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def test_each_outside_library_has_one_door():
    contracts = settings()["tool"]["importlinter"]["contracts"]
    doors = {
        library: contract["allowed_importers"]
        for contract in contracts
        if contract["type"] == "protected"
        for library in contract["protected_modules"]
    }

    assert {library: doors.get(library) for library in DOORS} == DOORS


def test_layers_are_exhaustive():
    # a room that is left out of the list must break the contract, not escape it
    (layers,) = (c for c in settings()["tool"]["importlinter"]["contracts"] if c["type"] == "layers")

    assert layers["exhaustive"] is True
    assert "exhaustive_ignores" not in layers
