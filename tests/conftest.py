"""What tests of several rooms share: a home of their own, a small case, the bundled case."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from castello.desk.case import Case, open_case
from tests.cases_for_tests import built_case, write_case

_HOME = pytest.StashKey[tempfile.TemporaryDirectory[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Nothing that is run here, examples in docstrings included, touches the user's own settings, keys or cases."""
    config.stash[_HOME] = home = tempfile.TemporaryDirectory(prefix="castello-tests-")
    os.environ["CASTELLO_HOME"] = home.name
    os.environ.pop("CASTELLO_VAULT_KEY", None)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    config.stash[_HOME].cleanup()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh ``CASTELLO_HOME``: device id, keys and the copy of the bundled case lie there."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("CASTELLO_HOME", str(folder))
    return folder


@pytest.fixture
def tiny_case(tmp_path: Path) -> Path:
    """A small but complete case folder, not built yet; see :mod:`tests.cases_for_tests`."""
    return write_case(tmp_path / "tiny")


@pytest.fixture
def built(home: Path, tiny_case: Path) -> Case:
    """The tiny case, opened and built in the fresh home."""
    return built_case(tiny_case)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """
    The bundled case, built once for all tests: read it, never write to it.

    Its ``environ`` names the home that it was built in; a process that is to open the same case needs that one.
    """
    environ = dict(os.environ) | {"CASTELLO_HOME": str(tmp_path_factory.mktemp("demo-home"))}
    return open_case("demo", environ=environ)
