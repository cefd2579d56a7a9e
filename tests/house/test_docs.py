"""The manual and the code cannot part: every verb, error, finding and word is documented, and examples run."""

import doctest
import importlib
import inspect
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import castello
from castello import errors
from tests.house.rooms import PACKAGE, ROOT, own_home, read, settings

EXAMPLES = sorted((ROOT / "docs" / "examples").rglob("*.py"))
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


def headings(name: str) -> list[str]:
    return re.findall(r"^#+ +(.+?) *$", read(name), flags=re.MULTILINE)


def keys(table: Mapping[str, object], prefix: str = "") -> Iterator[str]:
    """Dotted names of the leaves of a TOML table."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from keys(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


def pointed_at(name: str) -> object:
    """What a full name such as ``castello.desk.case.Case.brief`` stands for."""
    module, _, attributes = name.partition(".")
    thing = importlib.import_module(module)
    for attribute in attributes.split("."):
        try:
            thing = getattr(thing, attribute)
        except AttributeError:
            thing = importlib.import_module(f"{thing.__name__}.{attribute}")
    return thing


def test_every_verb_has_a_heading():
    verbs = importlib.import_module("castello.cli").VERBS
    found = headings("docs/cli.md")

    assert verbs
    for name, verb in verbs.items():
        assert verb.name == name
        assert pointed_at(verb.calls) is not None
        assert verb.help
        assert any(re.search(rf"\bcastello {re.escape(name)}\b", heading) for heading in found), (
            f"docs/cli.md needs a heading `castello {name}`"
        )


def test_every_option_is_in_the_manual():
    """The manual lists the options of a verb under its heading."""
    manual = read("docs/cli.md")
    for name, verb in importlib.import_module("castello.cli").VERBS.items():
        section = re.split(r"^## ", manual.partition(f"`castello {name}`")[2], maxsplit=1, flags=re.MULTILINE)[0]
        for names, _ in verb.options:
            for option in names:
                if option.startswith("--"):
                    assert f"`{option}" in section, f"docs/cli.md, `castello {name}`: {option} is missing"


def test_every_heading_of_the_manual_is_a_verb():
    verbs = importlib.import_module("castello.cli").VERBS
    named = {name for heading in headings("docs/cli.md") for name in re.findall(r"`castello ([a-z]+)", heading)}

    assert named <= verbs.keys()


def test_every_error_is_in_the_manual():
    named = {
        name for name, thing in vars(errors).items() if inspect.isclass(thing) and thing.__module__ == errors.__name__
    }

    assert {name for name in named if f"`{name}`" not in read("docs/errors.md")} == set()


def test_every_error_stands_in_the_tree():
    named = {name for name, thing in vars(errors).items() if inspect.isclass(thing) and issubclass(thing, Exception)}

    assert {name for name in named if name not in str(errors.__doc__)} == set()


def test_every_message_is_in_the_manual():
    messages = tomllib.loads((PACKAGE / "picture" / "messages_en.toml").read_text(encoding="utf-8"))["messages"]
    manual = read("docs/findings.md")

    assert messages
    assert [key for key in keys(messages) if f"`{key}`" not in manual] == []


def test_readme_is_short():
    assert len(read("README.md").splitlines()) <= 120


def test_versions_agree():
    released = re.search(r"^## \[?([0-9]+\.[0-9]+\.[0-9]+)\]?", read("CHANGELOG.md"), flags=re.MULTILINE)

    assert released is not None
    assert released[1] == castello.__version__ == settings()["project"]["version"]


def terms() -> list[str]:
    """Full names of the classes and functions that GLOSSARY.md points at."""
    return sorted(set(re.findall(r"`(castello(?:\.\w+)+)`", read("GLOSSARY.md"))))


@pytest.mark.parametrize("name", terms())
def test_every_word_of_the_glossary_points_at_something(name):
    thing = pointed_at(name)

    # a constant has no name of its own; whatever else is pointed at is what it says
    assert getattr(thing, "__name__", name).rpartition(".")[2] == name.rpartition(".")[2]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_page_shows_is_what_is_printed(page, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name, value in own_home(tmp_path).items():
        monkeypatch.setenv(name, value)

    failed, _ = doctest.testfile(
        str(page), module_relative=False, encoding="utf-8", optionflags=doctest.NORMALIZE_WHITESPACE
    )

    assert failed == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_to_files_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target]

    assert [target for target in targets if target and not (page.parent / target).exists()] == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.relative_to(ROOT).as_posix())
def test_examples_run(example, tmp_path: Path):
    done = subprocess.run(
        [sys.executable, example],
        env=os.environ | own_home(tmp_path),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
