"""A call can be read without its signature: beyond the first two, what a function takes is named."""

import inspect

import pytest

from tests.house.rooms import functions, modules

MANY = 4
BY_POSITION = 2


def parameters(function):
    """Parameters a caller gives, `self` and `cls` left out."""
    taken = list(inspect.signature(function).parameters.values())
    return [p for p in taken if p.name not in ("self", "cls")]


def by_position(function):
    """Names of the parameters that may be given without their name."""
    return [p.name for p in parameters(function) if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]


@pytest.mark.parametrize("module", modules())
def test_options_are_keyword_only(module):
    wrong = [
        f"{name}: put * before {by_position(function)[BY_POSITION]}"
        for name, function in functions(module)
        if len(parameters(function)) >= MANY and len(by_position(function)) > BY_POSITION
    ]

    assert not wrong, "\n".join(wrong)
