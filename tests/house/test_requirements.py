"""Requirements are pinned by exact version with hashes, carry no address, and hold what pyproject.toml asks for."""

import re

import pytest

from tests.house.rooms import read, settings

FILES = ["requirements.txt", "requirements-dev.txt"]
PIN = re.compile(
    r"(?P<name>[a-z0-9][a-z0-9.-]*)==(?P<version>[0-9][0-9a-z.]*)(?P<marker> ; [^\\]+?)?(?P<hashes>( --hash=sha256:[0-9a-f]{64})+)"
)


def pins(file: str) -> list[str]:
    """Logical lines: a backslash continues one."""
    return re.sub(r" *\\\n *", " ", read(file)).strip().splitlines()


def versions(file: str) -> dict[str, str]:
    return {found["name"]: found["version"] for line in pins(file) if (found := PIN.fullmatch(line))}


@pytest.mark.parametrize("file", FILES)
def test_every_line_is_an_exact_version_with_hashes(file):
    lines = pins(file)

    assert lines
    assert [line for line in lines if not PIN.fullmatch(line)] == []


@pytest.mark.parametrize("file", FILES)
def test_no_address_and_no_path(file):
    assert not re.search(r"://|@|--(?:extra-)?index|--find-links|^-e|(?:^|\s)/", read(file), flags=re.MULTILINE)


def test_working_on_castello_uses_what_running_it_uses():
    runtime, dev = (versions(file) for file in FILES)

    assert runtime.items() <= dev.items()


def names(requirements: list[str]) -> set[str]:
    """Names of requirements as pyproject.toml writes them, without their ranges."""
    return {re.split(r"[<>=]", requirement)[0] for requirement in requirements}


def test_every_dependency_is_pinned():
    project = settings()["project"]
    asked = names(project["dependencies"])
    frames = set().union(*map(names, project["optional-dependencies"].values()))

    assert asked <= versions("requirements.txt").keys()
    assert asked | frames <= versions("requirements-dev.txt").keys()
