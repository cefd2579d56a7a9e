"""Docstrings of the public functions and classes follow the numpydoc sections (settings in pyproject.toml)."""

import pytest
from numpydoc.validate import ERROR_MSGS, validate

from tests.house.rooms import classes, functions, modules, settings


def checked() -> set[str]:
    """Codes that are checked: all less those that are named with a reason."""
    named = set(settings()["tool"]["numpydoc_validation"]["checks"])
    return set(ERROR_MSGS) - named if "all" in named else named


@pytest.mark.parametrize("module", modules())
def test_docstrings(module):
    wanted = checked()
    public = [name for name, _ in (*classes(module), *functions(module))]
    wrong = [f"{name}: {code} {what}" for name in public for code, what in validate(name)["errors"] if code in wanted]

    assert not wrong, "\n".join(wrong)


def test_the_settings_name_codes_that_exist():
    named = set(settings()["tool"]["numpydoc_validation"]["checks"]) - {"all"}

    assert named <= set(ERROR_MSGS)
