"""A brief into a file; the ending of its name says in which form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from castello.briefs.brief import Brief
from castello.briefs.html import to_html
from castello.briefs.markdown import to_markdown
from castello.errors import WrongUse

FORMS: Mapping[str, Callable[[Brief], str]] = {".html": to_html, ".md": to_markdown}
"""What a brief can be written as, by the ending of the file."""


def write_brief(brief: Brief, path: str | Path) -> Path:
    """
    Write a brief as the ending of the file says; a file that is there is replaced.

    Parameters
    ----------
    brief
        What to write.
    path
        A file that ends in ``.html`` or ``.md``, in a folder that exists.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    WrongUse
        If a brief has no such form, or there is no such folder.
    """
    path = Path(path)
    form = FORMS.get(path.suffix.lower())
    if form is None:
        ending = f"{path.suffix!r} files" if path.suffix else "a file without an ending"
        raise WrongUse(
            f"a brief cannot be written as {ending}",
            hint=f"Name a file that ends in {' or '.join(FORMS)}; without a file it is printed on the terminal.",
            where=str(path),
        )
    if not path.parent.is_dir():
        raise WrongUse("there is no such folder", hint="Make it first, or name another.", where=str(path.parent))
    path.write_bytes(form(brief).encode("utf-8"))
    return path
