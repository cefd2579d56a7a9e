"""Where numba is installed (the extra ``fast``), kernels run compiled; elsewhere the same functions run as plain Python."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TypeVar, cast

from castello.errors import WrongUse

WORTH = 3_000_000
"""Steps above which compiled kernels are worth it: plain Python takes some four seconds for so many, loading what was compiled two."""

WORTH_ONCE_LOADED = 50_000
"""The same once something in the process has loaded it."""

_Kernel = TypeVar("_Kernel", bound=Callable[..., Any])


@cache
def available() -> bool:
    """Whether numba is installed; it is not imported for the answer."""
    return find_spec("numba") is not None


def choice(*, wanted: bool | None, steps: int) -> bool:
    """
    Whether to run kernels compiled: as wanted, or, for None, where numba is installed and the work is worth it.

    Parameters
    ----------
    wanted
        True, False, or None to decide by the work.
    steps
        About how often the innermost loops run.

    Raises
    ------
    WrongUse
        If compiled kernels are wanted and numba is not installed.
    """
    if wanted and not available():
        raise WrongUse("compiled kernels were asked for, and numba is not installed", hint="Install castello[fast].")
    if wanted is not None:
        return wanted
    return available() and steps >= (WORTH_ONCE_LOADED if "numba" in sys.modules else WORTH)


def kernel(function: _Kernel, *, compiled: bool) -> _Kernel:
    """
    The function itself, or its compiled form: one source, the same answers.

    A kernel takes and gives numpy arrays and numbers, and calls no function of ours.
    """
    return cast("_Kernel", _compiled(function)) if compiled else function


@cache
def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    numba = import_module("numba")  # has no types; and is loaded here only, when first used
    try:
        found = numba.njit(cache=True)(function)
    except RuntimeError:  # there is no folder that could keep what was compiled
        found = numba.njit(function)
    return cast("Callable[..., Any]", found)
