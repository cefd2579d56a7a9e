"""How Sphinx builds the manual; `./dev docs` runs it with warnings as errors."""

import tomllib
from pathlib import Path

_PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]

project = "Castello"
author = "The Castello contributors"
copyright = "The Castello contributors, Apache-2.0"
version = release = _PROJECT["version"]

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["examples"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
autodoc_typehints = "none"  # signatures show the types already
autodoc_member_order = "bysource"

html_theme = "furo"
html_title = f"Castello {version}"
html_copy_source = False
html_show_sphinx = False
